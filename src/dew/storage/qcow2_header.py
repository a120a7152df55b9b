"""The first bytes of a qcow2 file: what Dew reads of them, and what it refuses.

Read here rather than asked of qemu-img: it costs microseconds, and it opens nothing the header names.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from dew.model.errors import Broken, StepFailed

MAGIC = b"QFI\xfb"
LAYOUT = struct.Struct(">4sI16xQ40xQ")  # magic, version, virtual size at 24, incompatible features at 72

DIRTY = 1 << 0  # refcounts to be rebuilt; QEMU does that by itself
COMPRESSION_TYPE = 1 << 3  # zstd
UNDERSTOOD_FEATURES = DIRTY | COMPRESSION_TYPE


@dataclass(frozen=True)
class Header:
    """What matters of a qcow2 header."""

    disk_bytes: int  # virtual size
    incompatible_features: int  # bits; a reader that doesn't know one must not open the file

    def require_plain(self, path: Path) -> None:
        """Raise Broken if the file is marked corrupt or keeps its bytes elsewhere.

        Dew makes no such files. A guest that broke out into its QEMU can: with an external data file of its
        choice, whoever opens the Layer next, with rights of its own, would read or write that file for it.
        """
        if self.incompatible_features & ~UNDERSTOOD_FEATURES:
            raise Broken(
                f"{path} is marked corrupt or uses qcow2 features that Dew never sets "
                f"({self.incompatible_features:#x}). Look at it with qemu-img before it is used again."
            )


def read_header(path: Path) -> Header:
    """Return the header of the file at ``path``. Raises OSError, StepFailed (no qcow2 of version 3)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        start = os.pread(descriptor, LAYOUT.size, 0)
    finally:
        os.close(descriptor)
    return parse_header(start, path)


def parse_header(start: bytes, path: Path) -> Header:
    """Return the header that a file begins with; ``path`` is for the message."""
    if len(start) < LAYOUT.size or start[:4] != MAGIC:
        raise StepFailed(f"{path} is no qcow2 file.")
    _, version, disk_bytes, features = LAYOUT.unpack(start)
    if version != 3:
        raise StepFailed(f"{path} is qcow2 version {version}; convert it to version 3 (compat=1.1) first.")
    return Header(disk_bytes, features)
