"""What the power cuts in tests/crash found, each by itself: it was not synced when it counted as done."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.crash.machine import Fault, Life, Machine
from tests.unit.hostile_images import raw

from dew.actions.build_image import image_file
from dew.actions.import_image import scratch
from dew.actions.kind import Request
from dew.database import migrations
from dew.reconcile.daily import DailyCopy
from dew.storage.durable import make_directory
from dew.storage.exports import Exports
from dew.storage.qcow2 import QcowStore

IMAGE = 1


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What this process has synced so far."""
    paths: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        paths.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


async def test_an_image_is_on_the_disk_with_its_name_before_its_building_counts_as_done(
    tmp_path: Path, synced: list[Path]
) -> None:
    killed = Fault("build_image.build_file.running.commit.before", "kill")
    async with Life(Machine(tmp_path), [killed]) as life:
        await life.do(Request("build_image", None, {"name": "dew-micro"}))
        built = image_file(life.world.settings.work, IMAGE)
        assert life.ended.is_set()
    assert [path for path in synced if path in (built, tmp_path)] == [built, tmp_path]


async def test_what_was_fetched_is_on_the_disk_with_its_name_before_that_counts_as_done(
    tmp_path: Path, synced: list[Path]
) -> None:
    killed = Fault("fetch_image.fetch_file.running.commit.before", "kill")
    async with Life(Machine(tmp_path), [killed]) as life:
        await life.do(Request("fetch_image", None, {"name": "debian-13-x64"}))
        assert life.ended.is_set()
        directory = scratch(life.world.settings.work, IMAGE)
    assert synced[-2:] == [directory / "fetched", directory]


async def test_what_was_unpacked_is_on_the_disk_with_its_name_before_that_counts_as_done(
    tmp_path: Path, synced: list[Path]
) -> None:
    killed, content = Fault("import_image.inspect.running.commit.before", "kill"), gzip.compress(raw())

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    async with Life(Machine(tmp_path), [killed]) as life:
        upload = await life.uploads.begin("disk.raw.gz", len(content), None)
        await life.uploads.receive(upload.id, 0, pieces())
        await life.do(Request("import_image", None, {"name": "mine", "upload": upload.id}))
        assert life.ended.is_set()
        directory = scratch(life.world.settings.work, IMAGE)
    assert synced[-2:] == [directory / "unpacked", directory]


async def test_the_directory_of_exports_is_on_the_disk_before_anything_is_written_to_it(
    tmp_path: Path, synced: list[Path]
) -> None:
    await Exports(tmp_path / "exports").make_room(needed_bytes=1, reserve_bytes=0)
    assert synced == [tmp_path]


def test_a_directory_is_on_the_disk_with_all_that_were_made_above_it(
    tmp_path: Path, synced: list[Path]
) -> None:
    make_directory(tmp_path / "srv" / "dew" / "data", 0o700)
    assert {tmp_path, tmp_path / "srv", tmp_path / "srv" / "dew"} <= set(synced)


def test_a_directory_that_is_there_has_its_name_synced_again_since_its_maker_may_have_died(
    tmp_path: Path, synced: list[Path]
) -> None:
    (tmp_path / "work").mkdir()
    make_directory(tmp_path / "work", 0o700)
    assert tmp_path in synced


async def test_a_new_store_is_on_the_disk_with_its_name(tmp_path: Path, synced: list[Path]) -> None:
    await QcowStore.open(tmp_path / "store")
    assert {tmp_path, tmp_path / "store"} <= set(synced)


async def test_a_copy_of_the_database_is_on_the_disk_with_its_name(
    tmp_path: Path, synced: list[Path]
) -> None:
    await asyncio.to_thread(migrations.upgrade, tmp_path / "dew.db")
    synced.clear()
    await asyncio.to_thread(DailyCopy(tmp_path / "dew.db")._copy_if_due)
    assert synced == [tmp_path, tmp_path / "copies"]  # SQLite has synced what is in it
