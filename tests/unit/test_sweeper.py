"""The most dangerous code in the house: what it gives up, what it keeps, and when it refuses."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.crash.machine import Life, life_with_a_droplet

from dew.actions.kind import Request
from dew.database import facts, kept_disks
from dew.model.action import ActionState
from dew.model.errors import Broken, DatabaseFull
from dew.reconcile.layers import WORKING_ROOM_BYTES, Sweeper

ID = 1


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with life_with_a_droplet(tmp_path) as living:
        yield living


def sweeper(life: Life, keep_hours: float = 24) -> Sweeper:
    return Sweeper(life.world, keep_retired_hours=keep_hours, keep_trash_hours=24)


async def test_it_can_be_cancelled_in_the_moment_in_which_it_is_woken(life: Life) -> None:
    for _ in range(20):
        made = sweeper(life)
        task = asyncio.create_task(made.run())
        await asyncio.sleep(0.05)
        made.wake()
        await asyncio.sleep(0)
        async with life.database.quiet():  # at once, unless it sweeps still
            task.cancel()
        await asyncio.wait([task], timeout=5)
        assert task.cancelled()


async def test_nothing_that_is_needed_is_touched(life: Life) -> None:
    await life.do(Request("snapshot", ID, {"name": "kept"}))
    before = await life.store.list_everything()
    assert await sweeper(life).sweep() == frozenset()
    assert await life.store.list_everything() == before


async def test_the_disk_that_a_restore_replaced_is_kept_a_while_and_then_given_up(life: Life) -> None:
    (taken,) = await life.do(Request("snapshot", ID, {"name": "back"}))
    replaced = await life.head(ID)
    await life.do(Request("restore", ID, {"image": taken.params["image"]}))
    assert await sweeper(life).sweep() == frozenset()
    assert await sweeper(life, keep_hours=0).sweep() == {replaced}


async def restored(life: Life, times: int) -> list[int]:
    """Restore the Droplet again and again; return the heads of the disks it lost, oldest first."""
    (taken,) = await life.do(Request("snapshot", ID, {"name": "back"}))
    replaced = []
    for _ in range(times):
        replaced.append(await life.head(ID))
        await life.write(ID, "big", bytes(2**20))
        await life.do(Request("restore", ID, {"image": taken.params["image"]}))
    return replaced


async def test_when_space_is_short_kept_disks_go_the_oldest_first_and_only_as_many_as_needed(
    life: Life,
) -> None:
    oldest, middle, newest = await restored(life, 3)
    free_bytes = life.machine.disks.free_bytes
    short = replace(life.world.settings, reserve_bytes=free_bytes + 3 * 2**19 - WORKING_ROOM_BYTES)
    object.__setattr__(life.world, "settings", short)
    assert await sweeper(life).sweep() == {oldest, middle}
    assert newest in await life.store.list_everything()
    (undone,) = await life.do(Request("undo", ID))
    assert undone.state is ActionState.COMPLETED
    assert await life.head(ID) == newest


async def test_when_space_is_short_finished_exports_go_and_what_is_being_written_stays(life: Life) -> None:
    exports = life.world.settings.exports
    exports.mkdir()
    for name in ("snapshot-7.qcow2", "snapshot-7.json", "snapshot-8.qcow2"):
        (exports / name).write_bytes(b"{}")
    await sweeper(life).sweep()
    assert len(list(exports.iterdir())) == 3, "there is room"
    short = replace(life.world.settings, reserve_bytes=life.machine.disks.free_bytes + 1)
    object.__setattr__(life.world, "settings", short)
    await sweeper(life).sweep()
    assert [path.name for path in exports.iterdir()] == ["snapshot-8.qcow2"]


async def test_when_space_is_short_cached_images_go_before_exports_the_oldest_first_and_nothing_of_others(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, exports = life.machine.directory / "cache", life.world.settings.exports
    object.__setattr__(life.world, "settings", replace(life.world.settings, image_cache=cache))
    names = [
        "dew-micro-0123456789ab.qcow2",
        "fetched/some-0123456789ab.qcow2",
        "mine.qcow2",
        ".x-build.qcow2",
    ]
    for age, name in enumerate(names):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(b"disk")
        os.utime(cache / name, (1e9 - age, 1e9 - age))
    exports.mkdir()
    (exports / "snapshot-7.json").write_bytes(b"{}")
    enough = 1

    async def is_short(_: Sweeper) -> bool:
        return len(list(cache.rglob("*-0123456789ab.qcow2"))) > enough

    monkeypatch.setattr(Sweeper, "_is_short", is_short)
    await sweeper(life).sweep()
    assert not (cache / names[1]).exists()
    assert all((cache / name).exists() for name in (names[0], names[2], names[3]))
    assert (exports / "snapshot-7.json").exists()
    enough = -1
    await sweeper(life).sweep()
    assert sorted(path.name for path in cache.rglob("*.qcow2")) == [".x-build.qcow2", "mine.qcow2"]
    assert not (exports / "snapshot-7.json").exists()


async def test_of_a_droplet_that_is_destroyed_no_disk_is_kept(life: Life) -> None:
    replaced = await restored(life, 2)
    await life.do(Request("destroy", ID))
    await sweeper(life).sweep()
    assert not set(replaced) & await life.store.list_everything()
    async with life.database.read() as tx:
        assert await kept_disks.of_droplet(tx, ID) == []


async def test_a_deleted_snapshots_bytes_go_when_no_droplet_stands_on_them(life: Life) -> None:
    (taken,) = await life.do(Request("snapshot", ID, {"name": "gone"}))
    await life.do(Request("delete_image", taken.params["image"]))
    assert await sweeper(life, 0).sweep() == frozenset(), "the Droplet stands on it"
    await life.do(Request("destroy", ID))
    assert taken.params["sealed"] in await sweeper(life, 0).sweep()


async def test_a_layer_that_an_open_action_is_about_to_make_is_kept(life: Life) -> None:
    async with life.database.write() as tx:
        await tx.exec_driver_sql("UPDATE actions SET state = 'running' WHERE kind = 'create'")
        await tx.exec_driver_sql("UPDATE droplets SET volume_id = NULL")
        await tx.exec_driver_sql("DELETE FROM volumes")
    assert await sweeper(life, 0).sweep() == frozenset()


async def test_a_file_that_no_row_speaks_of_goes_to_the_trash(life: Life) -> None:
    async with life.database.write() as tx:
        await tx.exec_driver_sql(
            "INSERT INTO layers (disk_bytes, created_at) VALUES (1, '2026-01-01 00:00:00')"
        )
    orphan = max(life.machine.disks.layers) + 1
    await life.store.create_overlay(orphan, (), 1)
    assert await sweeper(life).sweep() == {orphan}
    assert [layer for _, layer, _ in life.machine.disks.trash] == [orphan]


@pytest.mark.parametrize("change", ["lost", "foreign", "older"])
async def test_it_refuses_a_database_that_does_not_fit(life: Life, change: str) -> None:
    before = await life.store.list_everything()
    async with life.database.write() as tx:
        if change == "lost":
            await tx.exec_driver_sql("DELETE FROM facts")
        elif change == "foreign":
            await facts.put(tx, facts.STORE_IDENTITY, "f" * 32)
        else:
            await tx.exec_driver_sql("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'layers'")
        await tx.exec_driver_sql("UPDATE droplets SET volume_id = NULL")
        await tx.exec_driver_sql("DELETE FROM volumes")
    with pytest.raises(Broken, match="nothing is deleted"):
        await sweeper(life, 0).sweep()
    assert await life.store.list_everything() == before


async def test_trash_is_emptied_as_soon_as_space_becomes_short_and_not_before(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dew.reconcile.layers.LOOK_AT_ROOM_EVERY_SECONDS", 0.02)
    await life.do(Request("destroy", ID))
    made = sweeper(life)
    task = asyncio.create_task(made.run())
    await asyncio.sleep(0.2)
    disks = life.machine.disks
    assert disks.trash, "there is room, so it may be taken back still"
    disks.capacity_bytes -= disks.free_bytes - WORKING_ROOM_BYTES + 1
    async with asyncio.timeout(5):
        while disks.trash:
            await asyncio.sleep(0.02)
    async with life.database.quiet():
        task.cancel()
    await asyncio.wait([task])


async def test_trash_is_emptied_although_the_database_took_no_writes_at_first(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dew.reconcile.layers.LOOK_AT_ROOM_EVERY_SECONDS", 0.02)
    await life.do(Request("destroy", ID))
    disks = life.machine.disks
    disks.capacity_bytes -= disks.free_bytes
    made, sweep, refusals = sweeper(life), Sweeper.sweep, 3

    async def full_at_first() -> frozenset[int]:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise DatabaseFull("full")
        return await sweep(made)

    monkeypatch.setattr(made, "sweep", full_at_first)
    task = asyncio.create_task(made.run())
    async with asyncio.timeout(5):
        while disks.trash:
            await asyncio.sleep(0.02)
    async with life.database.quiet():
        task.cancel()
    await asyncio.wait([task])
