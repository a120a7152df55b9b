"""Power: on, off (hard), shutdown (ACPI), reboot and power cycle."""

from collections.abc import Awaitable, Callable

from dew.actions import admission, guests
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import droplets
from dew.database.connect import Tx
from dew.model.droplet import Droplet, Power, Status
from dew.model.errors import GuestRefused, Invalid

ALREADY_OFF = "Droplet is already powered off."  # DigitalOcean's words, which clients match


async def _accept_start(tx: Tx, world: World, request: Request) -> Accepted:
    """Afterwards the Droplet is on, so its memory must be there. Raises HostFull."""
    return await _starting(tx, world, await _droplet(tx, request))


async def _accept_restart(tx: Tx, world: World, request: Request) -> Accepted:
    return await _starting(tx, world, await _droplet_that_is_on(tx, request))


async def _accept_stop(tx: Tx, world: World, request: Request) -> Accepted:
    droplet = await _droplet_that_is_on(tx, request)
    return Accepted(droplet.id, droplet.region, {})


async def _accept_shutdown(tx: Tx, _world: World, request: Request) -> Accepted:
    """Also of what is off, unlike power_off: there it completes at once, as clients that clean up expect."""
    droplet = await _droplet(tx, request)
    return Accepted(droplet.id, droplet.region, {})


async def _starting(tx: Tx, world: World, droplet: Droplet) -> Accepted:
    return Accepted(droplet.id, droplet.region, await admission.claim_memory(tx, world, droplet))


async def _droplet(tx: Tx, request: Request) -> Droplet:
    assert request.resource_id is not None
    return await droplets.get(tx, request.resource_id)


async def _droplet_that_is_on(tx: Tx, request: Request) -> Droplet:
    droplet = await _droplet(tx, request)
    if droplet.status is not Status.ACTIVE and droplet.desired_power is Power.OFF:
        raise Invalid(ALREADY_OFF)
    return droplet


async def start(run: Run) -> Writes:
    """Start the guest; one that runs already is left alone."""
    run.report(0.1, "Starting the guest")
    return guests.on(await guests.start(run.world, run.resource_id))


async def pull_the_cord(run: Run) -> Writes:
    await run.world.host.ensure_stopped(run.resource_id)
    return guests.off(run.resource_id)


async def press_the_button(run: Run) -> Writes:
    """Ask, wait until the guest has halted, and say so if it does not."""
    run.report(0.1, "Waiting for the guest to shut down")
    if not await guests.shut_down(run.world, run.resource_id):
        raise GuestRefused(
            f"The guest did not shut down within {run.world.settings.shutdown_grace_seconds:.0f} s. "
            "It runs on; use power off to stop it hard."
        )
    await run.world.host.ensure_stopped(run.resource_id)
    return guests.off(run.resource_id)


async def halt_gently(run: Run) -> Writes:
    """End the guest's process: shut down if it can be, cut off if it ignores us."""
    run.report(0.1, "Waiting for the guest to shut down")
    await guests.stop(run.world, run.resource_id)
    return await note_seen(run)


async def halt(run: Run) -> Writes:
    await run.world.host.ensure_stopped(run.resource_id)
    return await note_seen(run)


async def note_seen(run: Run) -> Writes:
    """Write down what is; what halted and did not start again the reconciler tries to bring back."""
    return guests.seen(await run.world.host.observe(run.resource_id))


def _kind(name: str, accept: Callable[[Tx, World, Request], Awaitable[Accepted]], *steps: Step) -> Kind:
    return Kind(name=name, version=1, resource_type="droplet", accept=accept, steps=steps)


POWER_ON = _kind("power_on", _accept_start, Step("start", start, undo=note_seen, pivot=True))
POWER_OFF = _kind("power_off", _accept_stop, Step("stop", pull_the_cord, pivot=True))
SHUTDOWN = _kind(
    "shutdown", _accept_shutdown, Step("shut_down", press_the_button, undo=note_seen, pivot=True)
)
REBOOT = _kind(
    "reboot",
    _accept_restart,
    Step("halt", halt_gently, undo=note_seen, weight=2),
    Step("start", start, undo=note_seen, pivot=True),
)
POWER_CYCLE = _kind(
    "power_cycle",
    _accept_start,
    Step("halt", halt, undo=note_seen),
    Step("start", start, undo=note_seen, pivot=True, weight=2),
)
