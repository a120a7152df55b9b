"""Ballast: a file beside the database that is given up, a piece at a time, when their disk is full.

On a full disk nothing could be deleted any more, since even that has to be written down first. So some space
is set aside while there is plenty. A piece is enough for some hundred transactions, and all of it too little
for halted guests to be resumed on: it would be gone before anybody had deleted anything.
"""

import os
from pathlib import Path

import structlog

BALLAST_BYTES = 32 * 2**20
PIECE_BYTES = 2**20
PLENTY_BYTES = 4 * BALLAST_BYTES  # with less than that free, nothing is set aside

log = structlog.get_logger()


class Ballast:
    """The file. Its methods block, but not for long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def set_aside(self) -> None:
        """Take the space if there is plenty. Raises OSError."""
        if self._size_bytes() >= BALLAST_BYTES or self._free_bytes() < PLENTY_BYTES:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        finally:
            os.close(descriptor)

    def give_way(self) -> None:
        """Give a piece up if there is next to no space left. Raises OSError."""
        left_bytes = self._size_bytes() - PIECE_BYTES
        if left_bytes >= 0 and self._free_bytes() < PIECE_BYTES // 2:
            os.truncate(self._path, left_bytes)
            log.warning("the disk is full: some ballast is given up", left_bytes=left_bytes)

    def _free_bytes(self) -> int:
        """Return what this process can still write: root has some more than others on many filesystems."""
        disk = os.statvfs(self._path.parent)
        return disk.f_frsize * (disk.f_bfree if os.geteuid() == 0 else disk.f_bavail)

    def _size_bytes(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0
