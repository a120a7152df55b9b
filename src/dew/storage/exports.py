"""Exports: Snapshots written out as standalone files, for a while, to be carried away.

    <directory>/snapshot-<image id>.qcow2   the disk
                snapshot-<image id>.json    {"taken_at", "size_bytes", "sha256"}, written last: where it is,
                                            all is whole

A Snapshot never changes and its id is never used again, so an export that is there is right; unless somebody
went back to an older copy of the database, which may give the id to another one: taken_at tells them apart.
"""

import asyncio
import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dew.model.room import require_room
from dew.storage.durable import make_directory, sync, translated

EXPORT_FORMAT, EXPORT_VERSION = "dew-snapshot", 1
"""What manifests say they are; a higher version is one that this Dew can't read."""

KEEP_HOURS = 24.0
"""Since it was asked for last: long enough to come back to after a night."""

MOST = 10
"""Exports at once; for another one, the one that was asked for longest ago is given up."""


@dataclass(frozen=True)
class Export:
    """A Snapshot's disk as a file."""

    path: Path
    size_bytes: int
    sha256: str
    expires_at: datetime


class Exports:
    """The directory of exports. Its methods do their work in threads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, image_id: int) -> Path:
        """Return where the Snapshot's disk is written to."""
        return self._directory / f"snapshot-{image_id}.qcow2"

    async def find(self, image_id: int, taken_at: str) -> Export | None:
        """Return the export of the Snapshot that was taken then if it is there, whole."""
        return await asyncio.to_thread(self._find, image_id, taken_at)

    async def keep(self, image_id: int) -> None:
        """Start the time anew after which the export is given up."""
        for path in (self.path(image_id), self._note(image_id)):
            with suppress(FileNotFoundError):  # given up in this moment
                await asyncio.to_thread(os.utime, path)

    async def make_room(self, needed_bytes: int, reserve_bytes: int) -> None:
        """Give up what is old or too many, so that there may be another one. Raises NoSpace."""
        with translated("make room for an export"):
            await asyncio.to_thread(make_directory, self._directory, 0o700)
            await self.prune(most=MOST - 1)
            free_bytes = (await asyncio.to_thread(shutil.disk_usage, self._directory)).free
        require_room("The export", needed_bytes, free_bytes, reserve_bytes)

    async def record(self, image_id: int, taken_at: str) -> Export:
        """Note that the file is whole, and its checksum."""
        with translated("record an export"):
            return await asyncio.to_thread(self._record, image_id, taken_at)

    async def remove(self, image_id: int) -> None:
        """Delete the export, in whatever state; an absent one is fine. Who reads it goes on reading."""
        with translated("delete an export"):
            for path in (self._note(image_id), self.path(image_id)):
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def prune(self, most: int = MOST) -> None:
        """Delete what has expired, and the oldest beyond ``most``."""
        with translated("delete old exports"):
            await asyncio.to_thread(self._prune, most)

    async def give_up_finished(self) -> None:
        """Delete all that are whole: they can be written again. What is being written stays."""
        with translated("delete exports"):
            await asyncio.to_thread(self._give_up_finished)

    def _give_up_finished(self) -> None:
        for note in self._directory.glob("snapshot-*.json"):
            note.unlink(missing_ok=True)
            note.with_suffix(".qcow2").unlink(missing_ok=True)

    def _note(self, image_id: int) -> Path:
        return self.path(image_id).with_suffix(".json")

    def _find(self, image_id: int, taken_at: str) -> Export | None:
        path = self.path(image_id)
        try:
            note = json.loads(self._note(image_id).read_bytes())
            found = path.stat()
        except (FileNotFoundError, ValueError):
            return None
        if note.get("taken_at", "") != taken_at:
            return None
        expires_at = datetime.fromtimestamp(found.st_mtime, UTC) + timedelta(hours=KEEP_HOURS)
        return Export(path, note["size_bytes"], note["sha256"], expires_at)

    def _record(self, image_id: int, taken_at: str) -> Export:
        path, note = self.path(image_id), self._note(image_id)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        partial = note.with_suffix(".json.part")
        try:
            facts = {"taken_at": taken_at, "size_bytes": path.stat().st_size, "sha256": sha256}
            partial.write_text(json.dumps(facts))
            sync(partial)
            partial.replace(note)
        finally:
            partial.unlink(missing_ok=True)
        sync(note.parent)
        found = self._find(image_id, taken_at)
        assert found is not None
        return found

    def _prune(self, most: int) -> None:
        if not self._directory.exists():
            return
        newest_first = sorted(self._directory.iterdir(), key=_modified_at, reverse=True)
        disks = [
            path for path in newest_first if path.name.startswith("snapshot-") and path.suffix == ".qcow2"
        ]
        expired = time.time() - KEEP_HOURS * 3600
        old = {path for path in newest_first if _modified_at(path) < expired}
        for path in old | {beside for disk in disks[most:] for beside in (disk, disk.with_suffix(".json"))}:
            path.unlink(missing_ok=True)


def _modified_at(path: Path) -> float:
    """Return when a file was written, in seconds since 1970; 0 if it is gone by now."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
