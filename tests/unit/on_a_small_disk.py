"""A dewd whose Layers are real files on a small disk; only guests, and what images hold, are modelled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import ImageCatalogue, ImageImporter, Settings, World
from dew.compute.memory import MemoryHost
from dew.database import facts
from dew.database.connect import Database
from dew.images.address_policy import AddressPolicy
from dew.images.simulated import SimulatedBuilder, SimulatedCatalogue, SimulatedImporter
from dew.model.action import Action, ActionState
from dew.model.disk import Chain, MemoryDisk
from dew.reconcile.layers import Sweeper
from dew.storage.programs import make_qcow2
from dew.storage.qcow2 import QcowStore

LIMIT_SECONDS = 20.0
TABLES = ("droplets WHERE gone_at IS NULL", "images", "volumes", "layers", "addresses", "locks")


class FilesBelowMemory(QcowStore):
    """Real files, for guests in memory."""

    def disk(self, chain: Chain) -> MemoryDisk:  # type: ignore[override]
        return MemoryDisk(chain)


class Builder(SimulatedBuilder):
    """Makes a real, empty qcow2 image."""

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        await make_qcow2(target, self.recipes[name].min_disk_bytes, None)


@dataclass
class Small:
    """A dewd whose Layers are on a small disk, with one Droplet (1) and a Snapshot (2) of it."""

    disk: Path
    database: Database
    world: World
    engine: Engine
    happens: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """What is to happen, once, at which place of the engine."""

    async def do(self, request: Request) -> Action:
        (action,) = await self.engine.accept(request)
        async with asyncio.timeout(LIMIT_SECONDS):
            return await self.engine.finished(action.id)

    async def rows(self) -> list[int]:
        async with self.database.read() as tx:
            counts = [await tx.exec_driver_sql(f"SELECT count(*) FROM {table}") for table in TABLES]
            return [count.scalar_one() for count in counts]

    def files(self) -> list[str]:
        """All that is on the disk but what fills it."""
        return sorted(str(path) for path in self.disk.rglob("*") if path.name != "filler")

    async def sweep(self) -> None:
        await Sweeper(self.world, keep_retired_hours=24, keep_trash_hours=24).sweep()


@asynccontextmanager
async def opened(
    disk: Path,
    directory: Path,
    work: Path | None = None,
    importer: ImageImporter | None = None,
    catalogue: ImageCatalogue | None = None,
) -> AsyncIterator[Small]:
    """A dewd on the disk, with its database, and unless told otherwise its work, in ``directory``."""
    database = await Database.open(directory / "dew.db")
    store = await FilesBelowMemory.open(disk / "store")
    async with database.write() as tx:
        await facts.put(tx, facts.STORE_IDENTITY, await store.identity())
    settings = Settings(
        work=work or directory,
        uploads=disk / "uploads",
        exports=disk / "exports",
        image_cache=disk / "cache",
        reserve_bytes=0,
        disk_overcommit=1e6,
    )
    world = World(
        database,
        store,
        MemoryHost(),
        Builder(),
        importer or SimulatedImporter(AddressPolicy(), 2**40),
        "0" * 32,
        settings,
        catalogue=catalogue or SimulatedCatalogue(),
    )

    async def reached(place: str) -> None:
        if place in small.happens:
            await small.happens.pop(place)()

    small = Small(disk, database, world, Engine(world, KINDS, reached=reached))
    yield small
    await small.engine.close()
    await database.close()


CREATE = Request(
    "create",
    None,
    {"name": "web", "size": "s-1vcpu-1gb", "image": 1, "public_keys": ["ssh-ed25519 A"]},
)


async def make_history(small: Small) -> None:
    await small.do(Request("build_image", None, {"name": "dew-micro"}))
    await small.do(CREATE)
    taken = await small.do(Request("snapshot", 1, {"name": "before"}))
    assert taken.state is ActionState.COMPLETED
