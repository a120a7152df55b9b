"""Actions and a database that meet a full disk, a real one: a clear error, and everything is as it was."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.small_disk import fill, free_bytes, small_disk, takes_root
from tests.unit.on_a_small_disk import CREATE, LIMIT_SECONDS, Small, make_history, opened

from dew.actions import engine as engine_module
from dew.actions.kind import Request
from dew.database import actions, facts, keys
from dew.database.ballast import BALLAST_BYTES, PIECE_BYTES
from dew.model.action import ActionState
from dew.model.errors import DatabaseFull
from dew.reconcile import layers as sweeping

pytestmark = takes_root

DISK_MEBIBYTES = 192


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK_MEBIBYTES) as mounted:
        yield mounted


@pytest.fixture
async def small(disk: Path, tmp_path: Path) -> AsyncIterator[Small]:
    async with opened(disk, tmp_path) as made:
        await make_history(made)
        yield made


SNAPSHOT = Request("snapshot", 1, {"name": "new"})
RESTORE = Request("restore", 1, {"image": 2})
REBUILD = Request("rebuild", 1, {"image": 1})
BUILD = Request("build_image", None, {"name": "dew-micro"})
OFF = Request("power_off", 1)
GROW = Request("resize", 1, {"size": "s-2vcpu-2gb", "disk": True})
UNDO = Request("undo", 1)


@pytest.mark.parametrize(
    ("before", "request_", "step"),
    [
        ((), CREATE, "create_volume"),
        ((), SNAPSHOT, "prepare_successor"),
        ((), RESTORE, "create_volume"),
        ((), REBUILD, "create_volume"),
        ((OFF,), GROW, "grow_disk"),
        ((RESTORE, OFF, GROW), UNDO, "grow_disk"),
        ((), BUILD, "import_layer"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
async def test_an_action_that_finds_the_disk_full_leaves_everything_as_it_was(
    small: Small, before: tuple[Request, ...], request_: Request, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "WORKING_ROOM_BYTES", 0)  # of so small a disk
    for each in before:
        assert (await small.do(each)).state is ActionState.COMPLETED
    rows, files, droplet = await small.rows(), small.files(), await the_droplet(small)
    small.happens[f"{request_.kind}.{step}.act.before"] = lambda: asyncio.to_thread(fill, small.disk)
    action = await small.do(request_)
    assert (action.state, small.happens) == (ActionState.ERRORED, {})
    assert "the disk that holds the Layers is full. Delete Snapshots or Droplets" in action.error
    assert small.files() == files
    assert await the_droplet(small) == droplet
    (small.disk / "filler").unlink()
    await small.sweep()
    assert await small.rows() == rows
    assert (await small.do(request_)).state is ActionState.COMPLETED, "it works when there is room"


async def the_droplet(small: Small) -> list[object]:
    async with small.database.read() as tx:
        return list((await tx.exec_driver_sql("SELECT * FROM droplets WHERE id = 1")).all())


async def test_what_a_full_disk_refuses_is_refused_before_anything_is_made(small: Small) -> None:
    rows, files = await small.rows(), small.files()
    await asyncio.to_thread(fill, small.disk)
    for request in (CREATE, SNAPSHOT, RESTORE, REBUILD, BUILD):
        with pytest.raises(Exception, match="This needs 1 MiB; the disk has 0 MiB left"):
            await small.engine.accept(request)
    assert (await small.rows(), small.files()) == (rows, files)


async def test_a_database_on_a_full_disk_loses_nothing_it_acknowledged_and_goes_on(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ballast, the worst case: whatever is left was given up already."""
    monkeypatch.setattr(engine_module, "WRITE_AGAIN_SECONDS", 0.05)
    async with opened(disk, disk) as small:
        await make_history(small)
        async with small.database.read() as reader:
            await facts.get(reader, "anything")  # with a reader the log only grows: it can't start afresh
            small.happens["rename.set_name.act.before"] = lambda: add_keys_until_full(small)
            (action,) = await small.engine.accept(Request("rename", 1, {"name": "renamed"}))
            async with asyncio.timeout(LIMIT_SECONDS):
                while small.happens or not (disk / "filler").exists():
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            async with small.database.read() as tx:
                assert (await actions.get(tx, action.id)).state is ActionState.RUNNING, "it waits"
                _, acknowledged = await keys.page(tx, 0, 1)
        (disk / "filler").unlink()
        async with asyncio.timeout(LIMIT_SECONDS):
            assert (await small.engine.finished(action.id)).state is ActionState.COMPLETED
    async with opened(disk, disk) as again, again.database.read() as tx:
        assert (await keys.page(tx, 0, 1))[1] == acknowledged
        assert (await tx.exec_driver_sql("SELECT name FROM droplets WHERE id = 1")).scalar_one() == "renamed"
        assert (await tx.exec_driver_sql("PRAGMA integrity_check")).scalar_one() == "ok"


async def add_keys_until_full(small: Small) -> None:
    """Fill the disk and write until the database refuses."""
    await asyncio.to_thread(fill, small.disk)
    with pytest.raises(DatabaseFull):
        await add_keys(small, 1000)


async def add_keys(small: Small, count: int) -> None:
    for number in range(count):
        await add_key(small, number)


async def add_key(small: Small, number: int) -> None:
    async with small.database.write() as tx:
        await keys.add(tx, "k" * 255, str(number), "ssh-ed25519 " + "A" * 2000, small.world.now())


async def test_on_a_full_disk_snapshots_and_droplets_can_still_be_deleted(disk: Path) -> None:
    async with opened(disk, disk) as small:
        await make_history(small)
        await small.database.set_space_aside()
        assert (disk / "ballast").stat().st_blocks * 512 == BALLAST_BYTES
        await asyncio.to_thread(fill, disk)
        await add_keys(small, 200)
        for request in (Request("delete_image", 2), Request("destroy", 1)):
            assert (await small.do(request)).state is ActionState.COMPLETED
        given_up = BALLAST_BYTES - (disk / "ballast").stat().st_size
        assert PIECE_BYTES <= given_up <= 8 * PIECE_BYTES
        (disk / "filler").unlink()
        await small.database.set_space_aside()
        assert (disk / "ballast").stat().st_size == BALLAST_BYTES, "it is there for the next time"


async def test_no_ballast_is_taken_where_there_is_little_room(disk: Path) -> None:
    await asyncio.to_thread(fill, disk, 3 * BALLAST_BYTES)
    async with opened(disk, disk) as small:
        await small.database.set_space_aside()
    assert not (disk / "ballast").exists()
    assert free_bytes(disk) > 2 * BALLAST_BYTES


async def test_a_dewd_that_has_no_room_to_start_says_so(disk: Path) -> None:
    (disk / "log").mkdir()
    await asyncio.to_thread(fill, disk)
    dewd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dew.daemon", "--simulate"),
        env={**os.environ, "DEW_DATA": str(disk), "DEW_LISTEN": "127.0.0.1:0"},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(LIMIT_SECONDS):
        _, said = await dewd.communicate()
    assert dewd.returncode == 1
    assert said.decode().startswith("dewd: The disk with Dew's data is full")
