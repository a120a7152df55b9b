"""Consolidation: keeps histories short, so that daily Backups for years neither slow a disk down nor end.

Each Snapshot and Backup adds a Layer, and a deep chain is slow to read. Where one has become deep, its Layers
are merged into one, one Droplet at a time. A running guest that could not be given its short chain goes on
reading through files that may be deleted beneath it, which costs time and space: it is asked until it does.
"""

import asyncio

import structlog

from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import World
from dew.database import droplets, layers
from dew.model.errors import DewError, NotFound, RequestError, StepFailed, Transient

DEEP_LAYERS = 24
"""Reads take some four times as long as at depth 1; three weeks of daily Backups until then. Merging more
often would copy a disk's own data more often for little."""

LOOK_EVERY_SECONDS = 600.0
"""A hundred more Layers fit before Snapshots are refused: nobody takes as many in ten minutes."""

log = structlog.get_logger()


class Consolidation:
    """Looks every ten minutes."""

    def __init__(self, world: World, engine: Engine) -> None:
        self._world = world
        self._engine = engine
        self._behind: set[int] | None = (
            None  # who may read through a longer chain; None: anybody, for all we know
        )

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.consolidate()
            except DewError as error:
                log.warning("histories can't be shortened now, trying again later", error=str(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def consolidate(self) -> None:
        """Merge the Layers of every Droplet whose history is deep, one Droplet after another."""
        async with self._world.database.read() as tx:
            deep = await layers.droplets_at_least(tx, DEEP_LAYERS)
        await self._engine.finish_open("consolidate")
        for droplet_id in deep:
            await self._consolidate(droplet_id)
        behind = await self._everybody() if self._behind is None else self._behind | set(deep)
        self._behind = {each for each in behind if not await self._reads_what_is_recorded(each)}

    async def _everybody(self) -> set[int]:
        async with self._world.database.read() as tx:
            return set(await layers.droplets_at_least(tx, 1))

    async def _reads_what_is_recorded(self, droplet_id: int) -> bool:
        """Have a running guest read through the chain that the database has; return whether it does."""
        try:
            async with self._world.database.read() as tx:
                volume_id = (await droplets.get(tx, droplet_id)).volume_id
                if volume_id is None:
                    return True
                chain = await layers.volume_chain(tx, volume_id)
            await self._world.host.shorten_chain(droplet_id, self._world.store.disk(chain))
        except (StepFailed, Transient) as error:
            log.warning(
                "a guest goes on reading its long chain for now", droplet=droplet_id, error=str(error)
            )
            return False
        except NotFound:
            pass  # deleted meanwhile
        return True

    async def _consolidate(self, droplet_id: int) -> None:
        try:
            (accepted,) = await self._engine.accept(Request("consolidate", droplet_id))
        except (RequestError, StepFailed) as error:
            log.warning("a history could not be shortened", droplet=droplet_id, error=str(error))
            return
        await self._engine.finished(accepted.id)
