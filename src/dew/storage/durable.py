"""File work that is on the disk when it returns, and errors said in Dew's words.

A power cut may lose what was not fsynced: a file's bytes, and apart from them its name in the directory.
Everything here syncs both, in that order.
"""

import asyncio
import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec, TypeVar

from dew.model.errors import NoSpace, StepFailed
from dew.model.unbroken import unbroken

P = ParamSpec("P")
T = TypeVar("T")

FULL_DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


def sync(path: Path) -> None:
    """Put a file's bytes and mode, or a directory's names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_new(path: Path) -> None:
    """Put a file or directory that may be new on the disk, and its name with it."""
    sync(path)
    sync(path.parent)


def make_directory(path: Path, mode: int) -> None:
    """Make a directory, and those above it; all names are on the disk, also of one that is there already."""
    missing = [above for above in path.parents if not above.exists()]
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    for made in (path, *missing):
        sync(made.parent)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished file its final name; a file that has that name already is kept and ours dropped.

    A link, because a rename would silently replace what is there. Both names must be on one filesystem
    (OSError EXDEV).
    """
    sync(temporary)
    with contextlib.suppress(FileExistsError):
        os.link(temporary, final)
    sync(final.parent)
    temporary.unlink()


def write_new(path: Path, temporary: Path, text: str) -> None:
    """Make ``path`` (0600) with ``text``, whole or not at all."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    publish(temporary, path)


def full_disk(doing: str) -> NoSpace:
    """Return the error that says the Layers' disk is full."""
    return NoSpace(
        f"Could not {doing}: the disk that holds the Layers is full. "
        "Delete Snapshots or Droplets that are no longer needed, or give it more space."
    )


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn an OSError into NoSpace or StepFailed; ``doing`` continues the words "Could not"."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK_ERRNOS:
            raise full_disk(doing) from error
        raise StepFailed(f"Could not {doing}: {error}.") from error


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking ``work`` in a thread. When cancelled, wait for its end first.

    A thread can't be stopped. Without the wait, the undo of a cancelled step could run before the step's
    last effect: the discard first, the file after it.
    """
    return await unbroken(asyncio.to_thread(work, *args, **kwargs))
