"""Unpacking what was compressed: by the usual programs, confined, into a file with holes, never too much."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from dew.images.confinement import Confinement, Limits
from dew.model.errors import NoSpace, StepFailed

UNPACKERS = {
    b"\x1f\x8b": ("gzip", "-dc"),
    b"BZh": ("bzip2", "-dc"),
    b"\xfd7zXZ\x00": ("xz", "-dcq"),
    b"\x28\xb5\x2f\xfd": ("zstd", "-dcq"),
}
"""By the first bytes of the file."""

LONGEST_MAGIC = 6
UNPACK_SECONDS = 3600.0  # 100 GB at 30 MB/s, which bzip2 manages
PIECE_BYTES = 1 << 20
BLOCK_BYTES = 1 << 16
NOTHING = bytes(BLOCK_BYTES)

P = ParamSpec("P")
T = TypeVar("T")

Report = Callable[[int], None]


@dataclass(frozen=True)
class Allowance:
    """How much may come of an unpacking."""

    length_bytes: int  # holes included
    data_bytes: int  # without them: what it takes on the disk


def unpacker(path: Path) -> tuple[str, ...] | None:
    """Return the program that unpacks the file, None if it is not compressed. Blocks."""
    with path.open("rb") as file:
        start = file.read(LONGEST_MAGIC)
    return next((program for magic, program in UNPACKERS.items() if start.startswith(magic)), None)


async def unpack(
    confined: Confinement,
    program: tuple[str, ...],
    source: Path,
    target: Path,
    allowance: Allowance,
    report: Report = lambda _: None,
) -> None:
    """Write what ``source`` holds to ``target``; ``report`` is told how many bytes of ``source`` were read.

    Raises StepFailed (it is damaged, takes too long, or more comes out than is allowed), NoSpace.
    """
    limits = Limits(file_bytes=0, seconds=UNPACK_SECONDS)  # it writes to a pipe only
    with await asyncio.to_thread(source.open, "rb") as packed:
        async with confined.running(program, limits, stdin=packed) as running:
            with SparseWriter(target, allowance) as writer:
                while piece := await running.output.read(PIECE_BYTES):
                    await _in_thread(writer.write, piece)
                    report(os.lseek(packed.fileno(), 0, os.SEEK_CUR))
                await _in_thread(writer.finish)
            complaint = await running.complaint()
    if complaint is not None:
        raise StepFailed(f"The file is damaged or cut short: {complaint}.")


class SparseWriter:
    """Writes a stream to a new file, leaving holes where it is zero. All of it blocks."""

    def __init__(self, target: Path, allowance: Allowance) -> None:
        self._allowance = allowance
        self._descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._length_bytes = 0
        self._data_bytes = 0

    def __enter__(self) -> SparseWriter:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, piece: bytes) -> None:
        """Append. Raises StepFailed when that is more than is allowed, NoSpace when the disk is full."""
        for start in range(0, len(piece), BLOCK_BYTES):
            block = piece[start : start + BLOCK_BYTES]
            if block != NOTHING[: len(block)]:
                self._data_bytes += len(block)
                self._require_allowed()
                _put(self._descriptor, block, self._length_bytes)
            self._length_bytes += len(block)
        self._require_allowed()

    def finish(self) -> None:
        """Give the file its length, which a hole at the end did not."""
        os.ftruncate(self._descriptor, self._length_bytes)

    def _require_allowed(self) -> None:
        if self._length_bytes > self._allowance.length_bytes:
            raise StepFailed(
                f"More than {self._allowance.length_bytes / 2**30:.1f} GiB come out of the compressed file, "
                "which is the most that is taken (max_image_gigabytes)."
            )
        if self._data_bytes > self._allowance.data_bytes:
            raise NoSpace(
                f"More than {self._allowance.data_bytes / 2**30:.1f} GiB come out of the compressed file, "
                "and no more are free beyond the reserve. Make room and try again."
            )


def _put(descriptor: int, block: bytes, offset: int) -> None:
    try:
        while block:
            written = os.pwrite(descriptor, block, offset)
            block, offset = block[written:], offset + written
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                "The disk became full while the image was unpacked. Make room and try again."
            ) from error
        raise StepFailed(f"Could not unpack the image: {error}.") from error


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work in a thread; when cancelled, wait for its end first: it writes to a file of ours."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
