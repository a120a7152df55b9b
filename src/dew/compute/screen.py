"""A guest's screen, as RFB (VNC) bytes.

QEMU listens nowhere for it. Whoever wants to look gets one end of a new socket pair, and QEMU is handed the
other over its monitor: there is nothing that others could connect to, and no limit of one client.
"""

import asyncio
import contextlib
import socket

from dew.compute.monitor import Monitor
from dew.model.errors import Transient

READ_LIMIT_BYTES = 64 * 1024

INPUT_LIMIT_SECONDS = 10.0
"""QEMU takes keys at once unless it hangs."""


class Screen:
    """One connection to a guest's screen: a ByteStream (host.py)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, monitor: Monitor) -> "Screen":
        """Return a new connection. Raises GuestRefused, MonitorLost."""
        ours, theirs = socket.socketpair()
        with contextlib.closing(theirs), contextlib.ExitStack() as undone:
            undone.callback(ours.close)
            await monitor.add_client("vnc", theirs.fileno())
            screen = cls(*await asyncio.open_unix_connection(sock=ours, limit=READ_LIMIT_BYTES))
            undone.pop_all()
        return screen

    async def read(self) -> bytes:
        """Return what came next, b"" at the end."""
        try:
            return await self._reader.read(READ_LIMIT_BYTES)
        except OSError:
            return b""

    async def write(self, data: bytes) -> None:
        """Send keys and requests. Raises Transient."""
        try:
            async with asyncio.timeout(INPUT_LIMIT_SECONDS):
                await self._writer.drain()
        except (TimeoutError, OSError) as error:
            raise Transient("The Droplet's screen does not take what is sent.") from error
        self._writer.write(data)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
