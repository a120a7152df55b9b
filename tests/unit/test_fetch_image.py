"""From a distribution's server to an Image: the whole way, with a real store, and qemu-img in its sandbox."""

import asyncio
import hashlib
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.unit.mirror import Exchange, mirror

from dew.actions import import_image
from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import Settings, World
from dew.compute.memory import MemoryHost
from dew.compute.privileges import IMPORT_UID
from dew.database import facts, images
from dew.database.connect import Database
from dew.images.catalogue import CloudImage
from dew.images.cloud import CloudImages
from dew.images.confinement import Confinement
from dew.images.fetch import AddressPolicy
from dew.images.importer import ImageImporter
from dew.images.partial import PIECE_BYTES
from dew.images.simulated import SimulatedBuilder
from dew.model.action import Action, ActionState
from dew.model.errors import Busy, NotFound
from dew.model.image import Image, ImageKind
from dew.storage.qcow2 import QcowStore

SLUG, FILE = "ubuntu-24-04-x64", "ubuntu.img"
DISK_BYTES = 64 * 2**20
FETCH = Request("fetch_image", None, {"name": SLUG})


class Dew:
    """One life of a daemon that fetches from ``url``, on a data directory that outlives it."""

    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._url = url

    async def __aenter__(self) -> "Dew":
        self.database = await Database.open(self._directory / "dew.db", durable=False)
        self.store = await QcowStore.open(self._directory / "store")
        async with self.database.write() as tx:
            await facts.put(tx, facts.STORE_IDENTITY, await self.store.identity())
        policy = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))
        entry = CloudImage(SLUG, "Ubuntu", "Ubuntu", f"{self._url}/{FILE}", f"{self._url}/SHA256SUMS")
        self.work = self._directory / "work"
        self.work.mkdir(exist_ok=True)
        self.world = World(
            self.database,
            self.store,
            MemoryHost(),
            SimulatedBuilder(),
            ImageImporter(Confinement(IMPORT_UID if os.geteuid() == 0 else None), policy, 2**30),
            "0" * 32,
            Settings(work=self.work, reserve_bytes=0),
            catalogue=CloudImages({SLUG: entry}, self._directory / "cache", policy, 0),
        )
        self.engine = Engine(self.world, KINDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        await self.database.close()

    async def fetch(self) -> Action:
        (action,) = await self.engine.accept(FETCH)
        return await self.ended(action.id)

    async def ended(self, action_id: int) -> Action:
        async with asyncio.timeout(60):
            return await self.engine.finished(action_id)

    async def image(self) -> Image:
        async with self.database.read() as tx:
            return await images.get_by_slug(tx, SLUG)

    def left_behind(self) -> list[Path]:
        return list(self.work.iterdir())


class Distribution:
    """Publishes one file; breaks off the first time it is asked, if it is told where."""

    def __init__(self, content: bytes, breaks_at: int | None = None) -> None:
        self.content = content
        self.listed = hashlib.sha256(content).hexdigest()
        self.breaks_at = breaks_at
        self.offsets: list[int] = []
        self.broke = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        if exchange.path == "/SHA256SUMS":
            await exchange.give(f"{self.listed} *{FILE}\n".encode(), f'"{self.listed}"')
            return
        self.offsets.append(exchange.offset)
        part, self.breaks_at = self.breaks_at, None
        await exchange.give(self.content, only_bytes=part)
        if part is not None:
            self.broke.set()
            await asyncio.sleep(5)  # as a line that went dead


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real disk as Ubuntu publishes them: an old qcow2, compressed."""
    directory = tmp_path_factory.mktemp("published")
    raw = directory / "disk.raw"
    with raw.open("wb") as file:
        file.truncate(DISK_BYTES)
        file.write(os.urandom(3 * 2**20))
    target = directory / FILE
    subprocess.run(["qemu-img", "convert", "-c", "-O", "qcow2", "-o", "compat=0.10", raw, target], check=True)
    return target


@asynccontextmanager
async def dew_at(directory: Path, distribution: Distribution) -> AsyncIterator[Dew]:
    async with mirror(distribution) as server, Dew(directory, server.url) as dew:
        yield dew


async def test_what_a_distribution_publishes_becomes_an_image(tmp_path: Path, published: Path) -> None:
    async with dew_at(tmp_path, Distribution(published.read_bytes())) as dew:
        action = await dew.fetch()
        assert (action.state, action.error) == (ActionState.COMPLETED, "")
        image = await dew.image()
        assert (image.kind, image.distribution, image.disk_bytes) == (ImageKind.BASE, "Ubuntu", DISK_BYTES)
        (layer,) = dew.store.disk((image.layer_id,)).paths
        compared = ["qemu-img", "compare", "-f", "qcow2", "-F", "qcow2", layer, published]
        assert subprocess.run(compared, capture_output=True).returncode == 0
        assert dew.left_behind() == []


async def test_a_killed_dewd_goes_on_where_the_download_was(tmp_path: Path, published: Path) -> None:
    content = published.read_bytes()
    distribution = Distribution(content, breaks_at=5 * PIECE_BYTES)
    async with mirror(distribution) as server:
        async with Dew(tmp_path, server.url) as dew:
            (action,) = await dew.engine.accept(FETCH)
            await distribution.broke.wait()
            while not any(
                path.stat().st_size == 5 * PIECE_BYTES for path in tmp_path.glob("cache/fetched/*.part")
            ):
                await asyncio.sleep(0.01)
        async with Dew(tmp_path, server.url) as dew:
            await dew.engine.resume()
            action = await dew.ended(action.id)
            assert (action.state, action.error) == (ActionState.COMPLETED, "")
            assert (await dew.image()).disk_bytes == DISK_BYTES
    assert distribution.offsets == [0, 5 * PIECE_BYTES]


async def test_a_wrong_checksum_makes_no_image_and_leaves_nothing(tmp_path: Path, published: Path) -> None:
    distribution = Distribution(published.read_bytes())
    distribution.listed = "0" * 64
    async with dew_at(tmp_path, distribution) as dew:
        action = await dew.fetch()
        assert action.state is ActionState.ERRORED
        assert "not what was published" in action.error
        with pytest.raises(NotFound):
            await dew.image()
        assert dew.left_behind() == []
        assert await dew.store.list_everything() == frozenset()
    assert list(tmp_path.glob("cache/fetched/*")) == []


async def test_a_published_image_that_names_another_file_is_refused(tmp_path: Path) -> None:
    secret, hostile = tmp_path / "secret.raw", tmp_path / "hostile.qcow2"
    secret.write_bytes(b"secret" * 200_000)
    make = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", hostile]
    subprocess.run(make, check=True)
    async with dew_at(tmp_path, Distribution(hostile.read_bytes())) as dew:
        action = await dew.fetch()
        assert action.state is ActionState.ERRORED
        assert "backing file" in action.error
        with pytest.raises(NotFound):
            await dew.image()
        assert dew.left_behind() == []


async def test_a_newer_image_takes_the_name_and_the_older_one_stays(tmp_path: Path, published: Path) -> None:
    async with dew_at(tmp_path, Distribution(published.read_bytes())) as dew:
        first = (await dew.fetch()).resource_id
        second = (await dew.fetch()).resource_id
        assert (await dew.image()).id == second
        async with dew.database.read() as tx:
            assert (await images.get(tx, first)).slug is None


async def test_a_fetch_that_is_called_off_ends_in_the_middle_and_the_next_one_goes_on_from_there(
    tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_image, "LOOK_EVERY_SECONDS", 0.05)
    distribution = Distribution(published.read_bytes(), breaks_at=5 * PIECE_BYTES)
    async with dew_at(tmp_path, distribution) as dew:
        (action,) = await dew.engine.accept(FETCH)
        await distribution.broke.wait()
        async with dew.database.write() as tx:
            assert await import_image.cancel(tx, action.resource_id)
        assert (await dew.ended(action.id)).error == "It was called off."
        assert dew.left_behind() == []
        assert (await dew.fetch()).error == ""
    assert distribution.offsets[-1] > 0


async def test_one_image_is_not_fetched_twice_at_once(tmp_path: Path, published: Path) -> None:
    distribution = Distribution(published.read_bytes(), breaks_at=PIECE_BYTES)
    async with dew_at(tmp_path, distribution) as dew:
        (action,) = await dew.engine.accept(FETCH)
        await distribution.broke.wait()
        with pytest.raises(Busy, match=f"Action {action.id}"):
            await dew.engine.accept(FETCH)
