"""What the qcow2 driver promises beyond the contract: names, rights, other filesystems, hostile headers."""

import asyncio
import contextlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.small_disk import eight_mebibytes, takes_root

from dew.model.errors import Broken, LayerMissing, NoSpace, StepFailed, Transient
from dew.storage import programs
from dew.storage.qcow2 import QcowStore

__all__ = ["eight_mebibytes"]  # a fixture

pytestmark = pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img is not installed")

DISK_BYTES = 1 << 20
READER_GID = 61234
GUEST_UID = 61235
STRANGER_UID = 61236

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users, which takes root")


@pytest.fixture
async def store(tmp_path: Path) -> QcowStore:
    return await QcowStore.open(tmp_path / "store")


def layer_file(store: QcowStore, layer: int) -> Path:
    return store.disk((layer,)).paths[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def backing_name(path: Path) -> str | None:
    said = subprocess.check_output(["qemu-img", "info", "--output=json", str(path)])
    found = json.loads(said).get("backing-filename")
    return None if found is None else str(found)


async def test_foreign_names_are_neither_listed_nor_touched(store: QcowStore, tmp_path: Path) -> None:
    layers = tmp_path / "store" / "layers"
    foreign = ["layer-01.qcow2", "layer-2.qcow2.bak", "layer-x.qcow2", "layer--1.qcow2", "notes.txt"]
    for name in [*foreign, "layer-٣.qcow2", "layer-0.qcow2"]:
        (layers / name).touch()
    (layers / "layer-5.qcow2").mkdir()
    (layers / "layer-6.qcow2").symlink_to(layers / "notes.txt")
    (tmp_path / "store" / "trash" / "notes.txt").touch()
    before = sorted(layers.iterdir())
    assert await store.list_everything() == frozenset()
    await store.empty_trash(0)
    await QcowStore.open(tmp_path / "store")
    assert sorted(layers.iterdir()) == before
    assert (tmp_path / "store" / "trash" / "notes.txt").exists()


async def test_a_half_made_file_is_not_listed_and_gone_after_a_restart(
    store: QcowStore, tmp_path: Path
) -> None:
    leftover = tmp_path / "store" / "layers" / ".making-7-0123456789abcdef"
    leftover.write_bytes(b"QFI\xfb")
    assert await store.list_everything() == frozenset()
    await QcowStore.open(tmp_path / "store")
    assert not leftover.exists()


async def test_the_backing_name_is_a_hint_for_rescue_by_hand(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    await store.create_overlay(2, (1,), DISK_BYTES)
    assert backing_name(layer_file(store, 1)) is None
    assert backing_name(layer_file(store, 2)) == "layer-1.qcow2"


async def test_layers_without_an_identity_are_refused_and_not_adopted(
    store: QcowStore, tmp_path: Path
) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    (tmp_path / "store" / "store.json").unlink()
    with pytest.raises(Broken, match="Put it back from a copy"):
        await QcowStore.open(tmp_path / "store")
    await store.discard(1)
    with pytest.raises(Broken):
        await QcowStore.open(tmp_path / "store")
    assert not (tmp_path / "store" / "store.json").exists()


async def test_an_identity_that_vanishes_while_open_is_noticed(store: QcowStore, tmp_path: Path) -> None:
    (tmp_path / "store" / "store.json").unlink()
    with pytest.raises(Broken, match="mounted"):
        await store.identity()


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"identity": 7}', '{"identity": ""}'])
async def test_a_damaged_identity_is_refused(store: QcowStore, tmp_path: Path, text: str) -> None:
    (tmp_path / "store" / "store.json").write_text(text)
    with pytest.raises(Broken):
        await QcowStore.open(tmp_path / "store")


async def test_a_vanished_directory_is_an_error_and_not_an_empty_store(
    store: QcowStore, tmp_path: Path
) -> None:
    (tmp_path / "store" / "layers").rmdir()
    with pytest.raises(StepFailed):
        await store.list_everything()
    with pytest.raises(StepFailed):
        await store.discard(1)


async def test_without_root_nobody_else_may_look_in(store: QcowStore, tmp_path: Path) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    root = tmp_path / "store"
    assert [mode(root / name) for name in (".", "layers", "trash")] == [0o700] * 3
    assert mode(root / "store.json") == 0o600
    assert mode(layer_file(store, 1)) == 0o600
    await store.seal(1)
    assert mode(layer_file(store, 1)) == 0o440


async def test_a_file_that_is_no_qcow2_is_not_imported(store: QcowStore, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(bytes(DISK_BYTES))
    with pytest.raises(StepFailed, match="no qcow2"):
        await store.import_layer(1, tmp_path / "image")
    assert await store.list_everything() == frozenset()
    assert (tmp_path / "image").exists()


async def test_a_header_that_names_other_files_is_never_followed(store: QcowStore, tmp_path: Path) -> None:
    """A guest that broke out into its QEMU writes its own header; the next reader has more rights than it."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    await store.create_overlay(1, (), DISK_BYTES)
    options = f"data_file={victim},data_file_raw=on"
    made = tmp_path / "hostile"
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-o", options, made, str(DISK_BYTES)], check=True
    )
    victim.write_bytes(b"precious")
    layer_file(store, 1).write_bytes(made.read_bytes())
    with pytest.raises(Broken, match="never sets"):
        await store.grow(1, 2 * DISK_BYTES)
    with pytest.raises(Broken, match="never sets"):
        await store.seal(1)
    with pytest.raises(Broken, match="never sets"):
        await store.import_layer(2, made)
    assert victim.read_bytes() == b"precious"


async def test_growing_never_opens_the_backing_name(store: QcowStore, tmp_path: Path) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    await store.create_overlay(2, (1,), DISK_BYTES)
    layer_file(store, 1).rename(tmp_path / "elsewhere")
    await store.grow(2, 2 * DISK_BYTES)
    assert (await store.usage(2)).disk_bytes == 2 * DISK_BYTES


@contextlib.asynccontextmanager
async def writing_guest(path: Path) -> AsyncIterator[None]:
    """Have a process of QEMU's write to the file and keep it open."""
    guest = await asyncio.create_subprocess_exec(
        *("qemu-io", str(path)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert guest.stdin
        assert guest.stdout
        guest.stdin.write(b"write 0 512\n")
        await guest.stdout.readuntil(b"512/512")
        yield
    finally:
        guest.kill()
        await guest.communicate()


async def test_a_volume_in_use_by_a_guest_is_not_grown_behind_its_back(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    async with writing_guest(layer_file(store, 1)):
        with pytest.raises(StepFailed, match="lock"):
            await store.grow(1, 2 * DISK_BYTES)


async def test_a_layer_is_not_sealed_while_a_guest_writes_to_it(store: QcowStore) -> None:
    """A mode of 0440 does not stop who has the file open: the Layer would look sealed and change."""
    await store.create_overlay(1, (), DISK_BYTES)
    async with writing_guest(layer_file(store, 1)):
        with pytest.raises(Transient, match="still writes"):
            await store.seal(1)
        assert mode(layer_file(store, 1)) == 0o600
    await store.seal(1)


@pytest.mark.parametrize("verb", ["create", "import"])
async def test_cancelling_kills_the_program_and_leaves_nothing(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    pid_file = slow_programs(tmp_path, monkeypatch)
    task = asyncio.create_task(
        store.create_overlay(1, (), DISK_BYTES)
        if verb == "create"
        else programs.copy_file(tmp_path / "from", tmp_path / "to")
    )
    while not (pid_file.exists() and pid_file.read_text().strip()):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert list((tmp_path / "store" / "layers").iterdir()) == []


async def test_a_cancelled_verb_has_stopped_acting_before_its_undo_runs(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread can't be cancelled: were it not waited for, the file would appear after the discard."""
    source = tmp_path / "image"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", source, str(DISK_BYTES)], check=True)
    linking = threading.Event()
    real = os.link

    def slow_link(source: Path, target: Path) -> None:
        linking.set()
        time.sleep(0.3)
        real(source, target)

    monkeypatch.setattr(os, "link", slow_link)
    task = asyncio.create_task(store.import_layer(1, source))
    await asyncio.to_thread(linking.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.discard(1)
    await asyncio.sleep(0.5)
    assert await store.list_everything() == frozenset()


async def test_a_program_that_hangs_is_killed_at_its_time_limit(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = slow_programs(tmp_path, monkeypatch)
    monkeypatch.setattr(programs, "QEMU_IMG_LIMIT_SECONDS", 0.3)
    with pytest.raises(StepFailed, match="did not finish"):
        await store.create_overlay(1, (), DISK_BYTES)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert list((tmp_path / "store" / "layers").iterdir()) == []


def slow_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a qemu-img and a cp on the PATH that hang; return the file in which they leave their pid."""
    bin_directory, pid_file = tmp_path / "bin", tmp_path / "pid"
    bin_directory.mkdir()
    for name in ("qemu-img", "cp"):
        (bin_directory / name).write_text(f"#!/bin/sh\necho $$ > {pid_file}\nexec sleep 60\n")
        (bin_directory / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(bin_directory), prepend=":")
    return pid_file


async def test_a_machine_without_qemu_img_says_what_to_install(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StepFailed, match="not installed"):
        await store.create_overlay(1, (), DISK_BYTES)


async def test_a_discarded_layer_comes_back_with_one_move(store: QcowStore, tmp_path: Path) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    await store.discard(1)
    (trashed,) = (tmp_path / "store" / "trash").iterdir()
    trashed.rename(layer_file(store, 1))
    assert await store.list_everything() == {1}
    await store.discard(1)
    assert await store.list_everything() == frozenset()


async def create_layers(store: QcowStore, count: int) -> None:
    for layer in range(1, count + 1):
        await store.create_overlay(layer, (), DISK_BYTES)


@takes_root
async def test_a_really_full_disk_is_said_and_has_room_again_after_the_trash(small_disk: Path) -> None:
    store = await QcowStore.open(small_disk / "store")
    with pytest.raises(NoSpace, match="full"):
        await create_layers(store, 100)
    made = len(await store.list_everything())
    assert 1 <= made < 99
    assert await store.list_everything() == frozenset(range(1, made + 1))
    assert list((small_disk / "store" / "layers").glob(".making-*")) == []
    await store.discard(1)
    assert await store.empty_trash(0) > 0
    await store.create_overlay(made + 1, (), DISK_BYTES)


@takes_root
async def test_an_image_is_imported_from_another_filesystem(small_disk: Path, tmp_path: Path) -> None:
    store = await QcowStore.open(tmp_path / "store")
    source = small_disk / "image"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", source, str(DISK_BYTES)], check=True)
    content = source.read_bytes()
    await store.import_layer(1, source)
    assert not source.exists()
    assert layer_file(store, 1).read_bytes() == content
    assert mode(layer_file(store, 1)) == 0o440
    assert layer_file(store, 1).stat().st_nlink == 1


@takes_root
async def test_an_image_too_big_for_the_disk_is_not_imported_and_not_lost(
    small_disk: Path, tmp_path: Path
) -> None:
    store = await QcowStore.open(small_disk / "store")
    source = tmp_path / "image"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", source, "16M"], check=True)
    subprocess.run(["qemu-io", "-c", "write -P 1 0 9M", str(source)], check=True, capture_output=True)
    with pytest.raises(NoSpace, match="full"):
        await store.import_layer(1, source)
    assert source.exists()
    assert list((small_disk / "store" / "layers").iterdir()) == []


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that other users can pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


def may(user: int, groups: list[int], *test: str) -> bool:
    """Whether a user can do what test(1) asks."""
    return subprocess.run(["test", *test], user=user, group=user, extra_groups=groups).returncode == 0


@as_root
@pytest.mark.computes  # forks a large process
async def test_a_guests_user_reads_sealed_layers_it_is_told_and_nothing_else(open_place: Path) -> None:
    store = await QcowStore.open(open_place / "store", READER_GID)
    await store.create_overlay(1, (), DISK_BYTES)
    await store.create_overlay(2, (1,), DISK_BYTES)
    await store.seal(1)
    sealed, volume = (str(layer_file(store, layer)) for layer in (1, 2))
    layers = str(open_place / "store" / "layers")
    assert may(GUEST_UID, [READER_GID], "-r", sealed)
    assert not may(GUEST_UID, [READER_GID], "-w", sealed)
    assert not may(GUEST_UID, [READER_GID], "-r", volume)
    assert not may(GUEST_UID, [READER_GID], "-r", layers)
    assert not may(GUEST_UID, [READER_GID], "-w", layers)
    assert not may(GUEST_UID, [READER_GID], "-x", str(open_place / "store" / "trash"))
    assert not may(GUEST_UID, [READER_GID], "-r", str(open_place / "store" / "store.json"))
    assert not may(STRANGER_UID, [], "-x", layers)
    assert not may(STRANGER_UID, [], "-r", sealed)


@as_root
async def test_sealing_takes_a_volume_back_from_its_guests_user(open_place: Path) -> None:
    store = await QcowStore.open(open_place / "store", READER_GID)
    await store.create_overlay(1, (), DISK_BYTES)
    os.chown(layer_file(store, 1), GUEST_UID, GUEST_UID)
    for _ in range(2):
        await store.seal(1)
        status = layer_file(store, 1).stat()
        assert (status.st_uid, status.st_gid) == (0, READER_GID)
        assert mode(layer_file(store, 1)) == 0o440


@as_root
async def test_a_guests_volume_is_grown_with_its_guests_rights(
    open_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await QcowStore.open(open_place / "store", READER_GID)
    await store.create_overlay(1, (), DISK_BYTES)
    os.chown(layer_file(store, 1), GUEST_UID, GUEST_UID)
    await store.grow(1, 2 * DISK_BYTES)
    assert (await store.usage(1)).disk_bytes == 2 * DISK_BYTES
    fake = open_place / "qemu-img"
    fake.write_text("#!/bin/sh\nid -u >&2; id -G >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(open_place), prepend=":")
    with pytest.raises(StepFailed, match=f"{GUEST_UID}\n{READER_GID}"):
        await store.grow(1, 3 * DISK_BYTES)


async def test_a_missing_layer_is_named(store: QcowStore) -> None:
    with pytest.raises(LayerMissing, match=r"layer-8\.qcow2"):
        await store.seal(8)


async def test_repeating_a_verb_syncs_what_a_dead_daemon_may_not_have(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the new name and its sync, the daemon finds the file; a power cut may still lose it."""
    await store.create_overlay(1, (), DISK_BYTES)
    await store.create_overlay(2, (), DISK_BYTES)
    await store.seal(2)
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.append(Path(f"/proc/self/fd/{fd}").resolve().name), real(fd))
    )
    repeated = {
        "create_overlay": (store.create_overlay(1, (), DISK_BYTES), ["layers"]),
        "import_layer": (store.import_layer(2, tmp_path / "gone"), ["layers"]),
        "seal": (store.seal(2), ["layer-2.qcow2", "layers"]),
        "grow": (store.grow(1, DISK_BYTES), ["layer-1.qcow2"]),
        "discard": (store.discard(9), ["trash", "layers"]),
    }
    for verb, (again, expected) in repeated.items():
        synced.clear()
        await again
        assert synced == expected, verb


async def at_once(_: int) -> None:
    """No pace at all."""


async def test_a_file_with_a_writer_is_not_checked_even_if_it_is_sealed(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    async with writing_guest(layer_file(store, 1)):
        layer_file(store, 1).chmod(0o440)
        assert (await store.examine(1, sealed=True)).damage == ""
        reading = await store.read_through(1, at_once)
    assert (reading.checksum, "may still write" in reading.damage) == ("", True)
    assert (await store.read_through(1, at_once)).damage == ""


async def test_clusters_that_a_killed_guest_leaked_are_no_damage(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    with layer_file(store, 1).open("r+b") as file:
        after_the_last = file.seek(0, os.SEEK_END) // 65536 + 1
        file.truncate((after_the_last + 1) * 65536)
        file.seek(2 * 65536 + 2 * after_the_last)  # refcounts are in the third cluster, two bytes each
        file.write(b"\x00\x01")
    await store.seal(1)
    checked = subprocess.run(["qemu-img", "check", str(layer_file(store, 1))], capture_output=True)
    assert checked.returncode == 3, checked
    assert (await store.read_through(1, at_once)).damage == ""


async def test_a_checker_that_says_very_much_is_kept_short(
    store: QcowStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    await store.seal(1)
    fake = tmp_path / "bin" / "qemu-img"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nyes ERROR cluster | head -c 5000000 >&2\nexit 2\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    damage = (await store.read_through(1, at_once)).damage
    assert damage.startswith("qemu-img check says: ERROR cluster")
    assert len(damage) < 1000


async def test_names_that_are_not_dews_are_told_and_left_alone(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    directory = layer_file(store, 1).parent
    for name in ("layer-07.qcow2", "layer-1.qcow2.bak", ".making-4-0123456789abcdef", "backup\nimg"):
        (directory / name).touch()
    assert await store.strangers() == ("backup\nimg", "layer-07.qcow2", "layer-1.qcow2.bak")
    assert len(list(directory.iterdir())) == 5


@as_root
async def test_a_layer_is_checked_without_privileges(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as root:
        Path(root).chmod(0o711)
        store = await QcowStore.open(Path(root) / "store", READER_GID)
        await store.create_overlay(1, (), DISK_BYTES)
        await store.seal(1)
        fake, said = Path(root) / "bin" / "qemu-img", Path(root) / "said"
        fake.parent.mkdir(mode=0o755)
        said.touch()
        said.chmod(0o666)
        real = shutil.which("qemu-img")
        fake.write_text(f'#!/bin/sh\ngrep -E "^(Uid|Gid|Groups)" /proc/$$/status >{said}\nexec {real} "$@"\n')
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
        assert (await store.read_through(1, at_once)).damage == ""
        words = said.read_text().split()
        assert set(words) == {"Uid:", "Gid:", "Groups:", str(READER_GID)}
