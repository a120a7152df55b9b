"""The trash: where discarded Layers wait, so that a mistake can be taken back by hand.

A file's name says when it came (``1700000000000-layer-7.qcow2``, milliseconds since 1970), so the trash
needs no database, and a Layer is taken back with one ``mv``.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dew.storage.durable import sync

NAME = re.compile(r"([0-9]{1,16})-layer-[1-9][0-9]{0,18}\.qcow2", re.ASCII)


class Trash:
    """A directory of discarded Layer files. Its methods block."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def take(self, path: Path) -> None:
        """Move the file in, on the disk when this returns; an absent one is fine.

        Synced in both cases: the move may have been made by a daemon that died before its sync.
        """
        target = self._directory / f"{time.time_ns() // 1_000_000}-{path.name}"
        try:
            os.rename(path, target)  # noqa: PTH104  (Path.rename hides which of the two was missing)
        except FileNotFoundError:
            if not path.parent.is_dir() or not self._directory.is_dir():
                raise
        sync(self._directory)
        sync(path.parent)

    def is_empty(self) -> bool:
        """Whether no Layer waits here."""
        return not any(self._arrivals())

    def older_than(self, seconds: float) -> list[Path]:
        """Return the files that came at least that long ago, the oldest first."""
        latest = time.time() * 1000 - seconds * 1000
        return [path for came_ms, path in sorted(self._arrivals()) if came_ms <= latest]

    def newest(self, layer_name: str) -> Path | None:
        """Return the file of that Layer that came last."""
        came = sorted(entry for entry in self._arrivals() if entry[1].name.endswith(f"-{layer_name}"))
        return came[-1][1] if came else None

    def delete(self, path: Path) -> int:
        """Delete one file and return the bytes that came back."""
        try:
            freed_bytes = path.lstat().st_blocks * 512
            path.unlink()
        except FileNotFoundError:
            return 0
        return freed_bytes

    def allocated_bytes(self) -> int:
        """Return what the files take; one that is deleted meanwhile takes nothing."""
        taken_bytes = 0
        for _, path in self._arrivals():
            with suppress(FileNotFoundError):
                taken_bytes += path.lstat().st_blocks * 512
        return taken_bytes

    def _arrivals(self) -> Iterator[tuple[int, Path]]:
        for path in self._directory.iterdir():
            if match := NAME.fullmatch(path.name):
                yield int(match[1]), path
