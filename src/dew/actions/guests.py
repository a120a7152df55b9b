"""The moves on guests that several Actions, and the reconciler, share."""

import asyncio
import time

from dew.actions.kind import Writes
from dew.actions.world import World
from dew.compute.host import GuestSpec, Observation
from dew.compute.seed import Seed
from dew.database import droplets, exposures, guests, layers
from dew.database.connect import Tx
from dew.model.droplet import Droplet, Observed, Power
from dew.model.errors import Broken, StepFailed

LOOK_EVERY_SECONDS = 0.2  # while waiting for a guest to halt: a cheap question to a local socket
PRESS_AGAIN_SECONDS = 10.0  # of the power button


def instance_id(installation: str, droplet_id: int, incarnation: int) -> str:
    """Return what tells a guest whether it is who it was at its last boot; a rebuild makes it another."""
    first = f"dew-{installation[:12]}-{droplet_id}"
    return f"{first}-{incarnation}" if incarnation else first


def mac_address(droplet_id: int) -> str:
    """Return the Droplet's network card address: locally administered, the id in its last four bytes."""
    return "02:44:" + ":".join(f"{byte:02x}" for byte in droplet_id.to_bytes(4, "big"))


async def spec(world: World, droplet_id: int) -> GuestSpec:
    """Return what a Host needs to start the Droplet's guest, as the database has it now."""
    async with world.database.read() as tx:
        droplet = await droplets.get(tx, droplet_id, gone=True)
        if droplet.volume_id is None:
            raise Broken(f"Droplet {droplet_id} has no disk.")
        if droplet.address is None:
            raise Broken(f"Droplet {droplet_id} has no address.")
        chain = await layers.volume_chain(tx, droplet.volume_id)
        exposed = await exposures.of_droplet(tx, droplet_id)
    return GuestSpec(
        droplet_id=droplet.id,
        name=droplet.name,
        vcpus=droplet.vcpus,
        memory_bytes=droplet.memory_mb * 2**20,
        disk=world.store.disk(chain),
        seed=_seed(world, droplet),
        address=droplet.address,
        exposures=exposed,
    )


def _seed(world: World, droplet: Droplet) -> Seed:
    return Seed(
        instance_id=instance_id(world.installation, droplet.id, droplet.incarnation),
        hostname=droplet.hostname,
        public_keys=droplet.public_keys,
        password_hash=droplet.password_hash,
        user_data=droplet.user_data,
        mac=mac_address(droplet.id),
    )


async def start(world: World, droplet_id: int) -> Observation:
    """Start the Droplet's guest and return what is seen then. Raises as Host.ensure_running does."""
    await world.host.ensure_running(await spec(world, droplet_id))
    return await world.host.observe(droplet_id)


def seen(observation: Observation) -> Writes:
    """Return the write that records ``observation``."""

    async def write(tx: Tx) -> None:
        forwards = [(forward.host_port, forward.guest_port) for forward in observation.forwards]
        exposed = [(str(exposure.address), exposure.port) for exposure in observation.exposed]
        state, reason = observation.state, observation.reason
        await guests.record(tx, observation.droplet_id, state, reason, forwards, exposed)

    return write


def on(observation: Observation) -> Writes:
    """Return the write that records a guest that was started because the user wants it on."""

    async def write(tx: Tx) -> None:
        await seen(observation)(tx)
        await droplets.change(tx, observation.droplet_id, desired_power=Power.ON.value)
        await guests.forgive_accidents(tx, observation.droplet_id)

    return write


def off(droplet_id: int, reason: str = "") -> Writes:
    """Return the write that records a guest that is gone because it is meant to be."""

    async def write(tx: Tx) -> None:
        await guests.record(tx, droplet_id, Observed.ABSENT, reason)
        await droplets.change(tx, droplet_id, desired_power=Power.OFF.value)

    return write


async def bring_back(world: World, droplet_id: int) -> Writes:
    """Start a guest that an Action stopped and that is meant to be on; return what to write.

    If it does not start now it stays meant to be on: the reconciler tries again, and tells why it is off.
    """
    try:
        return on(await start(world, droplet_id))
    except StepFailed:
        return seen(await world.host.observe(droplet_id))


def wanted_on(droplet: Droplet) -> bool:
    """Whether the user wants it on, as far as is known: who powers off inside wants it off."""
    return droplet.desired_power is Power.ON and droplet.observed is not Observed.POWERED_OFF


async def let_go(world: World, droplet_id: int) -> None:
    """End the process of a guest that powered itself off: it still has the disk open.

    That the user switched it off is written down first, for the paused process is the only proof of it.
    """
    if (await world.host.observe(droplet_id)).state is Observed.POWERED_OFF:
        async with world.database.write() as tx:
            await off(droplet_id)(tx)
    await world.host.ensure_stopped(droplet_id)


async def shut_down(world: World, droplet_id: int) -> bool:
    """Ask the guest to shut down; return whether it has, within the time it is given.

    The button is pressed again now and then: a guest that is still booting misses the first time.
    """
    deadline = time.monotonic() + world.settings.shutdown_grace_seconds
    while not await halts(world, droplet_id, 0):
        remaining_seconds = deadline - time.monotonic()
        if remaining_seconds <= 0:
            return False
        await world.host.ask_shutdown(droplet_id)
        await halts(world, droplet_id, min(PRESS_AGAIN_SECONDS, remaining_seconds))
    return True


async def halts(world: World, droplet_id: int, within_seconds: float) -> bool:
    """Return whether the guest executes no more, waiting for that if need be."""
    deadline = time.monotonic() + within_seconds
    while (await world.host.observe(droplet_id)).state in (Observed.RUNNING, Observed.PAUSED):
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return True


async def stop(world: World, droplet_id: int) -> None:
    """Bring the guest to an end, gently if it lets itself."""
    await shut_down(world, droplet_id)
    await world.host.ensure_stopped(droplet_id)
