"""Where programs read bytes that strangers wrote: a sandbox that holds /usr, the files at hand, and no more.

bubblewrap gives the program an empty file system, no network, no other process to see; setpriv a user of its
own, where dewd is root; prlimit bounds on memory, processor time and the size of what it writes. A format's
parser that is taken over finds nothing to read, nobody to talk to, and an end.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any

from dew.model.errors import StepFailed

NAMESPACES = ("ipc", "pid", "net", "uts")
"""What a program gets for its own. Root has bubblewrap make these; others need a user namespace besides."""

LINKS = ("bin", "lib", "lib64")
SYSTEM = (
    *("--ro-bind", "/usr", "/usr", "--dev", "/dev", "--chdir", "/"),
    *(word for name in LINKS for word in ("--symlink", f"usr/{name}", f"/{name}")),
)

ENVIRONMENT = {"PATH": "/usr/bin:/usr/sbin:/bin", "LC_ALL": "C", "MALLOC_ARENA_MAX": "2"}
"""An arena for each thread would count against the address space without being used."""

WRAPPERS = ("bwrap:", "setpriv:", "prlimit:")

LAST_WORDS_BYTES = 500
PIECE_BYTES = 1 << 16


@dataclass(frozen=True)
class Limits:
    """What a confined program may take. Beyond any of these it is killed."""

    file_bytes: int  # length of a file that it writes
    seconds: float  # from its start to its end, and of processor time
    memory_bytes: int = 1 << 30  # address space: qemu-img converts in 256 MiB, xz -9 wants 65 MiB


class Program:
    """A program that runs in the sandbox."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self._process = process
        self._complaint = asyncio.create_task(_last_words(process))
        self.output = process.stdout

    async def complaint(self) -> str | None:
        """Wait for its end; return None for a good one, else what it said last. Its output must be read.

        Raises StepFailed when it did not get so far as to begin.
        """
        said = await asyncio.shield(self._complaint)  # end() waits for it too
        if not await self._process.wait():
            return None
        if said.startswith(WRAPPERS):
            raise StepFailed(f"The sandbox that foreign images are read in can't be made here ({said}).")
        return said or "it said nothing"

    async def end(self) -> None:
        """Leave nothing of it running: what is in the sandbox dies with the process that made it."""
        if self._process.returncode is None:
            # The whole group: a bwrap that is killed as it makes the sandbox leaves its other half waiting.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        while await self.output.read(PIECE_BYTES):
            pass  # asyncio takes no process for ended before its pipes are
        await self._complaint
        await self._process.wait()


class Confinement:
    """Starts programs in the sandbox; as ``user``, who must own the files they write, if dewd is root."""

    def __init__(self, user: int | None) -> None:
        self._user = user

    @asynccontextmanager
    async def running(
        self,
        command: Sequence[str],
        limits: Limits,
        *,
        source: Path | None = None,
        target: Path | None = None,
        stdin: IO[bytes] | int = DEVNULL,
    ) -> AsyncIterator[Program]:
        """Run ``command`` with ``source`` as its /source, read-only, and ``target`` as its /target.

        It is ended with the block. Raises StepFailed when its time is over, or when what the sandbox is made
        with is not there.
        """
        starting = asyncio.create_task(self._start(self.command(command, limits, source, target), stdin))
        try:
            await _settled(starting)
            async with asyncio.timeout(limits.seconds):
                yield starting.result()
        except TimeoutError:
            raise StepFailed(f"{command[0]} took longer than the {limits.seconds:.0f} s it may.") from None
        finally:
            if not starting.cancelled() and starting.exception() is None:
                await _settled(asyncio.create_task(starting.result().end()))

    async def _start(self, command: Sequence[str], stdin: IO[bytes] | int) -> Program:
        try:
            return Program(
                await asyncio.create_subprocess_exec(
                    *command, stdin=stdin, stdout=PIPE, stderr=PIPE, start_new_session=True
                )
            )
        except FileNotFoundError as error:
            raise StepFailed(
                "Foreign images are read in a sandbox only, and bwrap is not installed: install the package "
                "bubblewrap."
            ) from error

    def command(
        self, program: Sequence[str], limits: Limits, source: Path | None, target: Path | None
    ) -> list[str]:
        """Return the whole command line."""
        files = [*_bound("--ro-bind", source, "/source"), *_bound("--bind", target, "/target")]
        return ["bwrap", *self._sandbox(), *files, "--", *self._identity(), *prlimit(limits), *program]

    def hand_over(self, path: Path) -> None:
        """Give a file to the user that programs run as."""
        if self._user is not None:
            os.chown(path, self._user, self._user, follow_symlinks=False)

    def _sandbox(self) -> list[str]:
        own = [f"--unshare-{each}" for each in NAMESPACES]
        if self._user is None:
            own += ["--unshare-user", "--cap-drop", "ALL"]
        variables = [word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)]
        return [*own, "--die-with-parent", "--clearenv", *variables, *SYSTEM]

    def _identity(self) -> list[str]:
        if self._user is None:
            return []
        user = str(self._user)
        rights = ("--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all")
        return ["setpriv", "--reuid", user, "--regid", user, *rights, "--"]


def _bound(how: str, path: Path | None, name: str) -> list[str]:
    return [] if path is None else [how, str(path), name]


def prlimit(limits: Limits) -> list[str]:
    """Return what to put before a program so that it keeps its limits."""
    bounds: Mapping[str, int] = {
        "as": limits.memory_bytes,
        "cpu": max(1, int(limits.seconds)),
        "fsize": limits.file_bytes,
        "core": 0,
        "nofile": 64,
    }
    return ["prlimit", *(f"--{name}={bound}" for name, bound in bounds.items()), "--"]


async def _settled(task: asyncio.Task[Any]) -> None:
    """Wait for a task's end, however often we are cancelled meanwhile. Raises what it raised.

    Who cancels us thinks next that nothing of ours runs any more.
    """
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    task.result()


async def _last_words(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    said = b""
    while chunk := await process.stderr.read(PIECE_BYTES):
        said = (said + chunk)[-LAST_WORDS_BYTES:]  # it may complain without end
    return " ".join(said.decode(errors="replace").split())
