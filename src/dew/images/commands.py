"""Running the programs that build an image: time-limited, cancellable, with failures a person can act on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dew.model.errors import NoSpace, StepFailed

TERMINATE_SECONDS = 5.0
"""How long a cancelled program may take to undo its mounts before it is killed."""

KEPT_LINES = 20
"""Lines of a program's complaints that are kept for the error message."""

LINE_LIMIT_BYTES = 1 << 20

DEBIAN_PACKAGE = {
    "mmdebstrap": "mmdebstrap",
    "sfdisk": "fdisk",
    "mke2fs": "e2fsprogs",
    "grub-mkimage": "grub-common",
    "qemu-img": "qemu-utils",
    "fakeroot": "fakeroot",
    "unshare": "util-linux",
    "tar": "tar",
    "apt-get": "apt",
}
"""Which package brings a program, for the message that says it is missing."""


async def run(
    *command: str | Path,
    what: str,
    timeout_seconds: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> str:
    """Run a program to its end and return its standard output.

    `what` names the work for the error message; `on_line` is told each line of standard error.
    Raises StepFailed when the program is missing, fails or takes longer than `timeout_seconds`;
    NoSpace when it failed because a disk is full. However this ends, no process of it is left.
    """
    process = await _start(command, what, environment)
    complaints: deque[str] = deque(maxlen=KEPT_LINES)
    try:
        async with asyncio.timeout(timeout_seconds):
            output = await _converse(process, stdin, complaints, on_line)
    except TimeoutError:
        raise StepFailed(f"{what} took longer than {timeout_seconds:.0f} s: {_tail(complaints)}") from None
    finally:
        await asyncio.shield(_end(process))
    if process.returncode:
        raise _failure(f"{what} failed ({command[0]} ended with {process.returncode})", complaints)
    return output


async def _start(
    command: Sequence[str | Path], what: str, environment: Mapping[str, str] | None
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(environment or {}),
            start_new_session=True,
            limit=LINE_LIMIT_BYTES,
        )
    except FileNotFoundError as error:
        package = DEBIAN_PACKAGE.get(str(command[0]), str(command[0]))
        raise StepFailed(f"{what} needs the program {command[0]}: install the package {package}") from error


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    """An ordinary user's PATH has no sbin, where mke2fs and sfdisk live."""
    path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"
    return {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", **extra}


async def _converse(
    process: asyncio.subprocess.Process,
    stdin: bytes,
    complaints: deque[str],
    on_line: Callable[[str], None],
) -> str:
    assert process.stdout is not None
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_feed(process, stdin))
        tasks.create_task(_listen(process, complaints, on_line))
        output = tasks.create_task(process.stdout.read())
    await process.wait()
    return output.result().decode(errors="replace")


async def _feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()


async def _listen(
    process: asyncio.subprocess.Process, complaints: deque[str], on_line: Callable[[str], None]
) -> None:
    assert process.stderr is not None
    async for raw in process.stderr:
        line = raw.decode(errors="replace").strip()
        complaints.append(line)
        on_line(line)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave nothing running: ask the whole process group to end, then kill what is left of it."""
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), TERMINATE_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)
    await process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _failure(summary: str, complaints: deque[str]) -> StepFailed:
    text = _tail(complaints)
    if "No space left on device" in text:
        return NoSpace(f"{summary}: the disk is full. {text}")
    return StepFailed(f"{summary}: {text}")


def _tail(complaints: deque[str]) -> str:
    return " / ".join(line for line in complaints if line) or "it said nothing"
