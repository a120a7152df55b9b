"""Image files in the cache, kept to be used again. They can all be had again, so none stands in the way.

<cache>/<recipe>-<version>.qcow2               built here
<cache>/fetched/<slug>-<checksum>.qcow2        fetched; ….qcow2.part, ….qcow2.part.json are under way
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from dew.images import commands
from dew.images.partial import in_use
from dew.model.errors import StepFailed

FETCHED = "fetched"

OURS = re.compile(r"[a-z0-9][a-z0-9.-]*-[0-9a-f]{12}\.qcow2(\.part)?", re.ASCII)
"""What files in the cache are called; a directory that somebody named may hold others."""

COPY_SECONDS = 600.0


async def copy(kept: Path, target: Path) -> None:
    """Write a kept image to ``target``, whatever becomes of its name meanwhile. Raises StepFailed."""
    try:
        file = kept.open("rb")
    except OSError as error:
        raise StepFailed(f"The kept image {kept.name} is gone again ({error}). Try again.") from error
    with file:
        with suppress(PermissionError):  # a cache that several users share
            os.utime(file.fileno())
        source = f"/proc/{os.getpid()}/fd/{file.fileno()}"
        await commands.run(
            *("cp", "--reflink=auto", "--sparse=always", "--", source, target),
            what="Copying an image from the cache",
            timeout_seconds=COPY_SECONDS,
        )


def oldest_first(*directories: Path) -> list[Path]:
    """Return the image files, the one that was used longest ago first, but none that is being fetched."""
    found = [path for directory in directories if directory.is_dir() for path in directory.iterdir()]
    ours = [path for path in found if OURS.fullmatch(path.name)]
    return sorted((path for path in ours if path.suffix != ".part" or not in_use(path)), key=_used_at)


def give_up_oldest(cache: Path, beside: Path) -> Path | None:
    """Delete the file that was used longest ago and return it; None if ``beside`` is on another disk."""
    if not cache.is_dir() or cache.stat().st_dev != beside.stat().st_dev:
        return None
    for oldest in oldest_first(cache, cache / FETCHED):
        oldest.unlink(missing_ok=True)
        return oldest
    return None


def give_up_beyond(directory: Path, most_bytes: int) -> None:
    """Delete the files used longest ago, so that the others take ``most_bytes``; the newest one stays."""
    taken_bytes = 0
    for number, path in enumerate(reversed(oldest_first(directory))):
        with suppress(FileNotFoundError):  # by another dewd, of the same cache
            taken_bytes += path.stat().st_blocks * 512
        if number and taken_bytes > most_bytes:
            path.unlink(missing_ok=True)


def _used_at(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
