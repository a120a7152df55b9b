"""PartialFile: a download under way, kept beside its target so that it can be gone on with.

    <target>.part       the bytes so far
    <target>.part.json  {"url", "validator", "safe_bytes"}: whose bytes, and how many are on the disk for sure

After a power cut a file may be longer than what was written to it for good, so bytes count only up to
``safe_bytes``, which is written down after they were synced. All methods block.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from dew.model.errors import StepFailed

SYNC_EVERY_BYTES = 64 * 2**20
"""What a power cut may cost; syncing that much takes a disk about a second."""

PIECE_BYTES = 256 * 1024


class PartialFile:
    """The bytes of one file so far, and their hash. One at a time per target: another raises StepFailed."""

    def __init__(self, target: Path, url: str, algorithm: str | None) -> None:
        self._target = target
        self._path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._url = url
        self._algorithm = algorithm or "sha256"
        self._wanted = True  # until it was published or removed
        self._turn = threading.Lock()  # a cancelled caller's last write may still be under way
        self._file = self._path.open("a+b")
        try:
            self._claim()
            self._restore()
        except BaseException:
            self._file.close()
            raise

    def _claim(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except (BlockingIOError, FileNotFoundError):
            mine = False
        if not mine:  # else what another one has just published would be emptied
            raise StepFailed(f"{self._url} is being fetched already.")

    def _restore(self) -> None:
        self.validator, safe_bytes = self._read_note()
        self._keep(min(safe_bytes, os.fstat(self._file.fileno()).st_size) if self.validator else 0)

    def _read_note(self) -> tuple[str, int]:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(self._note.read_bytes())
            if note["url"] == self._url:
                return str(note["validator"]), max(0, int(note["safe_bytes"]))
        return "", 0

    def _keep(self, length: int) -> None:
        self._file.truncate(length)
        self._digest = hashlib.new(self._algorithm)
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            self._digest.update(piece)
        self.length = self._safe_bytes = length

    def start_over(self, validator: str) -> None:
        """Forget the bytes; those to come are of the version that ``validator`` names ("" if none does)."""
        with self._turn:
            self.validator = validator
            self._keep(0)
            self._write_note()

    def add(self, piece: bytes) -> None:
        """Append bytes."""
        with self._turn:
            self._file.write(piece)
            self._digest.update(piece)
            self.length += len(piece)
            if self.length - self._safe_bytes >= SYNC_EVERY_BYTES:
                self._save()

    def close(self) -> None:
        """Write down how far it got, and let go."""
        with self._turn, contextlib.closing(self._file):
            if self._wanted:
                self._save()

    def remove(self) -> None:
        """Forget the bytes for good."""
        with self._turn:
            self._wanted = False
            self._path.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)

    @property
    def hex(self) -> str:
        """The hash of the bytes so far."""
        return self._digest.hexdigest()

    def publish(self) -> None:
        """Give the bytes the target's name: they are all there, and on the disk when this returns."""
        with self._turn:
            self._sync()
            self._wanted = False
            self._path.replace(self._target)
            self._note.unlink(missing_ok=True)
            _sync_directory(self._target.parent)

    def _save(self) -> None:
        self._sync()
        self._safe_bytes = self.length
        self._write_note()

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write_note(self) -> None:
        note = {"url": self._url, "validator": self.validator, "safe_bytes": self._safe_bytes}
        fresh = self._note.with_name(f"{self._note.name}.new")
        try:
            with fresh.open("w") as file:
                json.dump(note, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._note)
        finally:
            fresh.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def in_use(path: Path) -> bool:
    """Whether somebody is adding to this partial file now."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def partial_files(directory: Path) -> Iterator[Path]:
    """Yield what unfinished downloads left in ``directory``."""
    for suffix in ("part", "part.json", "part.json.new"):
        yield from directory.glob(f"*.{suffix}")
