"""What disks hold, block by block, written and read through QEMU's own code."""

import asyncio
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path

BLOCK_BYTES = 4096
"""What a guest writes at once: less than a cluster, so that the rest of it is copied up from below."""

MIXED = -1
"""Stands for the content of a block that is not filled with one byte."""

PROGRAM_LIMIT_SECONDS = 60.0
HAVE_QEMU = bool(shutil.which("qemu-img") and shutil.which("qemu-io"))

Blocks = Mapping[int, int]
"""A disk's content: the byte that fills each block which is not all zeros, by the block's number."""


async def write(paths: Sequence[Path], blocks: Blocks) -> None:
    """Write to the first of a chain's files and flush: when this returns the bytes are on the disk."""
    said = await run("qemu-io", *_commands(*_writes(blocks), "flush"), json_name(paths))
    assert said.count("wrote") == len(blocks), said


async def write_and_die(paths: Sequence[Path], blocks: Blocks) -> None:
    """Write as a guest whose QEMU is killed before anything is flushed."""
    await run("qemu-io", *_commands(*_writes(blocks), "abort"), json_name(paths), ends_with=-6)


async def read(paths: Sequence[Path], scratch: Path) -> dict[int, int]:
    """Return all that a chain of files holds; ``scratch`` is a place for the raw disk."""
    await run("qemu-img", "convert", "-O", "raw", json_name(paths), str(scratch))
    found = await asyncio.to_thread(_nonzero, scratch)
    scratch.unlink()
    return found


async def compare(disks: Sequence[tuple[Sequence[Path], Blocks, Sequence[int]]]) -> None:
    """Raise AssertionError if a chain of files does not hold what it should in the blocks that are named.

    One program for all of them: to start it takes longer than to read a hundred blocks.
    """
    commands = [command for disk in disks for command in _reads(*disk)]
    said = await run("qemu-io", *_commands(*commands), ends_with=(0, 1))
    if said.count("read ") == len(commands) - 2 * len(disks) and "failed" not in said:
        return
    assert len(disks) > 1, f"not as it should be: {disks[0]}: {said}"
    for disk in disks:
        await compare([disk])


def _reads(paths: Sequence[Path], content: Blocks, blocks: Sequence[int]) -> Iterator[str]:
    yield f"open -r {json_name(paths)}"
    for block in blocks:
        yield f"read -P {content.get(block, 0)} {block * BLOCK_BYTES} {BLOCK_BYTES}"
    yield "close"


async def check(path: Path) -> None:
    """Raise AssertionError if a file's own bookkeeping is damaged; clusters that nobody uses are none."""
    await run("qemu-img", "check", "-q", json_name([path]), ends_with=(0, 3))


def json_name(paths: Sequence[Path]) -> str:
    """Return how QEMU is told to open a chain, newest first, without looking at what the headers say."""
    return "json:" + json.dumps(reduce(_over, reversed(paths), None), separators=(",", ":"))


def _over(parent: object, path: Path) -> object:
    return {"driver": "qcow2", "file": {"driver": "file", "filename": str(path)}, "backing": parent}


def _writes(blocks: Blocks) -> list[str]:
    return [f"write -P {fill} {block * BLOCK_BYTES} {BLOCK_BYTES}" for block, fill in blocks.items()]


def _commands(*commands: str) -> list[str]:
    return [argument for command in commands for argument in ("-c", command)]


async def run(*command: str, ends_with: int | tuple[int, ...] = 0) -> str:
    """Run a program that must end as expected; return what it said."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(PROGRAM_LIMIT_SECONDS):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    expected = ends_with if isinstance(ends_with, tuple) else (ends_with,)
    assert process.returncode in expected, f"{command}: {process.returncode}, {said.decode()}"
    return said.decode()


def _nonzero(disk: Path) -> dict[int, int]:
    """Return the blocks of a sparse file that hold anything."""
    found = {}
    with disk.open("rb") as file:
        for block in _allocated(file.fileno()):
            file.seek(block * BLOCK_BYTES)
            content = file.read(BLOCK_BYTES)
            if any(content):
                found[block] = content[0] if content == content[:1] * len(content) else MIXED
    return found


def _allocated(descriptor: int) -> Iterator[int]:
    """Yield the numbers of the blocks that are not holes."""
    end = 0
    while True:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole is left
                return
            raise
        end = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield from range(start // BLOCK_BYTES, -(-end // BLOCK_BYTES))


class Contents:
    """What chains of files hold, remembered by the files' bytes: most are the same each time."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._sound: set[bytes] = set()
        self._known: dict[tuple[bytes, ...], dict[int, int]] = {}

    async def of(self, paths: list[Path]) -> dict[int, int]:
        """Return what a chain holds. Raises AssertionError for one that is damaged."""
        key = tuple([hashlib.blake2b(path.read_bytes()).digest() for path in paths])
        for path, mark in zip(paths, key, strict=True):
            if mark not in self._sound:
                await check(path)
                self._sound.add(mark)
        if key not in self._known:
            self._known[key] = await read(paths, self._scratch / "disk.raw")
        return self._known[key]
