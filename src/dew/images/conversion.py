"""Converting a foreign image to qcow2: by qemu-img, confined, told what it reads and to read nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from dew.images.confinement import PIECE_BYTES, Confinement, Limits
from dew.model.errors import NoSpace, StepFailed

CONVERT_SECONDS = 3600.0  # 100 GB at 30 MB/s
WITH_BACKING = frozenset({"qcow2", "vmdk"})  # formats whose driver knows a backing file, to be told: none
OPTIONS = "compat=1.1,cluster_size=65536,lazy_refcounts=off,preallocation=off,extended_l2=off"
PERCENT = re.compile(rb"\(([0-9.]+)/100%\)")

Report = Callable[[float], None]


async def convert(
    confined: Confinement,
    source: Path,
    format: str,
    target: Path,
    largest_bytes: int,
    report: Report = lambda _: None,
) -> None:
    """Write a standalone qcow2 of ``source``, which the sandbox's user owns, to ``target``, which is ours.

    ``largest_bytes`` bounds the file. ``report`` is told the share done. Raises StepFailed, NoSpace.
    """
    await asyncio.to_thread(_make_empty, target)
    confined.hand_over(target)
    command = ("qemu-img", "convert", "-p", "-O", "qcow2", "-o", OPTIONS, _source(format), "/target")
    limits = Limits(file_bytes=largest_bytes, seconds=CONVERT_SECONDS)
    async with confined.running(command, limits, source=source, target=target) as program:
        while said := await program.output.read(PIECE_BYTES):
            if shares := PERCENT.findall(said):
                report(float(shares[-1]) / 100)
        complaint = await program.complaint()
    if complaint is not None:
        raise _failure(complaint, largest_bytes)
    await asyncio.to_thread(_take_back, target)


def _source(format: str) -> str:
    """Return the source as qemu-img is given it: nothing is probed, no name in the image is followed."""
    node: dict[str, object] = {"driver": format, "file": {"driver": "file", "filename": "/source"}}
    if format in WITH_BACKING:
        node["backing"] = None
    return f"json:{json.dumps(node)}"


def _failure(said: str, largest_bytes: int) -> StepFailed:
    if "File too large" in said or "No space left" in said:
        return NoSpace(
            f"The converted image needs more than the {largest_bytes / 2**30:.1f} GiB that are free beyond "
            "the reserve. Make room and try again."
        )
    return StepFailed(f"qemu-img can't read the image: {said}.")


def _make_empty(target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(0o600)


def _take_back(target: Path) -> None:
    """Nobody but us may change it from now on; it is on the disk."""
    os.chown(target, os.geteuid(), os.getegid(), follow_symlinks=False)
    descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
