"""Images crafted byte by byte: what a stranger may send. Made here, so that none lies in the repository."""

import struct
import uuid
from collections.abc import Callable

GIB = 2**30
DISK_BYTES = 64 * 2**20
SECTOR = 512


def qcow2(
    *,
    version: int = 3,
    backing: bytes = b"",
    features: int = 0,
    encryption: int = 0,
    disk_bytes: int = DISK_BYTES,
    length: int = 4096,
) -> bytes:
    """A qcow2's first cluster, as docs/interop/qcow2.txt of QEMU has it."""
    offset = 512 if backing else 0
    fields = (
        b"QFI\xfb",
        version,
        offset,
        len(backing),
        16,
        disk_bytes,
        encryption,
        1,
        0x30000,
        0x10000,
        1,
        0,
        0,
    )
    start = struct.pack(">4sIQIIQIIQQIIQ", *fields) + struct.pack(">QQQII", features, 0, 0, 4, 104)
    return start.ljust(512, b"\0") + backing.ljust(length - 512, b"\0")


VMDK_TEXT = """# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="monolithicSparse"

RW 131072 SPARSE "disk.vmdk"

ddb.virtualHWVersion = "4"
"""


def vmdk(text: str = VMDK_TEXT, *, sectors: int = DISK_BYTES // SECTOR, descriptor_sector: int = 1) -> bytes:
    """A sparse VMDK's header, with its descriptor in sector 1."""
    header = struct.pack("<4sIIQQQQIQQ", b"KDMV", 1, 3, sectors, 128, descriptor_sector, 20, 512, 21, 26)
    return header.ljust(SECTOR, b"\0") + text.encode().ljust(20 * SECTOR, b"\0") + bytes(64 * SECTOR)


def vdi(*, kind: int = 1, parent: bytes = bytes(16), disk_bytes: int = DISK_BYTES) -> bytes:
    """A VirtualBox disk's header."""
    image = bytearray(4096)
    image[:39] = b"<<< Oracle VM VirtualBox Disk Image >>>"
    struct.pack_into("<IIIII", image, 0x40, 0xBEDA107F, 0x10001, 0x190, kind, 0)
    struct.pack_into("<QII", image, 0x170, disk_bytes, 1 << 20, 0)
    image[0x1B8:0x1C8] = parent
    return bytes(image)


METADATA_REGION = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
DISK_SIZE_ITEM = uuid.UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8").bytes_le
PARENT_ITEM = uuid.UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c").bytes_le


def vhdx(*, disk_bytes: int = DISK_BYTES, parent: bool = False, metadata_at: int = 2 << 20) -> bytes:
    """A VHDX with a region table and the metadata that an inspector looks at."""
    image = bytearray(max(metadata_at, 1 << 20) + (1 << 20))
    image[:8] = b"vhdxfile"
    struct.pack_into("<4sIII", image, 192 << 10, b"regi", 0, 1, 0)
    struct.pack_into("<16sQII", image, (192 << 10) + 16, METADATA_REGION, metadata_at, 1 << 20, 1)
    items = [(DISK_SIZE_ITEM, 64 << 10, 8), *([(PARENT_ITEM, (64 << 10) + 8, 64)] if parent else [])]
    struct.pack_into("<8sHH", image, metadata_at, b"metadata", 0, len(items))
    for number, (item, offset, length) in enumerate(items):
        struct.pack_into("<16sIII", image, metadata_at + 32 + 32 * number, item, offset, length, 4)
    struct.pack_into("<Q", image, metadata_at + (64 << 10), disk_bytes)
    return bytes(image)


def raw(length: int = 4 << 20) -> bytes:
    """A disk with one partition, such as boots."""
    disk = bytearray(length)
    struct.pack_into("<B3BB3BII", disk, 446, 0x80, 0, 2, 0, 0x83, 0, 0, 0, 2048, 4096)
    disk[510:512] = b"\x55\xaa"
    return bytes(disk)


def iso() -> bytes:
    """An installation medium that could boot from a USB stick too."""
    medium = bytearray(raw())
    medium[32768:32774] = b"\x01CD001"
    return bytes(medium)


def two_things_at_once() -> bytes:
    """A boot sector that is a VDI as well: what is inspected as one would be opened as the other."""
    disk = bytearray(vdi().ljust(2 << 20, b"\0"))
    disk[446:512] = raw()[446:512]
    return bytes(disk)


def streamed_vmdk(footer_text_sector: int) -> bytes:
    """A streamOptimized VMDK whose footer names the sector of another descriptor than its header does."""
    text = VMDK_TEXT.replace("monolithicSparse", "streamOptimized")
    at_end = 0xFFFFFFFFFFFFFFFF
    header = struct.pack("<4sIIQQQQIQQ", b"KDMV", 3, 3, DISK_BYTES // SECTOR, 128, 1, 20, 512, 0, at_end)
    footer = struct.pack("<4sIIQQQQIQQ", b"KDMV", 3, 3, 131072, 128, footer_text_sector, 20, 512, 0, 26)
    marker = struct.pack("<QII", 1, 0, 3).ljust(SECTOR, b"\0")
    body = header.ljust(SECTOR, b"\0") + text.encode().ljust(20 * SECTOR, b"\0") + bytes(40 * SECTOR)
    return body + marker + footer.ljust(SECTOR, b"\0") + bytes(SECTOR)


def _text(old: str, new: str) -> str:
    assert old in VMDK_TEXT
    return VMDK_TEXT.replace(old, new)


SPARSE = 'RW 131072 SPARSE "disk.vmdk"'
FLAT = 'RW 131072 FLAT "/etc/shadow" 0'

CORPUS: dict[str, tuple[Callable[[], bytes], str]] = {
    "qcow2 with a backing file": (lambda: qcow2(backing=b"/etc/shadow"), "a backing file"),
    "qcow2 of version 2 with a backing file": (
        lambda: qcow2(version=2, backing=b"/etc/shadow"),
        "a backing file",
    ),
    "qcow2 with a backing protocol": (lambda: qcow2(backing=b"nbd://127.0.0.1/x"), "a backing file"),
    "qcow2 with an external data file": (lambda: qcow2(features=1 << 2), "an external data file"),
    "qcow2 with a feature of the future": (
        lambda: qcow2(features=1 << 40),
        "features that Dew does not know",
    ),
    "qcow2 with subclusters": (lambda: qcow2(features=1 << 4), "features that Dew does not know"),
    "qcow2 of a version that there is not": (lambda: qcow2(version=4), "features that Dew does not know"),
    "qcow2 marked as corrupt": (lambda: qcow2(features=1 << 1), "marked as corrupt"),
    "qcow2 that is encrypted": (lambda: qcow2(encryption=2), "encrypted (qcow2)"),
    "qcow2 of an absurd size": (lambda: qcow2(disk_bytes=1 << 62), "GiB are taken"),
    "qcow2 of no size": (lambda: qcow2(disk_bytes=0), "too few for any system"),
    "qcow2 cut short in its header": (lambda: qcow2()[:40], "no image that Dew knows"),
    "vmdk whose descriptor names a flat file": (
        lambda: vmdk(_text(SPARSE, FLAT).replace("monolithicSparse", "monolithicFlat")),
        "extents are not the one sparse extent",
    ),
    "vmdk that calls a flat extent sparse": (
        lambda: vmdk(_text(SPARSE, FLAT)),
        "extents are not the one sparse extent",
    ),
    "vmdk with a second extent": (
        lambda: vmdk(_text(SPARSE, f"{SPARSE}\n{FLAT}")),
        "extents are not the one sparse extent",
    ),
    "vmdk whose extent is elsewhere": (
        lambda: vmdk(_text("disk.vmdk", "../../disk.vmdk")),
        "extents are not the one sparse extent",
    ),
    "vmdk with a second createType for QEMU": (
        lambda: vmdk('CREATETYPE="monolithicSparse"\n' + _text("monolithicSparse", "monolithicFlat")),
        "does not say once of which kind",
    ),
    "vmdk without a capacity, so that the descriptor counts": (lambda: vmdk(sectors=0), "has no capacity"),
    "vmdk with a parent": (
        lambda: vmdk(_text("parentCID=ffffffff", 'parentCID=1234\nparentFileNameHint="/etc/shadow"')),
        "a VMDK parent",
    ),
    "vmdk with a parent's id alone": (lambda: vmdk(_text("ffffffff", "12345678")), "a VMDK parent"),
    "vmdk of an unknown kind": (
        lambda: vmdk(_text("monolithicSparse", "seSparse")),
        "names other files or a kind that is not one file",
    ),
    "vmdk with lines of its own": (lambda: vmdk(VMDK_TEXT + "exec something\n"), "VMDK descriptor"),
    "vmdk with its descriptor elsewhere": (lambda: vmdk(descriptor_sector=40), "no image that Dew knows"),
    "vmdk that is only a description": (
        lambda: _text(SPARSE, FLAT).encode().ljust(4096, b"\n"),
        "whose bytes are in other files",
    ),
    "vmdk whose footer names another descriptor": (lambda: streamed_vmdk(40), "footer"),
    "vmdk of an absurd size": (lambda: vmdk(sectors=1 << 50), "GiB are taken"),
    "vdi with a parent": (lambda: vdi(kind=4, parent=b"\x01" * 16), "a differencing VDI"),
    "vdi with a parent that is called dynamic": (lambda: vdi(parent=b"\x01" * 16), "a differencing VDI"),
    "vdi of an absurd size": (lambda: vdi(disk_bytes=1 << 60), "GiB are taken"),
    "vhdx with a parent": (lambda: vhdx(parent=True), "a differencing VHDX"),
    "vhdx of an absurd size": (lambda: vhdx(disk_bytes=1 << 60), "GiB are taken"),
    "vhdx whose metadata are far away": (lambda: vhdx(metadata_at=20 << 20), "cut short or make no sense"),
    "vhdx cut short": (lambda: vhdx()[: 1 << 20], "cut short or make no sense"),
    "vhd": (lambda: b"conectix".ljust(4096, b"\0"), "convert it to VHDX"),
    "qed": (lambda: b"QED\0".ljust(4096, b"\0"), "convert it to qcow2"),
    "an encrypted disk": (lambda: b"LUKS\xba\xbe".ljust(4096, b"\0"), "encrypted (LUKS)"),
    "an installation medium": (iso, "installation medium"),
    "two things at once": (two_things_at_once, "several things at once"),
    "a raw disk of an absurd length": (lambda: raw(12 << 20), "GiB are taken"),
    "a disk that could not boot": (lambda: bytes(4 << 20), "no boot sector"),
    "a boot sector and nothing after it": (lambda: raw(1024), "too few for any system"),
    "a web page": (lambda: b"<!DOCTYPE html><title>404</title>".ljust(2 << 20), "no image that Dew knows"),
    "nothing": (lambda: b"", "no image that Dew knows"),
}
"""What is sent, and words of the reason for which it is refused."""
