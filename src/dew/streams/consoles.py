"""Consoles: people at the serial consoles and screens of Droplets, over WebSockets.

A viewer that stops reading is sent away and keeps nobody waiting, neither the Droplet nor other viewers. One
that is gone without a word is noticed by the server, which asks for signs of life (daemon/listening.py).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from dew.compute.host import ByteStream, Host
from dew.model.errors import Invalid, LimitReached, Transient

MOST_VIEWERS = 64  # in all; each holds a connection and up to half a megabyte that waits for it
MOST_OF_ONE = 8  # of one Droplet, consoles and screens together
STALL_SECONDS = 10.0  # of a viewer that takes nothing
LARGEST_MESSAGE_BYTES = 64 * 1024  # from a viewer: a page that is pasted


@dataclass(frozen=True)
class Viewer:
    """One who looks, through a WebSocket that is open."""

    socket: WebSocket
    may_write: bool  # else what it sends, which terminals also do by themselves, goes nowhere
    until: Callable[[], Coroutine[Any, Any, None]]  # ends, or raises why, when it may look no longer


class Consoles:
    """Who looks at what."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._viewers: Counter[int] = Counter()  # by Droplet

    async def console(self, droplet_id: int, viewer: Viewer) -> None:
        """Show a Droplet's serial console until it, the viewer or ``viewer.until`` ends.

        Raises LimitReached, GuestRefused, Invalid, Transient, and what ``viewer.until`` raises.
        """
        async with self._counted(droplet_id, self._host.console) as stream:
            await _carry(stream, viewer)

    async def screen(self, droplet_id: int, viewer: Viewer) -> None:
        """Show a Droplet's screen; the same, and MonitorLost."""
        async with self._counted(droplet_id, self._host.screen) as stream:
            await _carry(stream, viewer)

    @asynccontextmanager
    async def _counted(
        self, droplet_id: int, look: Callable[[int], Awaitable[ByteStream]]
    ) -> AsyncIterator[ByteStream]:
        self._require_room(droplet_id)
        self._viewers[droplet_id] += 1
        try:
            with closing(await look(droplet_id)) as stream:
                yield stream
        finally:
            self._viewers[droplet_id] -= 1
            self._viewers += Counter()  # forgets Droplets that nobody looks at

    def _require_room(self, droplet_id: int) -> None:
        if self._viewers[droplet_id] >= MOST_OF_ONE:
            raise LimitReached(f"{MOST_OF_ONE} look at this Droplet already: close some of its consoles.")
        if self._viewers.total() >= MOST_VIEWERS:
            raise LimitReached(f"{MOST_VIEWERS} consoles and screens are open already: close some.")


async def _carry(stream: ByteStream, viewer: Viewer) -> None:
    socket = viewer.socket
    ways = [_outward(socket, stream), _inward(socket, stream, viewer.may_write), viewer.until()]
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _outward(socket: WebSocket, stream: ByteStream) -> None:
    while output := await stream.read():
        try:
            await _in_time(socket.send_bytes(output))
        except WebSocketDisconnect:
            return


async def _in_time(sending: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(STALL_SECONDS):
            await sending
    except TimeoutError as error:
        raise Transient("You took nothing of what the Droplet said: open it again.") from error


async def _inward(socket: WebSocket, stream: ByteStream, may_write: bool) -> None:
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        typed = message.get("bytes")
        if typed is None:
            raise Invalid("A console takes binary messages only.")
        if may_write:
            await stream.write(typed)
