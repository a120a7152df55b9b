"""Work that a cancellation may not cut in half."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_unfinished: set[asyncio.Future[Any]] = set()  # the loop itself keeps only weak references


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end; if the caller is cancelled, at that end and not before."""
    task = asyncio.ensure_future(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # marks it as seen: the cancellation is what the caller hears
        raise
