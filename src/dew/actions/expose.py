"""expose_port and hide_port: a port of this machine leads to a Droplet, and does so no more.

open_port ◆ · close_port ◆
"""

from contextlib import suppress
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from dew.actions import guests
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import droplets, exposures
from dew.database.connect import Tx
from dew.model.errors import GuestRefused, Invalid, NotFound
from dew.model.exposure import Exposure

MOST_EXPOSURES = 32  # of one Droplet: each is a process
LAST_PORT = 65_535


async def accept_expose(tx: Tx, world: World, request: Request) -> Accepted:
    """Take the port for this Droplet. Raises Invalid when it leads somewhere already."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    wanted = _exposure(request.params)
    _refuse_own(world, wanted)
    await _refuse_clash(tx, wanted)
    if len(await exposures.of_droplet(tx, droplet.id)) >= MOST_EXPOSURES:
        raise Invalid(f"At most {MOST_EXPOSURES} ports can lead to one Droplet: hide one first.")
    await exposures.add(tx, droplet.id, wanted)
    params = _params(wanted) | {"reconnect": bool(request.params.get("reconnect"))}
    return Accepted(droplet.id, droplet.region, params)


async def accept_hide(tx: Tx, world: World, request: Request) -> Accepted:
    """Find the port among the Droplet's own. Raises NotFound."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    address, port = _place(request.params)
    for known in await exposures.of_droplet(tx, droplet.id):
        if (known.address, known.port) == (address, port):
            return Accepted(droplet.id, droplet.region, _params(known))
    raise NotFound(f"Port {address}:{port} does not lead to {droplet.name}.")


def _refuse_own(world: World, wanted: Exposure) -> None:
    """Where Droplets listen themselves nothing else can: at their addresses, and on their ports at all."""
    if wanted.address in world.settings.network:
        raise Invalid(f"{wanted.address} is, or will be, a Droplet's own address: name another one.")
    if wanted.address.is_unspecified and wanted.port in world.settings.usual_ports:
        raise Invalid(
            f"Droplets listen on port {wanted.port} of their own addresses, so it can't lead to one of them "
            f"at all addresses: name one of this machine's, or another port, such as {wanted.port + 10_000}."
        )


async def _refuse_clash(tx: Tx, wanted: Exposure) -> None:
    for known, name in await exposures.at_port(tx, wanted.port):
        if known.clashes(wanted):
            raise Invalid(f"Port {known} leads to {name} already: hide it there first, or choose another.")


def _exposure(params: Any) -> Exposure:
    address, port = _place(params)
    return Exposure(address, port, _port(params, "guest_port"))


def _place(params: Any) -> tuple[IPv4Address, int]:
    try:
        address = IPv4Address(str(params.get("address")))
    except AddressValueError as error:
        raise Invalid("address must be an IPv4 address of this machine, or 0.0.0.0 for all.") from error
    return address, _port(params, "port")


def _port(params: Any, name: str) -> int:
    port = params.get(name)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port <= LAST_PORT:
        raise Invalid(f"{name} must be a number from 1 to {LAST_PORT}.")
    return port


def _params(exposure: Exposure) -> dict[str, Any]:
    return {"address": str(exposure.address), "port": exposure.port, "guest_port": exposure.guest_port}


async def open_port(run: Run) -> Writes | None:
    """Open it now if the guest runs; its next start opens it otherwise."""
    mine = _exposure(run.action.params)
    async with run.world.database.read() as tx:
        wanted = await exposures.of_droplet(tx, run.resource_id)
    try:
        await run.world.host.ensure_exposed(run.resource_id, wanted, reconnect=run.param("reconnect"))
    except GuestRefused:
        if mine not in (await run.world.host.observe(run.resource_id)).exposed:
            raise  # else it is another one, which the reconciler tries again
    return await _seen(run)


async def close_port(run: Run) -> Writes:
    """Close it and give it back. The connections that came through it end, and no others."""
    mine = _exposure(run.action.params)
    async with run.world.database.read() as tx:
        rest = set(await exposures.of_droplet(tx, run.resource_id)) - {mine}
    with suppress(GuestRefused):  # another one can't be opened: the reconciler tries it again
        await run.world.host.ensure_exposed(run.resource_id, tuple(sorted(rest)))
    seen = await _seen(run)

    async def write(tx: Tx) -> None:
        await exposures.remove(tx, run.resource_id, mine)
        if seen is not None:
            await seen(tx)

    return write


async def _seen(run: Run) -> Writes | None:
    observation = await run.world.host.observe(run.resource_id)
    return guests.seen(observation) if observation.state.has_process else None


def _kind(name: str, accept: Any, step: Step) -> Kind:
    return Kind(name=name, version=1, resource_type="droplet", accept=accept, steps=(step,))


EXPOSE_PORT = _kind("expose_port", accept_expose, Step("open_port", open_port, undo=close_port, pivot=True))
HIDE_PORT = _kind("hide_port", accept_hide, Step("close_port", close_port, pivot=True))
