"""Backups: who has which policy, and what has come of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import Row, Select, delete, insert, select, update

from dew.database import events, tags
from dew.database.connect import Tx
from dew.database.tables import backup_policies, droplets, images, locks
from dew.model.backup import BackupPolicy, Plan, Schedule
from dew.model.image import ImageKind

TOLD_FAILURES = 100  # at once; where all fail, the reason is the same


class FailedBackup(TypedDict):
    """A Droplet whose newest Backup could not be made so far, and why."""

    id: int
    name: str
    error: str


async def enable(tx: Tx, droplet_id: int, policy: BackupPolicy, now: datetime) -> None:
    """Give a Droplet this policy from ``now`` on. What was made under another stays."""
    known = await schedule(tx, droplet_id)
    if known is not None and known.policy == policy:  # a window that is open stays its own
        return
    values = {"plan": policy.plan.value, "hour": policy.hour, "weekday": policy.weekday, "since": now}
    mine = backup_policies.c.droplet_id == droplet_id
    if known is None:
        new = insert(backup_policies).values(droplet_id=droplet_id, made=False, error="", **values)
        await tx.execute(new)
    else:
        await tx.execute(update(backup_policies).where(mine).values(error="", **values))
    await events.append(tx, "droplet", "droplet", droplet_id, backups=True)


async def disable(tx: Tx, droplet_id: int) -> None:
    """Make no more Backups of a Droplet, and show those that there are to nobody.

    But for one that an Action works with: it may be about to become a Snapshot, and those stay.
    """
    mine = backup_policies.c.droplet_id == droplet_id
    await tx.execute(delete(backup_policies).where(mine))
    free = images.c.id.not_in(_held())
    mine_and_free = select(images.c.id).where(*_backups_of(droplet_id), free)
    await tags.forget(tx, "image", mine_and_free)
    await tx.execute(update(images).where(*_backups_of(droplet_id), free).values(ready=False))
    await events.append(tx, "droplet", "droplet", droplet_id, backups=False)


async def remove_hidden(tx: Tx, droplet_id: int) -> None:
    """Forget the Backups that nobody can see; their bytes follow when nothing needs them."""
    await tx.execute(delete(images).where(*_backups_of(droplet_id), images.c.ready.is_(False)))


async def schedule(tx: Tx, droplet_id: int) -> Schedule | None:
    """Return a Droplet's policy and how far it is, None where Backups are not enabled."""
    return (await schedules(tx, [droplet_id])).get(droplet_id)


async def schedules(tx: Tx, droplet_ids: Collection[int] | None = None) -> dict[int, Schedule]:
    """Return the policies of those Droplets, or of all, by Droplet."""
    query = select(backup_policies)
    if droplet_ids is not None:
        query = query.where(backup_policies.c.droplet_id.in_(droplet_ids))
    return {row.droplet_id: _schedule(row) for row in await tx.execute(query)}


async def failed(tx: Tx) -> list[FailedBackup]:
    """Return the Droplets whose newest Backup could not be made so far, and why."""
    query = (
        select(droplets.c.id, droplets.c.name, backup_policies.c.error)
        .join(droplets, droplets.c.id == backup_policies.c.droplet_id)
        .where(backup_policies.c.error != "")
        .order_by(droplets.c.id)
    )
    rows = await tx.execute(query.limit(TOLD_FAILURES))
    return [{"id": row.id, "name": row.name, "error": row.error} for row in rows]


async def made(tx: Tx, droplet_id: int, window_at: datetime, now: datetime) -> None:
    """Record that the Backup of a window is there."""
    await _record(tx, droplet_id, window_at, now, made=True, error="")
    await events.append(tx, "backup", "droplet", droplet_id, error="")


async def waits(tx: Tx, droplet_id: int, error: str) -> None:
    """Record why a Backup was not even begun."""
    await tx.execute(
        update(backup_policies).where(backup_policies.c.droplet_id == droplet_id).values(error=error)
    )
    await events.append(tx, "backup", "droplet", droplet_id, error=error)


async def tried(tx: Tx, droplet_id: int, window_at: datetime, now: datetime, error: str) -> None:
    """Record that a try was in vain, and tell of it."""
    await _record(tx, droplet_id, window_at, now, error=error)
    await events.append(tx, "backup", "droplet", droplet_id, error=error)


async def _record(tx: Tx, droplet_id: int, window_at: datetime, now: datetime, **values: Any) -> None:
    known = await schedule(tx, droplet_id)
    if known is None:  # disabled meanwhile
        return
    if known.window_at != window_at:
        known = replace(known, begun_at=None, made=False)
    told = {"window_at": window_at, "begun_at": known.begun_at or now, "tried_at": now, "made": known.made}
    mine = backup_policies.c.droplet_id == droplet_id
    await tx.execute(update(backup_policies).where(mine).values(told | values))


async def beyond(tx: Tx, droplet_id: int, kept: int) -> Sequence[int]:
    """Return a Droplet's Backups but for the newest ``kept`` and those that an Action works with."""
    query = select(images.c.id).where(*_backups_of(droplet_id), images.c.ready)
    newest_first = query.order_by(images.c.created_at.desc(), images.c.id.desc())
    old = list((await tx.execute(newest_first.offset(kept))).scalars())
    free = select(images.c.id).where(images.c.id.in_(old), images.c.id.not_in(_held()))
    return list((await tx.execute(free)).scalars())


async def in_use(tx: Tx, droplet_id: int) -> bool:
    """Whether an Action works with a Backup of the Droplet."""
    query = select(images.c.id).where(*_backups_of(droplet_id), images.c.id.in_(_held()))
    return await tx.scalar(query.limit(1)) is not None


def _held() -> Select[Any]:
    return select(locks.c.resource_id).where(locks.c.resource_type == "image")


def _backups_of(droplet_id: int) -> tuple[Any, ...]:
    return images.c.droplet_id == droplet_id, images.c.kind == ImageKind.BACKUP.value


def _schedule(row: Row[Any]) -> Schedule:
    values = dict(row._mapping)
    policy = BackupPolicy(Plan(values.pop("plan")), values.pop("hour"), values.pop("weekday"))
    return Schedule(policy=policy, **values)
