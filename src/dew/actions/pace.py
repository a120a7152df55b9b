"""A pace for reading in the background: so many bytes a second, all readers together."""

import asyncio
import time


class ReadingPace:
    """Await it before each piece, with the piece's bytes."""

    def __init__(self, bytes_per_second: float = 0.0) -> None:
        """0 is as fast as the disk is."""
        self._bytes_per_second = bytes_per_second
        self._free_at = 0.0

    async def __call__(self, size_bytes: int) -> None:
        """Wait until it is the piece's turn."""
        if not self._bytes_per_second:
            return
        turn = max(self._free_at, time.monotonic())
        self._free_at = turn + size_bytes / self._bytes_per_second
        await asyncio.sleep(max(0.0, turn - time.monotonic()))
