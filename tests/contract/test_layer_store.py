"""What every LayerStore promises: one suite, run over the qcow2 files and the memory.

Bytes are written and read as a guest would, in 64 KiB blocks: with qemu-io over an explicit chain that
trusts no backing name, and in the memory's model.
"""

import asyncio
import hashlib
import json
import shutil
from pathlib import Path
from typing import Protocol

import pytest

from dew.model.disk import Chain
from dew.model.errors import Broken, LayerMissing, NoSpace, StepFailed
from dew.storage.memory import EMPTY_LAYER_BYTES, MemoryDisks, MemoryStore
from dew.storage.qcow2 import QcowStore
from dew.storage.store import LayerStore

BLOCK_BYTES = 65536
DISK_BYTES = 64 * BLOCK_BYTES


class Bench(Protocol):
    """A driver with the means to act as its guests do."""

    store: LayerStore

    async def restart(self) -> None:
        """Open the same store anew, as after a crash of the daemon."""

    async def write(self, chain: Chain, block: int, byte: int) -> None:
        """Fill a block, seen through ``chain``, with one byte value."""

    async def read(self, chain: Chain, block: int) -> int:
        """Return the byte value that fills a block; 0 where nothing was written."""

    def digest(self, layer: int) -> str:
        """Return a hash of all the bytes of one Layer."""

    def flip(self, layer: int) -> None:
        """Change one bit of a Layer behind the store's back."""

    async def source(self, name: str) -> Path:
        """Make a standalone disk of DISK_BYTES outside the store."""

    def fill_the_disk(self) -> None:
        """Leave no room for another Layer."""


async def program(*command: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said


def explicit(paths: tuple[Path, ...]) -> str:
    """Return the whole graph for QEMU's programs, each backing file named by us, the last having none."""
    node: dict[str, object] | None = None
    for path in reversed(paths):
        node = {"driver": "qcow2", "file": {"driver": "file", "filename": str(path)}, "backing": node}
    return "json:" + json.dumps(node)


class QcowBench:
    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = root
        self._monkeypatch = monkeypatch

    async def restart(self) -> None:
        self.store = await QcowStore.open(self._root / "store")

    async def write(self, chain: Chain, block: int, byte: int) -> None:
        command = f"write -P {byte} {block * BLOCK_BYTES} {BLOCK_BYTES}"
        await program("qemu-io", "-c", command, explicit(self.store.disk(chain).paths))

    async def read(self, chain: Chain, block: int) -> int:
        raw = self._root / "read.raw"
        await program("qemu-img", "convert", "-O", "raw", explicit(self.store.disk(chain).paths), str(raw))
        with raw.open("rb") as file:
            file.seek(block * BLOCK_BYTES)
            found = set(file.read(BLOCK_BYTES))
        assert len(found) == 1
        return found.pop()

    def digest(self, layer: int) -> str:
        return hashlib.sha256(self.store.disk((layer,)).paths[0].read_bytes()).hexdigest()

    def flip(self, layer: int) -> None:
        path = self.store.disk((layer,)).paths[0]
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.chmod(0o600)
        path.write_bytes(content)
        path.chmod(0o440)

    async def source(self, name: str) -> Path:
        path = self._root / name
        await program("qemu-img", "create", "-q", "-f", "qcow2", str(path), str(DISK_BYTES))
        return path

    def fill_the_disk(self) -> None:
        """Let qemu-img meet a full disk; test_qcow2_full_disk.py fills a real one."""
        fake = self._root / "bin" / "qemu-img"
        fake.parent.mkdir()
        fake.write_text("#!/bin/sh\necho 'Could not write: No space left on device' >&2\nexit 1\n")
        fake.chmod(0o755)
        self._monkeypatch.setenv("PATH", str(fake.parent), prepend=":")


class MemoryBench:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._disks = MemoryDisks()

    async def restart(self) -> None:
        self.store = MemoryStore(self._disks)

    async def write(self, chain: Chain, block: int, byte: int) -> None:
        self.store.write(chain[0], block, bytes([byte]))

    async def read(self, chain: Chain, block: int) -> int:
        return (self.store.read(chain, block) or b"\0")[0]

    def digest(self, layer: int) -> str:
        found = self._disks.layers[layer]
        return hashlib.sha256(
            repr((found.disk_bytes, sorted(found.content.items(), key=repr))).encode()
        ).hexdigest()

    def flip(self, layer: int) -> None:
        content = self._disks.layers[layer].content
        content[0] = bytes([content[0][0] ^ 1])

    async def source(self, name: str) -> Path:
        path = self._root / name
        path.write_bytes(bytes(DISK_BYTES))
        return path

    def fill_the_disk(self) -> None:
        self._disks.capacity_bytes = EMPTY_LAYER_BYTES // 2


async def at_once(_: int) -> None:
    """No pace at all."""


@pytest.fixture(params=["qcow2", "memory"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    if request.param == "qcow2" and not (shutil.which("qemu-img") and shutil.which("qemu-io")):
        pytest.skip("qemu-img and qemu-io are not installed (Debian: qemu-utils)")
    made = QcowBench(tmp_path, monkeypatch) if request.param == "qcow2" else MemoryBench(tmp_path)
    await made.restart()
    return made


async def test_a_new_volume_is_empty_and_as_big_as_asked(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    usage = await bench.store.usage(1)
    assert usage.disk_bytes == DISK_BYTES
    assert 0 < usage.allocated_bytes < 1 << 20
    assert await bench.read((1,), 0) == 0


async def test_an_overlay_shows_its_parents_bytes_until_it_is_written(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 11)
    await bench.write((1,), 1, 12)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    await bench.store.seal(1)
    await bench.write((2, 1), 1, 22)
    assert [await bench.read((2, 1), block) for block in (0, 1, 2)] == [11, 22, 0]
    assert await bench.read((1,), 1) == 12


async def test_creating_again_keeps_what_was_written_since(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 3, 33)
    await bench.store.create_overlay(1, (), DISK_BYTES)
    assert await bench.read((1,), 3) == 33


async def test_creating_twice_at_once_makes_one_layer(bench: Bench) -> None:
    await asyncio.gather(*(bench.store.create_overlay(1, (), DISK_BYTES) for _ in range(4)))
    assert await bench.store.list_everything() == {1}
    assert await bench.read((1,), 0) == 0


async def test_a_missing_parent_is_named_and_nothing_is_made(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    with pytest.raises(LayerMissing, match="Layer 7 "):
        await bench.store.create_overlay(2, (1, 7), DISK_BYTES)
    assert await bench.store.list_everything() == {1}


async def test_an_overlay_never_cuts_its_parent_short(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    with pytest.raises(StepFailed, match="at least"):
        await bench.store.create_overlay(2, (1,), DISK_BYTES // 2)
    assert await bench.store.list_everything() == {1}


async def test_a_bigger_overlay_reads_zeroes_beyond_its_parents_end(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 63, 9)
    await bench.store.seal(1)
    await bench.store.create_overlay(2, (1,), 2 * DISK_BYTES)
    assert [await bench.read((2, 1), block) for block in (63, 64, 127)] == [9, 0, 0]


async def test_a_sealed_layers_bytes_never_change(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 1)
    await bench.store.seal(1)
    before = bench.digest(1)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    await bench.store.create_overlay(3, (1,), DISK_BYTES)
    await bench.write((2, 1), 0, 2)
    await bench.write((3, 1), 0, 3)
    await bench.store.grow(2, 2 * DISK_BYTES)
    await bench.store.seal(2)
    await bench.store.seal(1)
    await bench.restart()
    await bench.store.discard(3)
    assert bench.digest(1) == before
    assert await bench.read((2, 1), 0) == 2


async def test_sealing_a_missing_layer_says_so(bench: Bench) -> None:
    with pytest.raises(LayerMissing, match="Layer 5 "):
        await bench.store.seal(5)


async def test_a_volume_grows_and_keeps_its_bytes(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 5)
    for _ in range(2):
        await bench.store.grow(1, 2 * DISK_BYTES)
    assert (await bench.store.usage(1)).disk_bytes == 2 * DISK_BYTES
    assert await bench.read((1,), 0) == 5


async def test_growing_to_less_shrinks_nothing(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.grow(1, DISK_BYTES // 2)
    assert (await bench.store.usage(1)).disk_bytes == DISK_BYTES


async def test_growing_a_sealed_layer_is_broken_even_when_it_is_big_enough(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.seal(1)
    before = bench.digest(1)
    for disk_bytes in (DISK_BYTES, 2 * DISK_BYTES):
        with pytest.raises(Broken, match="sealed"):
            await bench.store.grow(1, disk_bytes)
    assert bench.digest(1) == before


async def test_growing_or_measuring_a_missing_layer_says_so(bench: Bench) -> None:
    with pytest.raises(LayerMissing, match="Layer 5 "):
        await bench.store.grow(5, DISK_BYTES)
    with pytest.raises(LayerMissing, match="Layer 5 "):
        await bench.store.usage(5)


async def test_an_imported_layer_is_sealed_and_its_source_is_gone(bench: Bench) -> None:
    source = await bench.source("image")
    await bench.store.import_layer(1, source)
    assert not source.exists()
    assert (await bench.store.usage(1)).disk_bytes == DISK_BYTES
    with pytest.raises(Broken, match="sealed"):
        await bench.store.grow(1, 2 * DISK_BYTES)


async def test_an_exported_disk_is_the_same_disk_in_another_store(bench: Bench, tmp_path: Path) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 11)
    await bench.write((1,), 1, 12)
    await bench.store.create_overlay(2, (1,), 2 * DISK_BYTES)
    await bench.store.seal(1)
    await bench.write((2, 1), 1, 22)
    await bench.write((2, 1), 100, 33)
    await bench.store.seal(2)
    before, shares = (bench.digest(1), bench.digest(2)), list[float]()
    await bench.store.export((2, 1), tmp_path / "exported", shares.append)
    assert (bench.digest(1), bench.digest(2)) == before
    assert shares
    assert all(0 <= share <= 1 for share in shares)
    await bench.store.import_layer(3, tmp_path / "exported")
    assert (await bench.store.usage(3)).disk_bytes == 2 * DISK_BYTES
    assert [await bench.read((3,), block) for block in (0, 1, 2, 100, 127)] == [11, 22, 0, 33, 0]


async def test_exporting_again_replaces_what_an_attempt_left(bench: Bench, tmp_path: Path) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 5, 55)
    await bench.store.seal(1)
    (tmp_path / "exported").write_bytes(b"rubbish")
    (tmp_path / ".exported.part").write_bytes(b"rubbish")
    await bench.store.export((1,), tmp_path / "exported", lambda _: None)
    await bench.store.import_layer(2, tmp_path / "exported")
    assert await bench.read((2,), 5) == 55


async def test_a_disk_that_may_still_change_is_not_exported(bench: Bench, tmp_path: Path) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.seal(1)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    with pytest.raises(Broken):
        await bench.store.export((2, 1), tmp_path / "exported", lambda _: None)
    with pytest.raises(LayerMissing, match="Layer 7 "):
        await bench.store.export((7, 1), tmp_path / "exported", lambda _: None)
    assert not (tmp_path / "exported").exists()


async def test_a_full_disk_leaves_no_export(bench: Bench, tmp_path: Path) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.seal(1)
    bench.fill_the_disk()
    with pytest.raises(NoSpace):
        await bench.store.export((1,), tmp_path / "exported", lambda _: None)
    assert not list(tmp_path.glob("*exported*"))


async def history(bench: Bench) -> None:
    """Layers 1 to 4, sealed: of blocks written once, again, and of one that grew; and 5 over them."""
    for layer, blocks in ((1, (0, 1, 2, 9)), (2, (1, 20)), (3, (2, 20, 60)), (4, (1, 61))):
        chain = tuple(range(layer, 0, -1))
        await bench.store.create_overlay(layer, chain[1:], DISK_BYTES if layer < 3 else 2 * DISK_BYTES)
        for block in blocks:
            await bench.write(chain, block, 16 * layer + block % 16)
        await bench.store.seal(layer)
    await bench.store.create_overlay(5, (4, 3, 2, 1), 2 * DISK_BYTES)
    await bench.write((5, 4, 3, 2, 1), 9, 99)


async def contents(bench: Bench, chain: Chain) -> list[int]:
    return [await bench.read(chain, block) for block in (0, 1, 2, 3, 9, 20, 60, 61, 70)]


async def test_merged_layers_show_what_they_showed_one_by_one(bench: Bench) -> None:
    await history(bench)
    before, digests = await contents(bench, (5, 4, 3, 2, 1)), [bench.digest(layer) for layer in range(1, 6)]
    shares: list[float] = []
    await bench.store.merge(6, (4, 3, 2), (1,), shares.append)
    assert await contents(bench, (5, 6, 1)) == before
    assert await contents(bench, (6, 1)) == await contents(bench, (4, 3, 2, 1))
    assert [bench.digest(layer) for layer in range(1, 6)] == digests, "no sealed byte changes"
    assert (await bench.store.usage(6)).disk_bytes == 2 * DISK_BYTES
    with pytest.raises(Broken):
        await bench.store.grow(6, 4 * DISK_BYTES)
    await bench.store.merge(7, (6, 1), (), shares.append)
    assert await contents(bench, (5, 7)) == before, "over nothing at all, too"
    assert shares
    assert all(0 <= share <= 1 for share in shares)


async def test_merging_again_changes_nothing(bench: Bench) -> None:
    await history(bench)
    await bench.store.merge(6, (4, 3, 2), (1,), lambda _: None)
    digest = bench.digest(6)
    await bench.restart()
    await bench.store.merge(6, (4, 3, 2), (1,), lambda _: None)
    assert bench.digest(6) == digest


async def test_what_can_still_change_or_is_missing_is_not_merged(bench: Bench) -> None:
    await history(bench)
    with pytest.raises(Broken):
        await bench.store.merge(6, (5, 4, 3), (2, 1), lambda _: None)
    with pytest.raises(LayerMissing):
        await bench.store.merge(6, (4, 33), (1,), lambda _: None)
    assert await bench.store.list_everything() == {1, 2, 3, 4, 5}


async def test_a_full_disk_leaves_nothing_of_a_merge(bench: Bench) -> None:
    await history(bench)
    bench.fill_the_disk()
    with pytest.raises(NoSpace):
        await bench.store.merge(6, (4, 3, 2), (1,), lambda _: None)
    assert await bench.store.list_everything() == {1, 2, 3, 4, 5}
    assert await bench.store.strangers() == ()


async def test_importing_again_changes_nothing(bench: Bench) -> None:
    await bench.store.import_layer(1, source := await bench.source("image"))
    before = bench.digest(1)
    await bench.store.import_layer(1, source)
    await bench.store.import_layer(1, left_behind := await bench.source("image"))
    assert not left_behind.exists()
    assert bench.digest(1) == before


async def test_importing_from_nowhere_says_so(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(LayerMissing, match="Layer 1 "):
        await bench.store.import_layer(1, tmp_path / "nowhere")
    assert await bench.store.list_everything() == frozenset()


async def test_a_droplet_can_be_created_from_an_imported_image(bench: Bench) -> None:
    await bench.store.import_layer(1, await bench.source("image"))
    await bench.store.create_overlay(2, (1,), 2 * DISK_BYTES)
    await bench.write((2, 1), 100, 42)
    assert [await bench.read((2, 1), block) for block in (0, 100)] == [0, 42]


async def test_discarding_removes_from_the_list_and_again_is_fine(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.create_overlay(2, (), DISK_BYTES)
    await bench.store.seal(2)
    for _ in range(2):
        await bench.store.discard(2)
        assert await bench.store.list_everything() == {1}
    await bench.store.discard(99)


async def test_the_trash_keeps_its_bytes_until_they_are_old(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    taken_bytes = (await bench.store.usage(1)).allocated_bytes
    await bench.store.discard(1)
    assert await bench.store.empty_trash(3600) == 0
    assert await bench.store.empty_trash(0) == taken_bytes
    assert await bench.store.empty_trash(0) == 0


async def test_the_occupancy_is_the_sum_of_what_each_layer_and_the_trash_take(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 3, 0xAB)
    await bench.store.seal(1)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    taken = await bench.store.occupancy()
    used = {layer: (await bench.store.usage(layer)).allocated_bytes for layer in (1, 2)}
    assert (taken.layers, taken.trash_bytes) == (used, 0)
    assert taken.layers[1] > taken.layers[2] > 0
    await bench.store.discard(2)
    taken = await bench.store.occupancy()
    assert (taken.layers, taken.trash_bytes) == ({1: used[1]}, used[2])


async def test_a_full_disk_is_said_and_leaves_nothing_behind(bench: Bench) -> None:
    bench.fill_the_disk()
    with pytest.raises(NoSpace, match="full"):
        await bench.store.create_overlay(1, (), DISK_BYTES)
    assert await bench.store.list_everything() == frozenset()


async def test_room_is_what_the_disk_has(bench: Bench) -> None:
    room = await bench.store.room()
    assert 0 < room.free_bytes <= room.total_bytes


async def test_identity_outlives_a_restart(bench: Bench) -> None:
    before = await bench.store.identity()
    await bench.restart()
    assert await bench.store.identity() == before
    assert int(before, 16) > 0


async def test_layers_outlive_a_restart(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 7)
    await bench.store.seal(1)
    await bench.restart()
    assert await bench.store.list_everything() == {1}
    assert await bench.read((1,), 0) == 7
    with pytest.raises(Broken, match="sealed"):
        await bench.store.grow(1, 2 * DISK_BYTES)


async def test_a_history_of_128_snapshots_reads_right_at_every_depth(bench: Bench) -> None:
    chain: Chain = ()
    for layer in range(1, 129):
        await bench.store.create_overlay(layer, chain, DISK_BYTES)
        if chain:
            await bench.store.seal(chain[0])
        chain = (layer, *chain)
        if layer in (1, 2, 64, 127, 128):
            await bench.write(chain, layer % 64, layer)
    assert [await bench.read(chain, block) for block in (1, 2, 0, 63)] == [1, 2, 128, 127]
    assert await bench.read(chain[64:], 0) == 64
    assert await bench.store.list_everything() == frozenset(range(1, 129))


async def test_a_layer_as_it_should_be_shows_nothing_wrong(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.create_overlay(2, (1,), 2 * DISK_BYTES)
    await bench.store.seal(1)
    for layer, sealed, disk_bytes in ((1, True, DISK_BYTES), (2, False, 2 * DISK_BYTES)):
        found = await bench.store.examine(layer, sealed=sealed)
        assert (found.disk_bytes, found.damage, found.fault) == (disk_bytes, "", "")
    assert (await bench.store.read_through(1, at_once)).damage == ""
    assert await bench.store.strangers() == ()


async def test_a_layer_that_should_be_sealed_and_can_be_written_is_told(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    assert (await bench.store.examine(1, sealed=True)).fault


async def test_a_checksum_is_the_same_until_a_bit_changes(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 7)
    await bench.store.seal(1)
    first = await bench.store.read_through(1, at_once)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    await bench.write((2, 1), 0, 8)
    await bench.restart()
    assert await bench.store.read_through(1, at_once) == first
    bench.flip(1)
    assert (await bench.store.read_through(1, at_once)).checksum != first.checksum


async def test_reading_keeps_to_the_pace_it_is_given(bench: Bench) -> None:
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.store.seal(1)
    asked: list[int] = []

    async def pace(size_bytes: int) -> None:
        asked.append(size_bytes)

    await bench.store.read_through(1, pace)
    assert sum(asked) >= (await bench.store.usage(1)).allocated_bytes / 2
    assert max(asked) <= 2**20


async def test_examining_or_reading_a_missing_layer_says_so(bench: Bench) -> None:
    with pytest.raises(LayerMissing, match="Layer 5 "):
        await bench.store.examine(5, sealed=True)
    with pytest.raises(LayerMissing, match="Layer 5 "):
        await bench.store.read_through(5, at_once)


async def test_restoring_an_older_snapshot_leaves_the_newer_one_whole(bench: Bench) -> None:
    """The story: Snapshot, go on, Snapshot, break it, restore the first, delete what was broken."""
    await bench.store.create_overlay(1, (), DISK_BYTES)
    await bench.write((1,), 0, 1)
    await bench.store.create_overlay(2, (1,), DISK_BYTES)
    await bench.store.seal(1)
    await bench.write((2, 1), 0, 2)
    await bench.store.create_overlay(3, (2, 1), DISK_BYTES)
    await bench.store.seal(2)
    await bench.write((3, 2, 1), 0, 66)
    await bench.store.create_overlay(4, (1,), DISK_BYTES)
    await bench.store.discard(3)
    assert await bench.read((4, 1), 0) == 1
    assert await bench.read((2, 1), 0) == 2
