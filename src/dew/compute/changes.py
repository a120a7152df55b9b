"""Which guests to look at again, from whoever noticed to the one who looks."""

import asyncio
from collections.abc import AsyncIterator


class Changes:
    """Ids to look at; one that waits already is not queued twice, so it can't outgrow the guests."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._waiting: set[int] = set()

    def note(self, droplet_id: int) -> None:
        """Have this id looked at."""
        if droplet_id not in self._waiting:
            self._waiting.add(droplet_id)
            self._queue.put_nowait(droplet_id)

    async def follow(self) -> AsyncIterator[int]:
        """Yield ids until ``end``."""
        while (droplet_id := await self._queue.get()) is not None:
            self._waiting.discard(droplet_id)
            yield droplet_id

    def end(self) -> None:
        """Let ``follow`` come to its end."""
        self._queue.put_nowait(None)
