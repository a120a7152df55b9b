"""A guest's serial console: shown to whoever looks, and kept in a log that can't grow.

QEMU can write the log itself, but then without bound: a guest that prints all night fills the host's disk.
So the daemon is the console's one client and turns the log over at a size. While no daemon runs QEMU
throws the output away, and a daemon too busy to read makes the guest wait: nothing grows either way.
QEMU serves one client, so everybody who looks does it through that one.
"""

import asyncio
import contextlib
import os
from pathlib import Path

from dew.compute.viewers import Viewer, Viewers
from dew.model.errors import Transient

LOG_LIMIT_BYTES = 256 * 1024
"""A boot prints some 30 KB. Two files of this size are kept."""

READ_LIMIT_BYTES = 16 * 1024

RECENT_BYTES = 64 * 1024
"""What a viewer is shown of before: a boot, and the screens after it."""

INPUT_LIMIT_SECONDS = 10.0
"""A guest takes what is typed at the speed of a serial port; one that is halted, not at all."""


class Console:
    """Copies what the guest prints on the socket at ``socket`` to ``log`` and ``log``.1, and to viewers."""

    def __init__(self, socket: Path, log: Path) -> None:
        self._socket = socket
        self._log = log
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._viewers = Viewers()
        self._turn = asyncio.Lock()  # of writing the log, or reading it: a viewer misses and repeats nothing

    def open(self) -> None:
        """Start copying; it ends with the guest."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._copy())

    async def close(self) -> None:
        """Stop copying."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def view(self) -> Viewer:
        """Return a new viewer, which begins with what was said last."""
        self.open()
        async with self._turn:
            recent = await asyncio.to_thread(recent_output, self._log)
            viewer = self._viewers.add(Viewer(recent, self._type))
        if self._task is None or self._task.done():  # there is no guest any more
            viewer.close()
        return viewer

    async def _type(self, typed: bytes) -> None:
        """Raises Transient when the guest does not take it."""
        if self._writer is None:
            raise Transient("The console is not connected: open it again.")
        try:
            async with asyncio.timeout(INPUT_LIMIT_SECONDS):
                await self._writer.drain()  # first, so that what waits for a halted guest can't grow
        except (TimeoutError, OSError) as error:
            raise Transient("The Droplet does not take what is typed.") from error
        self._writer.write(typed)

    async def _copy(self) -> None:
        """Copy until the guest's process ends. A log that can't be written is no reason to stop reading."""
        try:
            with contextlib.suppress(OSError):
                reader, self._writer = await asyncio.open_unix_connection(
                    str(self._socket), limit=READ_LIMIT_BYTES
                )
                while output := await reader.read(READ_LIMIT_BYTES):
                    await self._show(output)
        finally:
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            self._viewers.close()

    async def _show(self, output: bytes) -> None:
        async with self._turn:
            self._viewers.feed(output)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(append_bounded, self._log, output)


def append_bounded(log: Path, output: bytes, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Append to a log, turning it over to ``log``.1 (and losing the older one) when it is full."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(output)
        full = file.tell() >= limit_bytes
    if full:
        log.replace(log.with_name(f"{log.name}.1"))


def recent_output(log: Path, limit_bytes: int = RECENT_BYTES) -> bytes:
    """Return the end of a log that is turned over, whole lines only where it had to be cut. Blocks."""
    kept = b""
    for path in (log, log.with_name(f"{log.name}.1")):
        with contextlib.suppress(OSError):
            kept = path.read_bytes() + kept
        if len(kept) > limit_bytes:
            _, _, kept = kept[-limit_bytes:].partition(b"\n")
            break
    return kept


def trim(log: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Cut a log that others append to (O_APPEND) back to its last half, in place."""
    with contextlib.suppress(FileNotFoundError), log.open("r+b") as file:
        if file.seek(0, 2) > limit_bytes:
            file.seek(-(limit_bytes // 2), 2)
            kept = file.read()
            file.seek(0)
            file.write(kept)
            file.truncate()


def last_words(log: Path, limit_bytes: int = 600) -> str:
    """Return the end of a log, for a sentence that says why a process ended; "" if there is none."""
    try:
        said = log.read_bytes()[-limit_bytes:]
    except OSError:
        return ""
    return said.decode(errors="replace").strip()
