"""Consolidation: keeps histories short, so that daily Backups for years neither slow a disk down nor end.

Each Snapshot and Backup adds a Layer, and a deep chain is slow to read. Where one has become deep, its Layers
are merged into one, one Droplet at a time.
"""

import asyncio

import structlog

from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import World
from dew.database import layers
from dew.model.errors import DewError, RequestError, StepFailed

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

    async def _consolidate(self, droplet_id: int) -> None:
        try:
            (accepted,) = await self._engine.accept(Request("consolidate", droplet_id))
        except (RequestError, StepFailed) as error:
            log.warning("a history could not be shortened", droplet=droplet_id, error=str(error))
            return
        await self._engine.finished(accepted.id)
