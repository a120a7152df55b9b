"""The programs that work on Layer files: qemu-img and cp, each with a time limit and killed beyond it.

No program here ever follows a backing name: those in qcow2 headers are hints for rescue by hand, and a
guest that broke out into its QEMU could have written any name there.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

from dew.model.errors import StepFailed
from dew.storage.durable import full_disk

QEMU_IMG_LIMIT_SECONDS = 60.0
"""Making or growing takes some 10 ms; a disk that needs a minute for it is failing."""

COPY_LIMIT_SECONDS = 3600.0
"""An Image of 100 GB from a slow disk (30 MB/s)."""

CHECK_LIMIT_SECONDS = 3600.0
"""qemu-img check reads the metadata only: seconds, or minutes for terabytes on a busy, slow disk."""

CHECK_SOUND = (0, 3)
"""How qemu-img check ends where no byte is wrong. 3 is leaked clusters, which a killed guest leaves: wasted
space, nothing else."""

CHECK_CORRUPT = 2

KEPT_OUT = ("Permission denied", "No such file")
"""What qemu-img says where the file was not to be had, which is no word about its bytes."""

LAST_WORDS_BYTES = 500
"""How much of what a program said fits in an error message."""

KEPT_WORDS_BYTES = 65536
"""How much of a program's complaints is kept in memory."""

FORMAT_OPTIONS = "cluster_size=65536,lazy_refcounts=off,preallocation=off,extended_l2=off"
"""Measured: neither bigger clusters nor subclusters make deep chains faster, and big ones waste space."""


@dataclass(frozen=True)
class RunAs:
    """Whose rights a program gets; only root can give others than its own."""

    user: int
    group: int


async def make_qcow2(path: Path, disk_bytes: int, backing_hint: str | None) -> None:
    """Write an empty qcow2 image to ``path``. Raises NoSpace, StepFailed."""
    backing = () if backing_hint is None else ("-u", "-b", backing_hint, "-F", "qcow2")
    await run(
        *("qemu-img", "create", "-q", "-f", "qcow2", *backing, "-o", FORMAT_OPTIONS, str(path)),
        str(disk_bytes),
        limit_seconds=QEMU_IMG_LIMIT_SECONDS,
    )


async def resize_qcow2(path: Path, disk_bytes: int, run_as: RunAs | None) -> None:
    """Give the image at ``path`` a new virtual size. Raises NoSpace, StepFailed (also while a guest runs)."""
    image = {"driver": "qcow2", "backing": None, "file": {"driver": "file", "filename": str(path)}}
    await run(
        *("qemu-img", "resize", "-q", f"json:{json.dumps(image)}", str(disk_bytes)),
        limit_seconds=QEMU_IMG_LIMIT_SECONDS,
        run_as=run_as,
    )


async def check_qcow2(path: Path, run_as: RunAs | None) -> str:
    """Have qemu-img check the structure of a file that nobody writes to; return what is wrong, or "".

    It yields to everything else on the machine. Raises StepFailed if it could not look.
    """
    image = {"driver": "qcow2", "backing": None, "file": {"driver": "file", "filename": str(path)}}
    command = ("ionice", "-c", "3", "nice", "-n", "19", "qemu-img", "check", f"json:{json.dumps(image)}")
    status, said = await _ending(command, CHECK_LIMIT_SECONDS, run_as)
    if status in CHECK_SOUND:
        return ""
    words = said[:LAST_WORDS_BYTES].replace("\n", " ")
    if status == CHECK_CORRUPT or not any(words in said for words in KEPT_OUT):
        return f"qemu-img check says: {words or 'it said nothing'}"
    raise StepFailed(f"qemu-img could not check {path}: {words}")


async def copy_file(source: Path, target: Path) -> None:
    """Copy bytes, keeping holes and sharing blocks where the filesystem can. Raises NoSpace, StepFailed."""
    await run(
        *("cp", "--sparse=always", "--reflink=auto", "--", str(source), str(target)),
        limit_seconds=COPY_LIMIT_SECONDS,
    )


async def run(*command: str, limit_seconds: float, run_as: RunAs | None = None) -> None:
    """Run a program to its good end; kill it when it takes too long or the caller is cancelled."""
    status, said = await _ending(command, limit_seconds, run_as)
    if status != 0:
        raise failure(command[0], said)


async def _ending(command: tuple[str, ...], limit_seconds: float, run_as: RunAs | None) -> tuple[int, str]:
    """Run a program to its end; return its exit status and the first of what it complained of."""
    process = await start(command, run_as)
    try:
        async with asyncio.timeout(limit_seconds):
            said = await _complaints(process)
            status = await process.wait()
    except TimeoutError as error:
        raise StepFailed(f"{command[0]} did not finish within {limit_seconds:.0f} s.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return status, said.decode(errors="replace").strip()


async def _complaints(process: asyncio.subprocess.Process) -> bytes:
    """Read all of standard error and keep the beginning: of a damaged disk there is a line per cluster."""
    assert process.stderr is not None
    kept = b""
    while piece := await process.stderr.read(KEPT_WORDS_BYTES):
        kept = (kept + piece)[:KEPT_WORDS_BYTES]
    return kept


async def start(
    command: tuple[str, ...],
    run_as: RunAs | None,
    output: int = asyncio.subprocess.DEVNULL,
    descriptors: tuple[int, ...] = (),
) -> asyncio.subprocess.Process:
    """Start a program in a session of its own, so that Ctrl-C in dewd's terminal is dewd's to handle.

    ``descriptors`` stay open in it, under the same numbers.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            pass_fds=descriptors,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C"},  # failure() reads the messages
            start_new_session=True,
            user=run_as.user if run_as else None,
            group=run_as.group if run_as else None,
            extra_groups=() if run_as else None,
        )
    except FileNotFoundError as error:
        raise StepFailed(f"{command[0]} is not installed (Debian's qemu-utils has qemu-img).") from error


def failure(program: str, said: str) -> StepFailed:
    """Return the error for a program that ended badly with these last words."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return full_disk(f"finish {program}")
    return StepFailed(f"{program} failed: {said[-LAST_WORDS_BYTES:] or 'it said nothing'}.")
