"""flatten: a disk's bytes, wherever in its chain they lie, written out as one standalone file.

The whole chain is spelled out and nothing is probed. A guest that broke out into its QEMU may have written
the files, so the program that reads them has no privileges (where dewd is root, a user id that owns nothing),
limits of memory, output and time, and its target as an open descriptor: it may write to no directory.
"""

import asyncio
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dew.model.errors import StepFailed
from dew.storage.durable import in_thread, sync
from dew.storage.programs import FORMAT_OPTIONS, LAST_WORDS_BYTES, RunAs, failure, start
from dew.storage.qcow2_header import read_header

FLATTEN_LIMIT_SECONDS = 4 * 3600.0
"""A disk of 200 GB at the 20 MB/s that compressing on one slow processor gives."""

MEMORY_LIMIT_BYTES = 4 * 2**30
"""Address space; qemu-img takes 0.5 GB of it for its threads' stacks, and some 100 MB of memory."""

OVERHEAD_BYTES = 64 * 2**20
"""What a file may have beyond its disk's size: tables of 128 MB for each TB, and what does not compress."""

PERCENT = re.compile(rb"\(([0-9.]+)/100%\)")

Progress = Callable[[float], None]


async def flatten(
    chain: Sequence[Path], target: Path, disk_bytes: int, run_as: RunAs | None, progress: Progress
) -> None:
    """Write the disk in ``chain`` (qcow2 files, newest first) to ``target``, whole or not at all.

    ``target`` becomes a compressed (zstd) qcow2 of mode 0600. ``progress`` is told the share done. Raises
    NoSpace, StepFailed.
    """
    temporary = target.with_name(f".{target.name}.part")
    descriptor = await in_thread(_make_private, temporary, run_as)
    try:
        options = f"{FORMAT_OPTIONS},compat=1.1,compression_type=zstd"
        words = ("convert", "-p", "-c", "-m", "2", "-O", "qcow2", "-o", options)
        target_name = f"/dev/fd/{descriptor}"
        await confined((*words, reading(chain), target_name), descriptor, disk_bytes, run_as, progress)
        await in_thread(_publish, descriptor, temporary, target)
    finally:
        os.close(descriptor)
        await in_thread(temporary.unlink, missing_ok=True)


def _make_private(path: Path, run_as: RunAs | None) -> int:
    path.unlink(missing_ok=True)  # of an attempt that was killed
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    if run_as is not None:
        os.fchown(descriptor, run_as.user, -1)
    return descriptor


def _publish(descriptor: int, temporary: Path, target: Path) -> None:
    os.fchown(descriptor, os.geteuid(), -1)
    os.fsync(descriptor)
    read_header(temporary).require_plain(temporary)
    temporary.replace(target)
    sync(target.parent)


def reading(chain: Sequence[Path]) -> str:
    """Spell the chain out for qemu-img: every file by name, the last one with nothing below it."""
    node: dict[str, Any] | None = None
    for path in reversed(chain):
        file = {"driver": "file", "filename": str(path), "read-only": True}
        node = {"driver": "qcow2", "file": file, "backing": node, "read-only": True}
    return f"json:{json.dumps(node)}"


async def confined(
    words: Sequence[str], descriptor: int, disk_bytes: int, run_as: RunAs | None, progress: Progress
) -> None:
    """Run qemu-img with ``words``, which write a disk of ``disk_bytes`` to the open ``descriptor``.

    Raises NoSpace, StepFailed.
    """
    most_bytes = disk_bytes + disk_bytes // 64 + OVERHEAD_BYTES
    limits = (f"--as={MEMORY_LIMIT_BYTES}", f"--fsize={most_bytes}", "--core=0")
    process = await start(
        (
            *("setpriv", "--pdeathsig", "KILL", "--"),  # it may take hours: a dewd that died wants it no more
            *("nice", "-n", "10", "prlimit", *limits, "--"),
            *("qemu-img", *words),
        ),
        run_as,
        output=asyncio.subprocess.PIPE,
        descriptors=(descriptor,),
    )
    try:
        async with asyncio.timeout(FLATTEN_LIMIT_SECONDS):
            said = await _follow(process, progress)
    except TimeoutError as error:
        hours = f"{FLATTEN_LIMIT_SECONDS / 3600:.0f} hours"
        raise StepFailed(f"qemu-img did not finish writing the disk within {hours}.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise failure("qemu-img", said)


async def _follow(process: asyncio.subprocess.Process, progress: Progress) -> str:
    """Pass on how far the program is; return its last words."""
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.create_task(_tail(process.stderr))
    try:
        while said := await process.stdout.read(4096):
            if shares := PERCENT.findall(said):
                progress(float(shares[-1]) / 100)
        await process.wait()
        return await complaints
    finally:
        complaints.cancel()


async def _tail(stream: asyncio.StreamReader) -> str:
    kept = b""
    while said := await stream.read(4096):
        kept = (kept + said)[-2 * LAST_WORDS_BYTES :]
    return kept.decode(errors="replace").strip()
