"""Guests: what a Host last saw of each, so that the API need not ask it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from dew.database import events
from dew.database.connect import Tx
from dew.database.tables import guests
from dew.model.droplet import Observed


@dataclass(frozen=True)
class Guest:
    """The last observation of a guest."""

    observed: Observed
    reason: str
    forwards: tuple[tuple[int, int], ...]  # (host port, guest port)
    exposed: tuple[tuple[str, int], ...]  # (address, port) of this machine that lead to it
    lost_at: tuple[float, ...]  # Unix times of recent accidents, oldest first


NEVER_STARTED = Guest(Observed.ABSENT, "", (), (), ())


async def get(tx: Tx, droplet_id: int) -> Guest:
    """Return what was last seen of a Droplet's guest."""
    row = (await tx.execute(select(guests).where(guests.c.droplet_id == droplet_id))).one_or_none()
    if row is None:
        return NEVER_STARTED
    forwards = tuple((host, guest) for host, guest in row.forwards)
    exposed = tuple((address, port) for address, port in row.exposed)
    return Guest(Observed(row.observed), row.reason, forwards, exposed, tuple(row.lost_at))


async def record(
    tx: Tx,
    droplet_id: int,
    observed: Observed,
    reason: str = "",
    forwards: Sequence[tuple[int, int]] = (),
    exposed: Sequence[tuple[str, int]] = (),
) -> None:
    """Write down what is seen of a guest; tell of it only when it is news."""
    before = await get(tx, droplet_id)
    values = {
        "observed": observed.value,
        "reason": reason,
        "forwards": [list(pair) for pair in forwards],
        "exposed": [list(pair) for pair in exposed],
        "observed_at": datetime.now(UTC),
    }
    statement = insert(guests).values(droplet_id=droplet_id, lost_at=[], **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["droplet_id"], set_=values))
    if (before.observed, before.reason) != (observed, reason):
        await events.append(tx, "droplet", "droplet", droplet_id, observed=observed.value, reason=reason)


async def record_accident(tx: Tx, droplet_id: int, within_seconds: float) -> int:
    """Count one more accident; return how many there were in the last ``within_seconds``."""
    now = time.time()
    before = (await get(tx, droplet_id)).lost_at
    recent = [at for at in before if now - within_seconds < at <= now] + [now]
    await tx.execute(update(guests).where(guests.c.droplet_id == droplet_id).values(lost_at=recent))
    return len(recent)


async def forgive_accidents(tx: Tx, droplet_id: int) -> None:
    """Start counting afresh: the user asked for the Droplet to be on."""
    await tx.execute(update(guests).where(guests.c.droplet_id == droplet_id).values(lost_at=[]))
