"""Kept disks: Volumes that a restore or a rebuild replaced, kept a while so that it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from dew.database.connect import Tx
from dew.database.layers import chosen_by_actions
from dew.database.tables import volumes
from dew.model.droplet import Droplet

MOST_KEPT = 5  # of one Droplet: restoring in a loop must not fill the machine's disk


@dataclass(frozen=True)
class KeptDisk:
    """One disk that a Droplet had, and what the Droplet was with it; ``id`` is its Volume's."""

    id: int
    layer_id: int
    droplet_id: int
    image_id: int
    hostname: str
    incarnation: int
    replaced_at: datetime


async def keep(tx: Tx, droplet: Droplet, now: datetime) -> None:
    """Keep the disk that the Droplet has now, which it is about to lose. Again for the same one is fine."""
    values = {
        "droplet_id": droplet.id,
        "image_id": droplet.image_id,
        "hostname": droplet.hostname,
        "incarnation": droplet.incarnation,
        "retired_at": now,
    }
    await tx.execute(update(volumes).where(volumes.c.id == droplet.volume_id).values(**values))


async def take_back(tx: Tx, volume_id: int) -> None:
    """A kept disk is a Droplet's disk again."""
    values = {"droplet_id": None, "image_id": None, "hostname": None, "incarnation": None, "retired_at": None}
    await tx.execute(update(volumes).where(volumes.c.id == volume_id).values(**values))


async def of_droplet(tx: Tx, droplet_id: int) -> Sequence[KeptDisk]:
    """Return the disks that are kept of a Droplet, the one replaced last first."""
    query = select(volumes).where(volumes.c.droplet_id == droplet_id, volumes.c.retired_at.is_not(None))
    rows = await tx.execute(query.order_by(volumes.c.retired_at.desc(), volumes.c.id.desc()))
    return [_kept_disk(row) for row in rows]


async def give_up_old(tx: Tx, kept_since: datetime) -> None:
    """Forget the disks replaced before ``kept_since``, and what a Droplet has beyond its MOST_KEPT."""
    await _forget(tx, volumes.c.retired_at <= kept_since)
    newest_first = volumes.c.retired_at.desc(), volumes.c.id.desc()
    place = func.row_number().over(partition_by=volumes.c.droplet_id, order_by=newest_first)
    kept = volumes.c.retired_at.is_not(None) & volumes.c.droplet_id.is_not(None)
    ranked = select(volumes.c.id, place.label("place")).where(kept).subquery()
    await _forget(tx, volumes.c.id.in_(select(ranked.c.id).where(ranked.c.place > MOST_KEPT)))


async def give_up_oldest(tx: Tx) -> int | None:
    """Forget the disk that has been kept longest of all; return its id, None if there is none to give up."""
    query = select(volumes.c.id).where(
        volumes.c.retired_at.is_not(None), volumes.c.layer_id.not_in(await chosen_by_actions(tx))
    )
    oldest: int | None = await tx.scalar(query.order_by(volumes.c.retired_at, volumes.c.id).limit(1))
    if oldest is not None:
        await tx.execute(delete(volumes).where(volumes.c.id == oldest))
    return oldest


async def _forget(tx: Tx, which: Any) -> None:
    """Forget kept disks, but none that an open Action is about to give back to its Droplet."""
    free = volumes.c.layer_id.not_in(await chosen_by_actions(tx))
    await tx.execute(delete(volumes).where(which, free))


def _kept_disk(row: Row[Any]) -> KeptDisk:
    return KeptDisk(
        id=row.id,
        layer_id=row.layer_id,
        droplet_id=row.droplet_id,
        image_id=row.image_id,
        hostname=row.hostname,
        incarnation=row.incarnation,
        replaced_at=row.retired_at,
    )
