"""Writing a bootable disk as an ordinary file: partition table, ext4, GRUB for BIOS, then qcow2.

Nothing here mounts anything or needs a loop device, so it works without privileges.

    sector 0        boot.img: 440 bytes of code that load the sector named at 0x5c
    sector 2048     BIOS-boot partition: core.img, whose first sector lists where its other sectors are
    sector 4096     root partition, ext4, to 1 MiB before the end (the backup partition table's place)
"""

from __future__ import annotations

import asyncio
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from dew.images import commands
from dew.model.errors import StepFailed

SECTOR_BYTES = 512
ALIGNMENT_SECTORS = 2048
BOOT_START_SECTOR = 2048
BOOT_SECTORS = 2048
ROOT_START_SECTOR = 4096

BIOS_BOOT_TYPE = "21686148-6449-6E6F-744E-656564454649"

BOOT_CODE_BYTES = 440
"""What of sector 0 is code; after it come the disk signature and the protective partition table."""

KERNEL_SECTOR_OFFSET = 0x5C
"""Where boot.img keeps the sector of core.img."""

BOOT_DRIVE_CHECK_OFFSET = 0x66
"""A jump in boot.img that some firmware needs; two NOPs make it use the drive the firmware booted from."""

BLOCK_LIST_OFFSET = 0x1F4
LOAD_SEGMENT = 0x820
"""Where core.img's first sector lists the rest, and the real-mode segment the rest is loaded to."""

GRUB_DIRECTORY = Path("/usr/lib/grub/i386-pc")

GRUB_MODULES = (
    "biosdisk",
    "part_gpt",
    "ext2",
    "normal",
    "linux",
    "configfile",
    "serial",
    "terminal",
    "echo",
    "test",
)

EARLY_CONFIGURATION = "set root=(hd0,gpt2)\nset prefix=(hd0,gpt2)/boot/grub\n"
"""hd0 is the disk the firmware booted from; a search could take another disk with the same label for it."""

QUICK_SECONDS = 60.0
WRITE_SECONDS = 600.0
"""mke2fs and qemu-img move a few hundred MB at most."""


@dataclass(frozen=True)
class RootFilesystem:
    """What goes into the root partition, and which command prefix makes its files belong to root."""

    directory: Path
    privilege: tuple[str, ...] = ()
    partition_uuid: str = ""


async def write(raw: Path, size_bytes: int, root: RootFilesystem) -> None:
    """Make `raw` a bootable disk of `size_bytes` whose root filesystem holds `root.directory`.

    The directory must contain `boot/grub/grub.cfg`. Raises StepFailed.
    """
    await asyncio.to_thread(_make_sparse, raw, size_bytes)
    await _partition(raw, size_bytes, root.partition_uuid)
    await _write_filesystem(raw, size_bytes, root)
    await _write_boot_loader(raw)


def _make_sparse(raw: Path, size_bytes: int) -> None:
    with raw.open("wb") as file:
        file.truncate(size_bytes)


def root_sectors(size_bytes: int) -> int:
    """Sectors of the root partition on a disk of this size."""
    return size_bytes // SECTOR_BYTES - ROOT_START_SECTOR - ALIGNMENT_SECTORS


async def _partition(raw: Path, size_bytes: int, partition_uuid: str) -> None:
    root = f"start={ROOT_START_SECTOR}, size={root_sectors(size_bytes)}, type=linux, name=root"
    script = (
        "label: gpt\n"
        f"start={BOOT_START_SECTOR}, size={BOOT_SECTORS}, type={BIOS_BOOT_TYPE}, name=bios\n"
        f"{root}{f', uuid={partition_uuid}' if partition_uuid else ''}\n"
    )
    command = ("sfdisk", "--quiet", raw)
    await commands.run(
        *command, timeout_seconds=QUICK_SECONDS, what="Partitioning the image", stdin=script.encode()
    )


async def _write_filesystem(raw: Path, size_bytes: int, root: RootFilesystem) -> None:
    options = f"offset={ROOT_START_SECTOR * SECTOR_BYTES},lazy_itable_init=1,lazy_journal_init=1"
    kibibytes = root_sectors(size_bytes) * SECTOR_BYTES // 1024
    make = ("mke2fs", "-q", "-F", "-t", "ext4", "-m", "1", "-L", "root", "-d", root.directory)
    command: tuple[str | Path, ...] = (*root.privilege, *make, "-E", options, raw, f"{kibibytes}k")
    await commands.run(*command, timeout_seconds=WRITE_SECONDS, what="Writing the root filesystem")


async def _write_boot_loader(raw: Path) -> None:
    boot, core, early = (
        GRUB_DIRECTORY / "boot.img",
        raw.with_suffix(".core.img"),
        raw.with_suffix(".early.cfg"),
    )
    if not boot.exists():
        raise StepFailed("Writing the boot loader needs GRUB's BIOS files: install the package grub-pc-bin.")
    early.write_text(EARLY_CONFIGURATION)
    make = ("grub-mkimage", "-O", "i386-pc", "-d", GRUB_DIRECTORY, "-p", "(hd0,gpt2)/boot/grub")
    command = (*make, "-c", early, "-o", core, *GRUB_MODULES)
    await commands.run(*command, timeout_seconds=QUICK_SECONDS, what="Building the boot loader")
    await asyncio.to_thread(_install_boot_loader, raw, boot.read_bytes(), core.read_bytes())


def _install_boot_loader(raw: Path, boot: bytes, core: bytes) -> None:
    with raw.open("r+b") as disk:
        disk.write(boot_code(boot))
        disk.seek(BOOT_START_SECTOR * SECTOR_BYTES)
        disk.write(core_image(core))


def boot_code(boot: bytes) -> bytes:
    """boot.img's code, told where core.img begins."""
    code = bytearray(boot[:BOOT_CODE_BYTES])
    struct.pack_into("<Q", code, KERNEL_SECTOR_OFFSET, BOOT_START_SECTOR)
    code[BOOT_DRIVE_CHECK_OFFSET : BOOT_DRIVE_CHECK_OFFSET + 2] = b"\x90\x90"
    return bytes(code)


def core_image(core: bytes) -> bytes:
    """core.img whose first sector names the sectors after it. Raises StepFailed if there are too many."""
    sectors = -(-len(core) // SECTOR_BYTES)
    if sectors > BOOT_SECTORS:
        raise StepFailed(f"GRUB's core image has {sectors} sectors, its partition {BOOT_SECTORS}")
    image = bytearray(core)
    struct.pack_into("<QHH", image, BLOCK_LIST_OFFSET, BOOT_START_SECTOR + 1, sectors - 1, LOAD_SEGMENT)
    return bytes(image)


async def publish(raw: Path, target: Path) -> None:
    """Write `raw` as a compressed qcow2 to `target`, durably, whole or not at all."""
    temporary = target.with_name(f".{target.name}.part")
    try:
        await _convert(raw, temporary)
        await asyncio.to_thread(_rename_durably, temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


async def _convert(raw: Path, temporary: Path) -> None:
    convert = ("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", "-o", "compression_type=zstd")
    await commands.run(
        *convert, "-m", "4", raw, temporary, timeout_seconds=WRITE_SECONDS, what="Compressing the image"
    )


def _rename_durably(temporary: Path, target: Path) -> None:
    _sync(temporary)
    temporary.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
