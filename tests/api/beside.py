"""A Dew in a thread of its own, for tests that send without an event loop and wait."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.api.house import House, open_house
from tests.api.test_events_tell_of_every_change import served

Furnished = TypeVar("Furnished")

START_SECONDS = 30.0


@contextmanager
def house_beside(
    directory: Path, furnish: Callable[[House, str], Awaitable[Furnished]]
) -> Iterator[Furnished]:
    """Serve a house without rate limits; yield what ``furnish`` made of it and its URL."""
    ready, done = threading.Event(), threading.Event()
    found: list[Furnished] = []

    async def serve() -> None:
        limits: dict[str, Any] = {"requests_per_minute": None, "requests_per_hour": None}
        async with open_house(directory, **limits) as house, served(house) as (url, _):
            found.append(await furnish(house, url))
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(START_SECONDS)
        yield found[0]
    finally:
        done.set()
        thread.join()
