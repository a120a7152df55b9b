"""A guest's serial console, kept in a log that can't grow.

QEMU can write the log itself, but then without bound: a guest that prints all night fills the host's disk.
So the daemon is the console's one client and turns the log over at a size. While no daemon runs QEMU
throws the output away, and a daemon too busy to read makes the guest wait: nothing grows either way.
"""

import asyncio
import contextlib
import os
from pathlib import Path

LOG_LIMIT_BYTES = 256 * 1024
"""A boot prints some 30 KB. Two files of this size are kept."""

READ_LIMIT_BYTES = 16 * 1024


class Console:
    """Copies what the guest prints on the UNIX socket at ``socket`` to ``log`` and ``log``.1."""

    def __init__(self, socket: Path, log: Path) -> None:
        self._socket = socket
        self._log = log
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start copying; it ends with the guest."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._copy())

    async def close(self) -> None:
        """Stop copying."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _copy(self) -> None:
        """Copy until the guest's process ends. A log that can't be written is no reason to stop reading."""
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(self._socket), limit=READ_LIMIT_BYTES)
            try:
                while output := await reader.read(READ_LIMIT_BYTES):
                    with contextlib.suppress(OSError):
                        await asyncio.to_thread(append_bounded, self._log, output)
            finally:
                writer.close()


def append_bounded(log: Path, output: bytes, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Append to a log, turning it over to ``log``.1 (and losing the older one) when it is full."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(output)
        full = file.tell() >= limit_bytes
    if full:
        log.replace(log.with_name(f"{log.name}.1"))


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
