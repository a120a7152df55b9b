"""UploadFile: the file that an upload is written to, and how much of it is on the disk for sure."""

import os
from pathlib import Path

from dew.storage.durable import sync


def length(path: Path) -> int:
    """Return a file's length, 0 if it is not there. Blocks."""
    try:
        return path.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0


class UploadFile:
    """The bytes of one upload while somebody sends them. Made by ``open``; what blocks says so."""

    def __init__(self, descriptor: int, path: Path, offset: int) -> None:
        self._descriptor = descriptor
        self._path = path
        self._gathered = bytearray()
        self._written_bytes = self.saved_bytes = offset

    @classmethod
    def open(cls, path: Path, offset: int) -> "UploadFile":
        """Open the file and cut off what is not known to be good. Blocks."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        os.ftruncate(descriptor, offset)
        return cls(descriptor, path, offset)

    @property
    def end_bytes(self) -> int:
        """Where the next piece begins."""
        return self._written_bytes + len(self._gathered)

    @property
    def unsaved_bytes(self) -> int:
        """How much a power cut would take."""
        return self._written_bytes - self.saved_bytes

    def gather(self, piece: bytes) -> int:
        """Keep a piece for the next write; return how much waits for it."""
        self._gathered += piece
        return len(self._gathered)

    def write(self) -> None:
        """Write what was gathered. Blocks."""
        while self._gathered:
            written = os.pwrite(self._descriptor, self._gathered, self._written_bytes)
            self._written_bytes += written
            del self._gathered[:written]

    def save(self) -> None:
        """Have everything on the disk, or as much as it takes. Blocks."""
        try:
            self.write()
        finally:
            os.fsync(self._descriptor)
            if self.saved_bytes == 0:
                sync(self._path.parent)
                sync(self._path.parent.parent)
            self.saved_bytes = self._written_bytes

    def close(self) -> None:
        """Let go. Blocks."""
        os.close(self._descriptor)
