"""Events: a stream of what changes (server-sent events), so that nobody has to ask again and again.

The stream begins with ``ready``, whose id is where it stands: a client that then reads the lists misses
nothing. It may be taken up again after any id (``Last-Event-ID`` or ``?after=``). An id that is no longer
known, or a client that falls too far behind, gets ``reset``: read the lists again. It ends when its token or
its session is revoked, and when the daemon stops.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dew.api import fields, wire
from dew.api.auth import Caller, still_welcome
from dew.api.operation import described
from dew.api.parts import ApiParts, parts_of
from dew.api.routing import Router
from dew.database import events
from dew.database.connect import Database, Tx
from dew.model.errors import Invalid, LimitReached
from dew.model.unbroken import unbroken

HEARTBEAT_SECONDS = 15.0  # shorter than the patience of any proxy
GATHER_SECONDS = 0.02  # after a commit others follow: one read serves them all
BATCH = 500
RETRY = b"retry: 1000\n\n"  # milliseconds until a client comes back
HEARTBEAT = b": still here\n\n"
STREAM = "text/event-stream"
PLACE = {"Last-Event-ID": int}
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

router = Router()


@router.get("/events")
@described(get_args(wire.Event), headers=PLACE, query={"after": int}, media_type=STREAM)
async def stream_events(request: Request) -> Response:
    parts, after = parts_of(request), _after(request)
    open_streams: set[object] = request.app.state.open_streams
    if len(open_streams) >= parts.settings.max_streams:
        raise LimitReached(f"{len(open_streams)} event streams are open already: close some.")
    body = _counted(open_streams, _messages(parts, request.scope["state"]["caller"], after))
    return StreamingResponse(body, media_type=STREAM, headers=HEADERS)


def _after(request: Request) -> int | None:
    given = request.headers.get("last-event-id") or request.query_params.get("after")
    if not given:
        return None
    after = fields.as_id(given)
    if after is None:
        raise Invalid("after must be the id of an event.")
    return after


async def _counted(open_streams: set[object], messages: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    me = object()
    open_streams.add(me)
    try:
        async for message in messages:
            yield message
    finally:
        open_streams.discard(me)


async def _messages(parts: ApiParts, caller: Caller, after: int | None) -> AsyncIterator[bytes]:
    position = after
    yield RETRY
    while not parts.closing.is_set():
        committed = parts.database.next_commit()  # before reading, or a commit in between would be missed
        # Clients leave at any moment: a read that is cut short would cost its connection to the database.
        news = await unbroken(_news_for(caller, parts.database, position))
        if news is None:
            return
        told, position = news
        if told:
            yield b"".join(told)
        if len(told) == BATCH:
            continue
        if await woken(committed, parts.closing):
            await asyncio.sleep(GATHER_SECONDS)
        else:
            yield HEARTBEAT


async def _news_for(
    caller: Caller, database: Database, position: int | None
) -> tuple[list[bytes], int] | None:
    """Return what is new, None for a client that is no longer welcome."""
    async with database.read() as tx:
        return await _news(tx, position) if await still_welcome(tx, caller) else None


async def _news(tx: Tx, position: int | None) -> tuple[list[bytes], int]:
    """Return what came after ``position``, and where that leads."""
    oldest, newest = await events.bounds(tx)
    if position is None:
        return [_message(newest, "ready", {})], newest
    if position + 1 < oldest or position > newest:
        return [_message(newest, "reset", {})], newest
    found = await events.after(tx, position, BATCH)
    told = [_message(event.id, event.type, wire.event(event)) for event in found]
    return told, found[-1].id if found else position


def _message(id_: int, type_: str, data: Any) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (id_, type_.encode(), msgspec.json.encode(data))


async def woken(*events: asyncio.Event) -> bool:
    """Wait for one of ``events``; False when nothing came for a heartbeat."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waiting, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return bool(done)
