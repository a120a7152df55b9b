"""A small filesystem of a test's own, to be filled to its last byte. Mounting it takes root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

takes_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")


@contextmanager
def small_disk(place: Path, mebibytes: int) -> Iterator[Path]:
    """Mount it at ``place``; every user may pass through."""
    place.mkdir(exist_ok=True)
    options = f"size={mebibytes}m,mode=0711"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def free_bytes(place: Path) -> int:
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize


def fill(place: Path, leave_bytes: int = 0) -> Path:
    """Take all space, or all but some; return the file to be deleted for having it back."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while (left_bytes := free_bytes(place) - leave_bytes) > 0:
            file.write(bytes(min(left_bytes, 2**20)))
    return filler


@pytest.fixture(name="small_disk")
def eight_mebibytes(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB; what is not root but came from root may pass through."""
    with small_disk(tmp_path / "small", 8) as place:
        yield place
