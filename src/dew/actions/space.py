"""Space: what takes the disk, and what deleting something would free.

Asked of the store and the database together, in one walk over all Layers, and remembered for some seconds:
a list that is paged through, or drawn by several people at once, costs one walk.
"""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dew.actions.world import World
from dew.database import holders
from dew.database.holders import DROPLET, NOBODY, Holder, Holdings
from dew.model.image import ImageKind
from dew.model.space import Parents, Taker, chain_bytes, sole_bytes
from dew.storage.store import Occupancy

FRESH_SECONDS = 5.0
"""A walk over 100,000 Layers takes about a second of one core; nobody deletes faster than he looks."""

DELETED_WITH_DROPLET = ImageKind.BACKUP


@dataclass(frozen=True)
class Totals:
    """The disk that the Layers are on, and what of it Dew takes."""

    total_bytes: int
    free_bytes: int
    reserve_bytes: int  # of the free bytes: not for Actions
    layers_bytes: int
    trash_bytes: int  # comes back by itself, sooner when space is short
    exports_bytes: int
    uploads_bytes: int
    caches_bytes: int


@dataclass(frozen=True)
class Report:
    """What takes the space, the most worthwhile to delete first."""

    totals: Totals
    takers: Sequence[Taker]
    layers: Mapping[int, int]  # what each Layer takes, by id


class Space:
    """Measures one machine's space; ``caches`` is where images are that can be had again."""

    def __init__(self, world: World, caches: Path) -> None:
        self._world = world
        self._caches = caches
        self._measuring = asyncio.Lock()
        self._report: Report | None = None
        self._measured_at = 0.0

    async def report(self) -> Report:
        """Return how it is, or was some seconds ago. Raises StepFailed, DatabaseBusy."""
        async with self._measuring:
            if self._report is None or time.monotonic() > self._measured_at + FRESH_SECONDS:
                self._report = await self._measure()
                self._measured_at = time.monotonic()
            return self._report

    async def _measure(self) -> Report:
        taken = await self._world.store.occupancy()
        async with self._world.database.read() as tx:
            holdings = await holders.read(tx)
        takers = await asyncio.to_thread(list_takers, holdings, taken.layers)
        return Report(await self._totals(taken), takers, taken.layers)

    async def _totals(self, taken: Occupancy) -> Totals:
        room, settings = await self._world.store.room(), self._world.settings
        places = (settings.exports, settings.uploads, self._caches)
        exports, uploads, caches = [await asyncio.to_thread(_allocated_bytes, place) for place in places]
        return Totals(
            room.total_bytes,
            room.free_bytes,
            settings.reserve_bytes,
            sum(taken.layers.values()),
            taken.trash_bytes,
            exports,
            uploads,
            caches,
        )


def list_takers(holdings: Holdings, bytes_of: Mapping[int, int]) -> list[Taker]:
    """Return everything that can be deleted, what frees most first."""
    parents, held = holdings.parents, holdings.holders
    chains = chain_bytes(parents, bytes_of)
    alone = sole_bytes(parents, bytes_of, ((each.layer_id, _itself(each)) for each in held))
    with_droplet = sole_bytes(parents, bytes_of, ((each.layer_id, _goes_with(each)) for each in held))
    disks: dict[tuple[int, str], list[int]] = defaultdict(list)
    takers = []
    for each in held:
        if each.kind == DROPLET:
            disks[each.id, each.name].append(each.layer_id)
        elif each.kind != NOBODY:
            used_bytes = chains.get(each.layer_id, 0)
            takers.append(Taker(each.kind, each.id, each.name, used_bytes, alone[_itself(each)]))
    for (droplet_id, name), heads in disks.items():
        used_bytes = _reached_bytes(parents, bytes_of, heads)
        takers.append(Taker(DROPLET, droplet_id, name, used_bytes, with_droplet[DROPLET, droplet_id]))
    return sorted(takers, key=lambda each: (-each.frees_bytes, -each.used_bytes, each.kind, each.id))


def _itself(holder: Holder) -> tuple[str, int]:
    return ("image", holder.id) if holder.kind not in (DROPLET, NOBODY) else (holder.kind, holder.id)


def _goes_with(holder: Holder) -> tuple[str, int]:
    """A Droplet's Backups are deleted with it."""
    if holder.kind == DELETED_WITH_DROPLET and holder.droplet_id is not None:
        return (DROPLET, holder.droplet_id)
    return _itself(holder)


def _reached_bytes(parents: Parents, bytes_of: Mapping[int, int], heads: Sequence[int]) -> int:
    """Return what several Layers and all below them take, each counted once."""
    seen: set[int] = set()
    for head in heads:
        step: int | None = head
        while step is not None and step not in seen:
            seen.add(step)
            step = parents.get(step)
    return sum(bytes_of.get(layer, 0) for layer in seen)


def _allocated_bytes(directory: Path) -> int:
    """Return what the files below a directory take; what vanishes meanwhile takes nothing."""
    taken_bytes = 0
    for place, _, names in os.walk(directory):
        for name in names:
            try:
                taken_bytes += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118
            except FileNotFoundError:
                continue
    return taken_bytes
