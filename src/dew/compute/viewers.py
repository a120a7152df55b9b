"""Viewers: any number of people at one console, each at a pace of their own."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from dew.model.errors import Transient

BACKLOG_LIMIT_BYTES = 512 * 1024
"""What may wait for one viewer. A boot prints 30 KB: who lags behind further is not looking."""

QUESTIONS = re.compile(
    rb"\x05|\x1bZ|\x1b\[[?>=]?[0-9;]*[cnx]|\x1b\[[?>]?[0-9;]*\$p|\x1b\](?:4;\d+|1\d);\?(?:\x07|\x1b\\)"
)
"""What programs ask a terminal: its kind, where its cursor is, its colours."""


class Viewer:
    """One who looks: a ByteStream (host.py) onto a console."""

    def __init__(self, recent: bytes, write: Callable[[bytes], Awaitable[None]]) -> None:
        """``recent`` is what was said before, without questions: nobody waits for the answers any more,

        so a viewer's terminal would type them as input.
        """
        self._waiting = bytearray(QUESTIONS.sub(b"", recent))
        self._write = write
        self._news = asyncio.Event()
        self._over = False
        self._behind = False

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self._over

    def feed(self, output: bytes) -> None:
        """Have it read what was said; never waits."""
        self._behind |= len(self._waiting) + len(output) > BACKLOG_LIMIT_BYTES
        if self._behind:
            self._waiting.clear()
            self._over = True
        elif not self._over:
            self._waiting += output
        self._news.set()

    def close(self) -> None:
        """Nothing more comes; what waits can still be read."""
        self._over = True
        self._news.set()

    async def read(self) -> bytes:
        """Return what came next, b"" at the end. Raises Transient for who lagged behind. One reader."""
        while not self._waiting:
            if self._behind:
                raise Transient("The console said more than you took: open it again.")
            if self._over:
                return b""
            self._news.clear()
            await self._news.wait()
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

    async def write(self, typed: bytes) -> None:
        """Type. Raises Transient."""
        if not self._over:
            await self._write(typed)


class Viewers:
    """All who look at one console."""

    def __init__(self) -> None:
        self._all: set[Viewer] = set()

    def add(self, viewer: Viewer) -> Viewer:
        """Have it get what comes from now on."""
        self._all.add(viewer)
        return viewer

    def feed(self, output: bytes) -> None:
        """Show everybody; those who left or lag behind are forgotten."""
        for viewer in list(self._all):
            viewer.feed(output)
            if viewer.over:
                self._all.discard(viewer)

    def close(self) -> None:
        """Nobody gets anything any more."""
        for viewer in self._all:
            viewer.close()
        self._all.clear()
