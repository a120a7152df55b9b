"""Admission: nothing is begun that the machine has no room for; the refusal has the numbers in it.

Asked inside the transaction that accepts an Action, so that of two requests at one instant the second sees
what the first was promised. The reconciler asks nothing when it brings a guest back: whoever is wanted on
has been promised its memory.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from dew.actions.world import World
from dew.database import images, promises
from dew.database.connect import Tx
from dew.model.allowance import Allowance, AllowanceFacts, gib
from dew.model.droplet import Droplet, Power
from dew.model.errors import HostFull, Invalid, NoSpace, StepFailed
from dew.model.room import require_room

Report = Callable[[float, str], None]

NEW_LAYER_BYTES = 2**20
"""What an empty Layer takes of the disk, generously."""


class DiskFacts(AllowanceFacts):
    """What of the disk is promised, and what of it is free now."""

    free_bytes: int


class MachineFacts(TypedDict, total=False):
    """What there is of memory and disk, or in ``room`` why nobody can say."""

    memory: AllowanceFacts
    disk: DiskFacts
    room: str


async def memory(tx: Tx, world: World) -> Allowance:
    """Return what of the memory may be promised, and is."""
    settings = world.settings
    total_bytes, promised_bytes = await world.host.memory_bytes(), await promises.memory_bytes(tx)
    return Allowance(total_bytes, settings.memory_reserve_bytes, settings.memory_overcommit, promised_bytes)


async def disk(tx: Tx, world: World) -> Allowance:
    """Return what of the disk may be promised, and is."""
    settings, room = world.settings, await world.store.room()
    promised_bytes = await promises.disk_bytes(tx)
    return Allowance(room.total_bytes, settings.reserve_bytes, settings.disk_overcommit, promised_bytes)


async def facts(world: World) -> MachineFacts:
    """Return what may be promised, is promised, and is free, for those who ask dewd how it is.

    Of a disk that can't be asked they are told just that: they ask because something is wrong.
    """
    try:
        async with world.database.read() as tx:
            allowances = await memory(tx, world), await disk(tx, world)
        free_bytes = (await world.store.room()).free_bytes
    except StepFailed as error:
        return {"room": str(error)}
    of_memory, of_disk = (each.facts() for each in allowances)
    return {"memory": of_memory, "disk": {**of_disk, "free_bytes": free_bytes}}


async def claim_memory(tx: Tx, world: World, droplet: Droplet) -> Mapping[str, int]:
    """Return the params with which an Action that starts the Droplet holds its memory until it ends.

    One that is wanted on has its memory already. Raises HostFull.
    """
    if droplet.desired_power is Power.OFF:
        await fit_memory(tx, world, droplet.memory_mb)
    return {"memory_mb": droplet.memory_mb}


async def fit_memory(tx: Tx, world: World, memory_mb: int, *, given_up_mb: int = 0) -> None:
    """Refuse a Droplet that is promised more memory than the machine has left. Raises HostFull.

    ``given_up_mb`` are promised to it now and won't be then.
    """
    allowance, needed_bytes = await memory(tx, world), memory_mb * 2**20
    allowance = replace(allowance, promised_bytes=allowance.promised_bytes - given_up_mb * 2**20)
    if not allowance.fits(needed_bytes):
        raise HostFull(
            f"The Droplet needs {gib(needed_bytes)} GiB of memory, and {allowance} to Droplets that are on. "
            "Power off another one, choose a smaller size, or raise memory_overcommit."
        )


async def fit_disk(tx: Tx, world: World, more_bytes: int) -> None:
    """Refuse to promise more disk than the machine has. Raises NoSpace."""
    allowance = await disk(tx, world)
    if not allowance.fits(more_bytes):
        raise NoSpace(
            f"The Droplet needs {gib(more_bytes)} GiB of disk, and {allowance} to Droplets. "
            "Delete another one, choose a smaller size, or raise disk_overcommit."
        )


async def fit_images(tx: Tx, world: World) -> None:
    """Refuse one more Image than there may be. Raises Invalid."""
    if (count := await images.count(tx)) >= world.settings.max_images:
        raise Invalid(f"There are {count} Images already, which is the limit: delete some first.")


def watched(world: World, directory: Path, report: Report) -> Report:
    """Return ``report`` that raises NoSpace once the reserve is being eaten.

    What fills ``directory`` calls it now and then: others fill the disk too while it does.
    """

    def reported(share: float, words: str) -> None:
        free_bytes = shutil.disk_usage(directory).free
        require_room("Going on", NEW_LAYER_BYTES, free_bytes, world.settings.reserve_bytes)
        report(share, words)

    return reported


async def keep_reserve(world: World, needed_bytes: int = NEW_LAYER_BYTES) -> None:
    """Refuse what would eat into the free space that is kept in reserve. Raises NoSpace."""
    await spare_bytes(world, needed_bytes)


async def spare_bytes(world: World, needed_bytes: int = NEW_LAYER_BYTES) -> int:
    """Return what is free beyond the reserve. Raises NoSpace where that is less than needed."""
    free_bytes = (await world.store.room()).free_bytes
    return require_room("This", needed_bytes, free_bytes, world.settings.reserve_bytes)
