"""A data directory with real Layers, a real database and a real engine on it; only guests are modelled.

Layer 1 is the Image's, 2 the Snapshot's (sealed, with bytes in it), 3 the Volume of Droplet 1, which is off.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import Settings, World
from dew.compute.memory import MemoryHost
from dew.compute.privileges import READER_GID
from dew.database import facts
from dew.database.connect import Database
from dew.images.address_policy import AddressPolicy
from dew.images.recipe import RECIPES, Recipe
from dew.images.simulated import SimulatedCatalogue, SimulatedImporter
from dew.model.action import Action
from dew.model.disk import Chain, MemoryDisk
from dew.storage.qcow2 import QcowStore

DROPLET, IMAGE, SNAPSHOT = 1, 1, 2
BLOCK_BYTES = 65536


async def program(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0, command


class EmptyBuilder:
    """Builds an empty disk of 1 GiB."""

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        return RECIPES

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        await program("qemu-img", "create", "-q", "-f", "qcow2", str(target), "1G")


class ForModelledGuests(QcowStore):
    """Real files, described to the in-memory Host in its own words."""

    def disk(self, chain: Chain) -> MemoryDisk:  # type: ignore[override]
        return MemoryDisk(chain)


@dataclass
class Kept:
    """The data directory, and dewd's parts on it."""

    data: Path
    database: Database
    store: QcowStore
    world: World
    engine: Engine

    def layer(self, layer: int) -> Path:
        return self.data / "store" / "layers" / f"layer-{layer}.qcow2"

    async def do(self, kind: str, resource_id: int | None = None, **params: Any) -> Action:
        (action,) = await self.engine.accept(Request(kind, resource_id, params))
        return await self.engine.finished(action.id)

    async def check(self) -> dict[str, Any]:
        """Check the store; return the result that is kept."""
        action = await self.do("check_store", 1)
        assert action.error == ""
        async with self.database.read() as tx:
            result: dict[str, Any] = json.loads(await facts.get(tx, facts.LAST_CHECK) or "")
        return result

    async def write(self, layer: int, block: int, byte: int) -> None:
        """Write to a Layer as a guest would."""
        disk = {
            "driver": "qcow2",
            "backing": None,
            "file": {"driver": "file", "filename": str(self.layer(layer))},
        }
        command = f"write -P {byte} {block * BLOCK_BYTES} {BLOCK_BYTES}"
        await program("qemu-io", "-c", command, f"json:{json.dumps(disk)}")

    async def create(self, name: str = "other", image: int = SNAPSHOT) -> Action:
        size, keys = "s-1vcpu-512mb-10gb", ["ssh-ed25519 AAAA test"]
        return await self.do("create", name=name, size=size, image=image, public_keys=keys)

    def sql(self, statement: str) -> None:
        """Change the database behind Dew's back, foreign keys or not."""
        sql(self.data, statement)


def sql(data: Path, statement: str) -> None:
    with closing(connect(data / "dew.db")) as database, database:
        database.execute(statement)


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Kept]:
    """Work on a data directory, new or old."""
    (data / "work").mkdir(exist_ok=True)
    database = await Database.open(data / "dew.db", durable=False)
    gid = READER_GID if os.geteuid() == 0 else None
    store = await ForModelledGuests.open(data / "store", gid)
    settings = Settings(work=data / "work", reserve_bytes=0, shutdown_grace_seconds=0.05)
    importer = SimulatedImporter(AddressPolicy(), 2**40)
    world = World(
        database,
        store,
        MemoryHost(),
        EmptyBuilder(),
        importer,
        "0" * 32,
        settings,
        catalogue=SimulatedCatalogue(),
    )
    engine = Engine(world, KINDS)
    try:
        async with database.write() as tx:
            await facts.put(tx, facts.STORE_IDENTITY, await store.identity())
        await engine.resume()
        yield Kept(data, database, store, world, engine)
    finally:
        await engine.close()
        await database.close()


async def make_history(data: Path) -> None:
    """Make what is described at the top."""
    async with opened(data) as kept:
        await kept.do("build_image", name="dew-micro")
        await kept.create("web", IMAGE)
        await kept.do("power_off", DROPLET)
        await kept.write(2, 5, 0xAB)
        await kept.do("snapshot", DROPLET, name="first")
        await kept.write(3, 6, 0xCD)


def new_data_directory() -> Path:
    """Return a directory whose Layers an unprivileged qemu-img can reach, as it must as root."""
    data = Path(tempfile.mkdtemp(prefix="dew-kept-", dir="/var/tmp"))
    data.chmod(0o711)
    return data


@pytest.fixture(scope="module", name="template")
def data_directory() -> Iterator[Path]:
    """One with that history, for each test to copy."""
    data = new_data_directory()
    try:
        asyncio.run(make_history(data))
        yield data
    finally:
        shutil.rmtree(data)


def copied(template: Path) -> Path:
    """Return a copy of a data directory, owners and modes as they are."""
    data = new_data_directory()
    shutil.rmtree(data)
    shutil.copytree(template, data, symlinks=True, copy_function=_copy)
    for directory in (path for path in template.rglob("*") if path.is_dir()):
        _own(directory, data / directory.relative_to(template))
    return data


def _copy(source: str, target: str) -> str:
    shutil.copy2(source, target)
    _own(Path(source), Path(target))
    return target


def _own(source: Path, target: Path) -> None:
    if os.geteuid() == 0:
        found = source.stat()
        os.chown(target, found.st_uid, found.st_gid)
