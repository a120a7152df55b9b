"""Events: what changed, in order, for clients that want to be told. Old ones are dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, select

from dew.database.connect import Tx, insert_row
from dew.database.tables import events

KEPT_EVENTS = 10_000  # a client further behind than this starts afresh
_DROP_EVERY = 256  # how many events are added between two clean-ups


@dataclass(frozen=True)
class Event:
    """One change. ``data`` is small and says what is new; the resource itself is read from the API."""

    id: int
    type: str  # action, droplet, image, key …
    resource_type: str
    resource_id: int
    data: Mapping[str, Any]
    at: datetime


async def append(tx: Tx, type_: str, resource_type: str, resource_id: int, **data: Any) -> None:
    """Tell of a change, in the transaction that makes it."""
    newest = await insert_row(
        tx,
        events,
        type=type_,
        resource_type=resource_type,
        resource_id=resource_id,
        data=data,
        at=datetime.now(UTC),
    )
    if newest % _DROP_EVERY == 0:
        await tx.execute(delete(events).where(events.c.id <= newest - KEPT_EVENTS))


async def after(tx: Tx, event_id: int, limit: int = 500) -> Sequence[Event]:
    """Return up to ``limit`` events that came after ``event_id``, oldest first."""
    rows = await tx.execute(select(events).where(events.c.id > event_id).order_by(events.c.id).limit(limit))
    return [Event(**row._mapping) for row in rows]


async def bounds(tx: Tx) -> tuple[int, int]:
    """Return the ids of the oldest and the newest event kept; (0, 0) when there is none."""
    row = (await tx.execute(select(func.min(events.c.id), func.max(events.c.id)))).one()
    return int(row[0] or 0), int(row[1] or 0)
