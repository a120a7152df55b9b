"""What a foreign image is, and whether it may be opened at all: judged from its headers, before QEMU sees it.

The headers are read by oslo.utils' format inspector, pure Python, which knows what OpenStack learnt from
CVE-2024-32498: a name in a header makes QEMU open that file. On top of it come checks of what it lets pass.
Nothing is trusted to say what an image is but the image, and if it says two things it is refused.
"""

from __future__ import annotations

import logging
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from oslo_utils.imageutils import format_inspector as oslo

from dew.model.errors import StepFailed

FORMATS = ("raw", "qcow2", "vmdk", "vdi", "vhdx")

SMALLEST_DISK_BYTES = 1 << 20
"""No system fits on less; what claims to is no disk."""

CHUNK_BYTES = 1 << 20
HEADERS_BYTES = 16 << 20
"""How far headers are looked for: VHDX, which wants most, has them in its first few MiB."""

TAIL_BYTES = 64 << 10
"""What is read of the end, where a streamed VMDK has its footer."""

REASONS = {
    "backing_file": "it reads what it lacks from another file (a backing file): flatten it first, as "
    "`qemu-img convert` does",
    "data_file": "it keeps its bytes in another file (an external data file)",
    "unknown_features": "it uses qcow2 features that Dew does not know",
    "descriptor": "its VMDK descriptor names other files or a kind that is not one file: convert it to "
    "monolithicSparse or streamOptimized first",
    "footer": "the footer of the VMDK contradicts its header",
}
"""What oslo.utils' checks found, in words that say what to do."""

UNWANTED = {
    "iso": "it is an installation medium (ISO): install it elsewhere, then import the disk",
    "qed": "QED is a format that QEMU itself gave up: convert it to qcow2 first",
    "vhd": "it is a VHD: convert it to VHDX first",
    "luks": "it is encrypted (LUKS), so no Droplet could boot from it",
}

UNKNOWN = (
    "it is no image that Dew knows, nor a disk that could boot (it has no boot sector). Dew takes "
    f"{', '.join(FORMATS)}, also compressed with gzip, bzip2, xz or zstd"
)

for _name in ("oslo_utils.imageutils.format_inspector", "oslo_utils.imageutils._luks"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # its findings are told once, by us


@dataclass(frozen=True)
class Inspected:
    """What is known of an image that may be opened."""

    format: str  # one of FORMATS
    disk_bytes: int  # virtual size


class Refused(StepFailed):
    """This image will not be opened."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The image is refused: {reason}.")


def inspect(path: Path, *, declared: str | None, largest_disk_bytes: int) -> Inspected:
    """Return what the file at ``path`` is. Blocks. Raises Refused, with the reason, and OSError.

    ``declared`` is the format that it is said to have, None if nobody said.
    """
    with path.open("rb") as file:
        found = _recognised(file)
        name = "raw" if str(found) == "gpt" else str(found)
        if declared is not None and declared != name:
            raise Refused(f"it was said to be {declared}, but it is {name}")
        if name != "raw":  # a raw disk is not parsed by QEMU, so anything goes
            _require_safe(found, file)
        disk_bytes = path.stat().st_size if name == "raw" else int(found.virtual_size)
    _require_sane(disk_bytes, largest_disk_bytes)
    return Inspected(name, disk_bytes)


def _recognised(file: IO[bytes]) -> oslo.FileInspector:
    """Return the one inspector that knows the file by its beginning."""
    inspectors = [kind() for kind in oslo.ALL_FORMATS.values() if kind is not oslo.RawFileInspector]
    while inspectors and file.tell() < HEADERS_BYTES and (chunk := file.read(CHUNK_BYTES)):
        inspectors = [each for each in inspectors if _takes(each, chunk)]
    found = [each for each in inspectors if _matches(each)]
    names = sorted(str(each) for each in found)
    for name in names:
        if name in UNWANTED:
            raise Refused(UNWANTED[name])
    if len(found) > 1:
        raise Refused(f"it can be taken for several things at once ({', '.join(names)})")
    if not found:
        raise Refused(UNKNOWN)
    return found[0]


def _takes(inspector: oslo.FileInspector, chunk: bytes) -> bool:
    try:
        inspector.eat_chunk(chunk)
    except Exception:  # whatever a parser makes of hostile bytes: they are not what it is for
        return False
    return True


def _matches(inspector: oslo.FileInspector) -> bool:
    try:
        return inspector.format_match
    except Exception:
        return False


def _require_safe(found: oslo.FileInspector, file: IO[bytes]) -> None:
    """Raise Refused for what QEMU must not open."""
    try:
        CHECKS[str(found)](found)
        _show_end(found, file)
        found.safety_check()
    except oslo.SafetyCheckFailed as failed:
        check = next(iter(failed.failures))
        raise Refused(REASONS.get(check, f"it failed the check {check}")) from failed
    except (oslo.ImageFormatError, struct.error, LookupError, ValueError) as error:
        raise Refused("its headers are cut short or make no sense") from error


def _show_end(found: oslo.FileInspector, file: IO[bytes]) -> None:
    """Let a region at the end be captured, and nothing else: what lies between was not shown."""
    regions = [found.region(name) for name in found.context_info]
    waiting = [each for each in regions if not each.complete]
    if any(not isinstance(each, oslo.EndCaptureRegion) for each in waiting):
        raise Refused("its headers are cut short or make no sense")
    if waiting:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(min(HEADERS_BYTES, end), end - TAIL_BYTES))
        found.eat_chunk(file.read())
    found.finish()


def _require_sane(disk_bytes: int, largest_disk_bytes: int) -> None:
    if disk_bytes < SMALLEST_DISK_BYTES:
        raise Refused(f"its disk would have {disk_bytes} bytes, too few for any system")
    if disk_bytes > largest_disk_bytes:
        raise Refused(
            f"its disk would have {disk_bytes / 2**30:.1f} GiB, and at most "
            f"{largest_disk_bytes / 2**30:.1f} GiB are taken (max_image_gigabytes)"
        )


CORRUPT_BIT = 1 << 1


def _check_qcow2(found: oslo.FileInspector) -> None:
    header = bytes(found.region("header").data)
    (encryption,) = struct.unpack_from(">I", header, 32)
    if encryption:
        raise Refused("it is encrypted (qcow2), so no Droplet could boot from it")
    version, features = struct.unpack_from(">I", header, 4)[0], struct.unpack_from(">Q", header, 72)[0]
    if version >= 3 and features & CORRUPT_BIT:
        raise Refused("it is marked as corrupt: repair it with `qemu-img check -r all` first")


EXTENT = re.compile(r'(rw|rdonly) [0-9]+ sparse "[^"/\\]*"', re.ASCII)
NO_PARENT = "ffffffff"


def _check_vmdk(found: oslo.FileInspector) -> None:
    """Hold QEMU to the one sparse extent in this very file.

    With a capacity of 0 in the header QEMU forgets the header and opens what the descriptor names; a second
    createType in other letters would be the one that it believes.
    """
    assert isinstance(found, oslo.VMDKInspector)
    if not found.has_region("header"):
        raise Refused("it is the description of a VMDK whose bytes are in other files")
    if struct.unpack_from("<Q", found.region("header").data, 12)[0] == 0:
        raise Refused("its VMDK header has no capacity, so that its descriptor would be followed elsewhere")
    text = found.desc_text or ""
    lines = [line.strip() for line in text.splitlines()]
    if text.count("createtype") != 1:
        raise Refused("its VMDK descriptor does not say once of which kind it is")
    if "parentfilenamehint" in text or _parent(lines) not in ("", NO_PARENT):
        raise Refused("it reads what it lacks from another file (a VMDK parent)")
    extents = [line for line in lines if line.startswith(("rw ", "rdonly ", "noaccess "))]
    if len(extents) != 1 or not EXTENT.fullmatch(extents[0]):
        raise Refused("its VMDK extents are not the one sparse extent in the file itself")


def _parent(lines: list[str]) -> str:
    marked = [line.partition("=")[2].strip() for line in lines if line.startswith("parentcid")]
    return "" if not marked else marked[0] if len(marked) == 1 else "several"


VDI_KINDS = (1, 2)  # dynamic, fixed; 3 is undo, 4 differencing
NO_UUID = bytes(16)


def _check_vdi(found: oslo.FileInspector) -> None:
    header = bytes(found.region("header").data)
    (kind,) = struct.unpack_from("<I", header, 0x4C)
    if kind not in VDI_KINDS or header[0x1A8:0x1B8] != NO_UUID or header[0x1B8:0x1C8] != NO_UUID:
        raise Refused("it reads what it lacks from another file (a differencing VDI)")


VHDX_PARENT_LOCATOR = struct.pack("<IHH8B", 0xA8D35F2D, 0xB30B, 0x454D, *bytes.fromhex("abf7d3d84834ab0c"))


def _check_vhdx(found: oslo.FileInspector) -> None:
    if VHDX_PARENT_LOCATOR in bytes(found.region("metadata").data):
        raise Refused("it reads what it lacks from another file (a differencing VHDX)")


CHECKS: dict[str, Callable[[oslo.FileInspector], None]] = {
    "qcow2": _check_qcow2,
    "vmdk": _check_vmdk,
    "vdi": _check_vdi,
    "vhdx": _check_vhdx,
}
