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
from dew.model.errors import Broken

LOOK_EVERY_SECONDS = 0.2  # while waiting for a guest to halt: a cheap question to a local socket


def instance_id(installation: str, droplet_id: int) -> str:
    """Return what tells a guest whether it is the same Droplet as at its last boot."""
    return f"dew-{installation[:12]}-{droplet_id}"


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
        instance_id=instance_id(world.installation, droplet.id),
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


async def shut_down(world: World, droplet_id: int) -> bool:
    """Ask the guest to shut down; return whether it has, within the time it is given.

    The button is pressed again now and then: a guest that is still booting misses the first time.
    """
    deadline = time.monotonic() + world.settings.shutdown_grace_seconds
    pressed = 0.0
    while (await world.host.observe(droplet_id)).state in (Observed.RUNNING, Observed.PAUSED):
        if time.monotonic() > deadline:
            return False
        if time.monotonic() - pressed > 10:
            await world.host.ask_shutdown(droplet_id)
            pressed = time.monotonic()
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return True


async def stop(world: World, droplet_id: int) -> None:
    """Bring the guest to an end, gently if it lets itself."""
    await shut_down(world, droplet_id)
    await world.host.ensure_stopped(droplet_id)
