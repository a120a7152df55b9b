"""A disk written as a plain file is one that firmware and kernels accept."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from dew.images import cpio, disk
from dew.model.errors import StepFailed

TOOLS = ("sfdisk", "mke2fs", "grub-mkimage", "qemu-img", "e2fsck")
SEARCH_PATH = "/usr/sbin:/sbin:/usr/bin:/bin"

needs_tools = pytest.mark.skipif(
    not all(shutil.which(tool, path=SEARCH_PATH) for tool in TOOLS)
    or not (disk.GRUB_DIRECTORY / "boot.img").exists(),
    reason="needs the programs that build images",
)


def test_the_boot_code_names_the_sector_of_the_boot_loader() -> None:
    code = disk.boot_code(bytes(512))
    assert len(code) == 440
    assert struct.unpack_from("<Q", code, 0x5C) == (2048,)
    assert code[0x66:0x68] == b"\x90\x90"


def test_the_boot_loader_lists_the_sectors_after_its_first() -> None:
    image = disk.core_image(bytes(512 * 3 + 1))
    assert struct.unpack_from("<QHH", image, 0x1F4) == (2049, 3, 0x820)


def test_a_boot_loader_too_large_for_its_partition_is_refused() -> None:
    with pytest.raises(StepFailed):
        disk.core_image(bytes(512 * 2049))


@needs_tools
async def test_a_written_disk_has_a_sound_table_and_filesystem(tmp_path: Path) -> None:
    root, raw = tmp_path / "root", tmp_path / "disk.raw"
    (root / "etc").mkdir(parents=True)
    (root / "etc/name").write_text("dew\n")
    await disk.write(raw, 64 << 20, disk.RootFilesystem(root))
    environment = {"PATH": SEARCH_PATH}
    subprocess.run(["sfdisk", "--verify", raw], check=True, env=environment, capture_output=True)
    filesystem = f"{raw}?offset={4096 * 512}"
    subprocess.run(["e2fsck", "-fn", filesystem], check=True, env=environment, capture_output=True)


@needs_tools
async def test_a_published_image_appears_whole_and_stands_alone(tmp_path: Path) -> None:
    raw, target = tmp_path / "disk.raw", tmp_path / "image.qcow2"
    raw.write_bytes(b"dew" * 100_000)
    await disk.publish(raw, target)
    told = subprocess.run(["qemu-img", "info", target], check=True, capture_output=True, text=True).stdout
    assert "backing file" not in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk.raw", "image.qcow2"]


@needs_tools
async def test_a_failed_publication_leaves_the_old_image(tmp_path: Path) -> None:
    target = tmp_path / "image.qcow2"
    target.write_bytes(b"old")
    with pytest.raises(StepFailed):
        await disk.publish(tmp_path / "absent.raw", target)
    assert [path.name for path in tmp_path.iterdir()] == ["image.qcow2"]
    assert target.read_bytes() == b"old"


def test_an_initramfs_is_always_the_same_bytes_and_all_of_root() -> None:
    entries = [cpio.directory("bin"), cpio.program("init", b"#!"), cpio.character_device("dev/console", 5, 1)]
    archive = cpio.archive(entries)
    assert archive == cpio.archive(entries)
    assert len(archive) % 4 == 0
    assert archive.count(b"070701") == 4
    user_and_group = archive[22:38]
    assert user_and_group == b"0" * 16


@pytest.mark.skipif(shutil.which("cpio") is None, reason="needs cpio")
def test_an_initramfs_unpacks(tmp_path: Path) -> None:
    archive = cpio.archive([cpio.directory("lib"), cpio.file("lib/a", b"hello"), cpio.program("init", b"x")])
    subprocess.run(["cpio", "-i", "--quiet"], input=archive, cwd=tmp_path, check=True)
    assert (tmp_path / "lib/a").read_bytes() == b"hello"
    assert (tmp_path / "init").stat().st_mode & 0o777 == 0o755
