"""The process that carries connections from an exposed port on to a Droplet's own address.

    relay_entry.py LISTENER HOST PORT [UID]     LISTENER is a descriptor that listens; UID is whom to become

Standard library only, and nothing of Dew: it runs as a script, and goes on when the daemon is killed. It
becomes somebody without rights after its imports, because that user may not be able to read them.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import sys

MOST_CONNECTIONS = 512
"""At a time; further ones are refused until one has ended. Each takes two descriptors and two buffers."""

CONNECT_SECONDS = 10.0
"""For the Droplet's helper to accept: it is on this machine."""

CHUNK_BYTES = 2**16

PROBED_WHEN_IDLE_SECONDS, PROBE_EVERY_SECONDS, PROBES = 600, 60, 5
"""A client whose machine vanished says no goodbye; unprobed, MOST_CONNECTIONS of them would close the port
for good.
"""

PR_SET_NO_NEW_PRIVS = 38


def become(uid: int) -> None:
    """Give up root, and all that goes with it, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def renounce_privileges() -> None:
    """Nothing that is started from here can gain rights."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def probe_when_idle(connection: asyncio.StreamWriter) -> None:
    """Have the kernel break a connection whose other side is not there any more."""
    client = connection.get_extra_info("socket")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBED_WHEN_IDLE_SECONDS)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_EVERY_SECONDS)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Carry one direction to its end, and tell the other side of the end."""
    while chunk := await source.read(CHUNK_BYTES):
        target.write(chunk)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


class Relay:
    """Carries every connection to one place."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, both ways, until both sides have ended it or one has broken it."""
        if self._open >= MOST_CONNECTIONS:
            writer.transport.abort()
            return
        self._open += 1
        try:
            probe_when_idle(writer)
            async with asyncio.timeout(CONNECT_SECONDS):
                inside, outside = await asyncio.open_connection(*self._place)
        except (OSError, TimeoutError):
            writer.transport.abort()  # a reset, as from a port that nobody listens on
            return
        else:
            await self._carry(reader, writer, inside, outside)
        finally:
            self._open -= 1

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        inside: asyncio.StreamReader,
        outside: asyncio.StreamWriter,
    ) -> None:
        both = [asyncio.ensure_future(pump(reader, outside)), asyncio.ensure_future(pump(inside, writer))]
        try:
            await asyncio.gather(*both)
        except OSError:  # one side broke it off, so the other one hears of a break too
            writer.transport.abort()
            outside.transport.abort()
        finally:
            for way in both:
                way.cancel()
            writer.close()
            outside.close()


async def main(descriptor: int, host: str, port: int) -> None:
    """Carry connections for ever."""
    listener = socket.socket(fileno=descriptor)
    server = await asyncio.start_server(Relay(host, port).serve, sock=listener)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) > 4:
        become(int(sys.argv[4]))
    renounce_privileges()
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
