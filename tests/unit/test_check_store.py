"""A check of the store finds every kind of damage, says whom it touches, and nothing new is built on it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.unit.kept import (
    BLOCK_BYTES,
    DROPLET,
    IMAGE,
    SNAPSHOT,
    Kept,
    copied,
    data_directory,
    opened,
)

from dew.actions.pace import ReadingPace
from dew.config import Config
from dew.database import damage, kept_disks
from dew.doctor import keeping
from dew.model.action import ActionState
from dew.model.errors import Damaged, StepFailed
from dew.reconcile.checksums import Checksums
from dew.reconcile.layers import Sweeper

__all__ = ["data_directory"]  # a fixture

pytestmark = pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img is not installed")


@pytest.fixture
async def kept(template: Path) -> AsyncIterator[Kept]:
    data = copied(template)
    try:
        async with opened(data) as made:
            await Checksums(made.world).catch_up()
            yield made
    finally:
        shutil.rmtree(data)


def overwrite(path: Path, change: Callable[[bytearray], None]) -> None:
    """Change a sealed file's bytes and leave its rights as they are."""
    content = bytearray(path.read_bytes())
    change(content)
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(0o440)


def flip_a_bit(kept: Kept) -> None:
    def change(content: bytearray) -> None:
        content[content.index(b"\xab" * BLOCK_BYTES) + 1000] ^= 1

    overwrite(kept.layer(2), change)


def truncate(kept: Kept) -> None:
    def change(content: bytearray) -> None:
        del content[-BLOCK_BYTES // 2 :]

    overwrite(kept.layer(2), change)


def empty(kept: Kept) -> None:
    overwrite(kept.layer(2), bytearray.clear)


def break_the_tables(kept: Kept) -> None:
    def change(content: bytearray) -> None:
        content[BLOCK_BYTES : 3 * BLOCK_BYTES] = b"\xff" * 2 * BLOCK_BYTES

    overwrite(kept.layer(2), change)


def delete(kept: Kept) -> None:
    kept.layer(2).unlink()


def swap(kept: Kept) -> None:
    aside = kept.layer(2).with_name("aside")
    kept.layer(2).rename(aside)
    kept.layer(1).rename(kept.layer(2))
    aside.rename(kept.layer(1))


def another_size(kept: Kept) -> None:
    kept.sql("UPDATE layers SET disk_bytes = disk_bytes + 512 WHERE id IN (2, 3)")


def no_parent(kept: Kept) -> None:
    kept.sql("UPDATE layers SET parent_id = 77 WHERE id = 2")


def loop(kept: Kept) -> None:
    kept.sql("UPDATE layers SET parent_id = 2 WHERE id = 1")


def parent_open(kept: Kept) -> None:
    kept.sql("UPDATE layers SET sealed_at = NULL WHERE id = 1")


def smaller_than_parent(kept: Kept) -> None:
    kept.sql("UPDATE layers SET disk_bytes = disk_bytes * 100 WHERE id = 1")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (flip_a_bit, "Layer 2 is damaged: its bytes are not those that were sealed."),
        (truncate, "Layer 2 is damaged: "),
        (empty, "is no qcow2 file"),
        (break_the_tables, "Layer 2 is damaged: qemu-img check says"),
        (delete, "Layer 2 is not in the store"),
        (swap, "Layer 2 is damaged: "),
        (another_size, "Layer 2 is damaged: its file is a disk of"),
        (no_parent, "The database does not know Layer 77, the parent of Layer 2."),
        (loop, "Layer 2 is its own ancestor"),
        (parent_open, "Layer 2 stands on Layer 1, which is not sealed."),
        (smaller_than_parent, "Layer 2 is smaller than its parent, Layer 1."),
    ],
)
async def test_damage_is_named_with_whom_it_touches_and_nothing_new_is_built_on_it(
    kept: Kept, harm: Callable[[Kept], None], said: str
) -> None:
    harm(kept)
    result = await kept.check()
    assert any(said in sentence for sentence in result["damaged"]), result
    async with kept.database.read() as tx:
        touched = {(each.resource_type, each.id) for each in await damage.touched(tx)}
    assert {("image", SNAPSHOT), ("droplet", DROPLET)} <= touched
    for refused in (
        kept.create(),
        kept.do("restore", DROPLET, image=SNAPSHOT),
        kept.do("snapshot", DROPLET, name="second"),
    ):
        with pytest.raises(Damaged, match="dew check store"):
            await refused


async def test_damage_of_a_disk_that_is_kept_for_an_undo_is_told_and_not_undone_to(kept: Kept) -> None:
    kept.sql(f"UPDATE images SET layer_id = 1 WHERE id = {SNAPSHOT}")
    assert (await kept.do("restore", DROPLET, image=SNAPSHOT)).state is ActionState.COMPLETED
    flip_a_bit(kept)
    await kept.check()
    async with kept.database.read() as tx:
        (disk,) = await kept_disks.of_droplet(tx, DROPLET)
        (touched,) = await damage.touched(tx)
    assert (touched.resource_type, touched.id, touched.name) == ("kept_disk", disk.id, "web")
    with pytest.raises(Damaged, match="Layer 2 is damaged"):
        await kept.do("undo", DROPLET)
    doctor = keeping.damage(Config(data=kept.data))
    assert doctor is not None
    assert "the kept disk of web" in doctor[1]


@pytest.mark.parametrize("harm", [no_parent, loop, delete, flip_a_bit])
async def test_a_droplet_whose_disk_is_damaged_goes_back_to_a_snapshot_that_is_whole(
    kept: Kept, harm: Callable[[Kept], None]
) -> None:
    """Here the Droplet's disk and the older Snapshot part ways above Layer 1, which is whole."""
    kept.sql(f"UPDATE images SET layer_id = 1 WHERE id = {SNAPSHOT}")
    harm(kept)
    if harm is loop:
        kept.sql("UPDATE layers SET parent_id = NULL WHERE id = 1")
        kept.sql("UPDATE layers SET parent_id = 3 WHERE id = 2")
    assert (await kept.check())["damaged"]
    assert (await kept.do("restore", DROPLET, image=SNAPSHOT)).state is ActionState.COMPLETED
    async with kept.database.read() as tx:
        assert ("droplet", DROPLET) not in {
            (each.resource_type, each.id) for each in await damage.touched(tx)
        }


@pytest.mark.parametrize("harm", [no_parent, loop, delete])
async def test_a_droplet_whose_disk_is_damaged_can_be_deleted(
    kept: Kept, harm: Callable[[Kept], None]
) -> None:
    harm(kept)
    await kept.check()
    destroyed = await kept.do("destroy", DROPLET)
    assert (destroyed.state, destroyed.error) == (ActionState.COMPLETED, "")
    assert not kept.layer(3).exists()


async def test_a_layer_that_is_missed_only_when_it_is_needed_leaves_nothing_behind(kept: Kept) -> None:
    kept.layer(2).unlink()
    before = await kept.store.list_everything()
    created = await kept.create()
    assert (created.state, "not in the store" in created.error) == (ActionState.ERRORED, True)
    assert await kept.store.list_everything() == before


async def test_what_does_not_stand_on_the_damage_is_not_touched(kept: Kept) -> None:
    flip_a_bit(kept)
    await kept.check()
    async with kept.database.read() as tx:
        assert ("image", IMAGE) not in {(each.resource_type, each.id) for each in await damage.touched(tx)}
    assert (await kept.create("fine", IMAGE)).state is ActionState.COMPLETED


async def test_a_file_that_is_put_back_clears_the_mark(kept: Kept) -> None:
    whole = kept.layer(2).read_bytes()
    flip_a_bit(kept)
    assert (await kept.check())["damaged"]
    overwrite(kept.layer(2), lambda content: content.__setitem__(slice(None), whole))
    assert (await kept.check())["damaged"] == []
    assert (await kept.create()).state is ActionState.COMPLETED


def make_writable(kept: Kept) -> str:
    kept.layer(2).chmod(0o640)
    return "layer-2.qcow2 has mode 0640 and should have 0440. It is sealed and must never change."


def close_a_volume(kept: Kept) -> str:
    kept.layer(3).chmod(0o440)
    return "layer-3.qcow2 has mode 0440 and should have 0600."


def add_a_stranger(kept: Kept) -> str:
    kept.layer(2).with_name("backup.img").touch()
    return "backup.img among the Layers is not Dew's"


def add_an_unknown_layer(kept: Kept) -> str:
    kept.sql("INSERT INTO layers (disk_bytes, created_at) VALUES (1, '2026-01-01 00:00:00')")
    kept.sql("DELETE FROM layers WHERE id = 4")
    shutil.copy(kept.layer(2), kept.layer(4))
    return "The database does not know Layer 4"


@pytest.mark.parametrize("harm", [make_writable, close_a_volume, add_a_stranger, add_an_unknown_layer])
async def test_a_fault_that_harms_nobody_yet_is_told_and_refuses_nothing(
    kept: Kept, harm: Callable[[Kept], str]
) -> None:
    said = harm(kept)
    result = await kept.check()
    assert (result["damaged"], len(result["faults"])) == ([], 1)
    assert said in result["faults"][0]
    assert (await kept.create()).state is ActionState.COMPLETED


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users, which takes root")
async def test_a_sealed_layer_of_another_owner_is_told(kept: Kept) -> None:
    os.chown(kept.layer(2), 61235, 61235)
    assert "layer-2.qcow2 belongs to 61235:61235" in (await kept.check())["faults"][0]


async def test_a_whole_store_is_found_whole_and_not_a_byte_of_it_changes(kept: Kept) -> None:
    before = {layer: kept.layer(layer).read_bytes() for layer in (1, 2, 3)}
    result = await kept.check()
    assert (result["layers"], result["damaged"], result["faults"]) == (3, [], [])
    assert {layer: kept.layer(layer).read_bytes() for layer in (1, 2, 3)} == before


async def test_a_volume_that_is_being_written_is_not_read(kept: Kept) -> None:
    """Its bytes are in flux: reading them would find nonsense, and qemu-img check could take its lock."""
    content = bytearray(kept.layer(3).read_bytes())
    content[BLOCK_BYTES : 2 * BLOCK_BYTES] = b"\xff" * BLOCK_BYTES
    kept.layer(3).write_bytes(content)
    assert (await kept.check())["damaged"] == []


async def test_a_check_that_was_cut_short_goes_on_with_what_is_left(kept: Kept) -> None:
    read: list[int] = []
    original = kept.store.read_through

    async def read_through(layer: int, pace: object) -> object:
        read.append(layer)
        if read == [1, 2]:
            await asyncio.Event().wait()  # until dewd is killed
        return await original(layer, pace)  # type: ignore[arg-type]

    kept.store.read_through = read_through  # type: ignore[method-assign, assignment]
    task = asyncio.ensure_future(kept.check())
    while read != [1, 2]:
        await asyncio.sleep(0.01)
    await kept.engine.close()
    task.cancel()
    await asyncio.wait([task])
    async with opened(kept.data) as again:
        original = again.store.read_through
        again.store.read_through = read_through  # type: ignore[method-assign, assignment]
        read.append(0)
        (action_id,) = [
            task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("action-")
        ]
        assert (
            await again.engine.finished(int(action_id.removeprefix("action-")))
        ).state is ActionState.COMPLETED
    assert read == [1, 2, 0, 2]


async def test_checks_go_on_while_snapshots_are_taken_and_deleted(kept: Kept) -> None:
    async def live() -> None:
        for number in range(6):
            taken = await kept.do("snapshot", DROPLET, name=f"{number}")
            assert taken.state is ActionState.COMPLETED
            if number % 2:
                await kept.do("delete_image", taken.params["image"])
                await kept.do("restore", DROPLET, image=SNAPSHOT)
            await Sweeper(kept.world, keep_retired_hours=0, keep_trash_hours=0).sweep()

    living = asyncio.ensure_future(live())
    checks = 0
    while not living.done() or checks < 3:
        result = await kept.check()
        assert (result["damaged"], result["faults"]) == ([], [])
        checks += 1
    await living


async def test_what_is_swept_while_it_is_read_is_no_fault(kept: Kept) -> None:
    image = (await kept.do("snapshot", DROPLET, name="second")).params["image"]
    await kept.do("restore", DROPLET, image=SNAPSHOT)

    async def read_through(layer: int, pace: object) -> object:
        if layer != 3:
            return await original(layer, pace)  # type: ignore[arg-type]
        await kept.do("delete_image", image)
        await Sweeper(kept.world, keep_retired_hours=0, keep_trash_hours=0).sweep()
        raise StepFailed("qemu-img could not check it: No such file or directory")

    original, kept.store.read_through = kept.store.read_through, read_through  # type: ignore[method-assign, assignment]
    result = await kept.check()
    assert not kept.layer(3).exists()
    assert (result["damaged"], result["faults"]) == ([], [])


async def test_what_changes_while_it_is_looked_at_is_not_judged(kept: Kept) -> None:
    async def examine(layer: int, *, sealed: bool) -> object:
        if layer == 3:
            await kept.do("snapshot", DROPLET, name="second")  # which seals it
        return await original(layer, sealed=sealed)

    original, kept.store.examine = kept.store.examine, examine  # type: ignore[method-assign, assignment]
    assert (await kept.check())["faults"] == []


async def test_a_layer_that_is_swept_while_the_directory_is_compared_is_no_fault(kept: Kept) -> None:
    add_an_unknown_layer(kept)
    kept.sql("INSERT INTO layers (id, disk_bytes, created_at) VALUES (4, 1, '2026-01-01 00:00:00')")

    async def strangers() -> tuple[str, ...]:
        await Sweeper(kept.world, keep_retired_hours=0, keep_trash_hours=0).sweep()
        return ()

    kept.store.strangers = strangers  # type: ignore[method-assign]
    assert (await kept.check())["faults"] == []
    assert not kept.layer(4).exists()


async def test_a_sealed_layer_gets_its_checksum_in_the_background_and_keeps_it(kept: Kept) -> None:
    async with kept.database.read() as tx:
        assert await damage.unread(tx) == []
    await kept.do("snapshot", DROPLET, name="second")
    async with kept.database.read() as tx:
        assert await damage.unread(tx) == [3]
    await Checksums(kept.world).catch_up()
    flip_a_bit(kept)
    await Checksums(kept.world).catch_up()
    assert len((await kept.check())["damaged"]) == 1


async def test_one_layer_that_cannot_be_read_keeps_no_other_from_its_checksum(kept: Kept) -> None:
    kept.sql("UPDATE layers SET checksum = NULL")
    kept.layer(1).rename(kept.layer(1).with_name("aside"))
    await Checksums(kept.world).catch_up()
    async with kept.database.read() as tx:
        assert await damage.unread(tx) == [1]


async def test_all_readers_together_keep_to_one_pace() -> None:
    pace, loop = ReadingPace(10e6), asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(pace(1_000_000) for _ in range(4)))
    assert 0.25 < loop.time() - begun < 2
