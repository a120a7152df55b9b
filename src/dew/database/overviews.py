"""Overviews: what a list of Droplets tells of each beyond the Droplet itself, in as few queries as of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from dew.database import damage, droplets
from dew.database.connect import Tx
from dew.database.tables import guests, images
from dew.model.droplet import Droplet
from dew.model.image import ImageKind

SSH_PORT = 22


@dataclass(frozen=True)
class Taken:
    """The Snapshots, or the Backups, of one Droplet."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class Overview:
    """One Droplet at a glance."""

    droplet: Droplet
    ssh_port: int | None  # at its address; None while it can't be reached
    snapshots: Taken
    backups: Taken
    damage: str  # "" where nothing is known


async def page(tx: Tx, wanted: droplets.Filter, offset: int, limit: int) -> tuple[Sequence[Overview], int]:
    """Return one page of the Droplets, oldest first, and how many there are in all."""
    found, total = await droplets.page(tx, wanted, offset, limit)
    ids = [droplet.id for droplet in found]
    ports, taken = await _ssh_ports(tx, ids), await _taken(tx, ids)
    damaged = await damage.of_volumes(tx, [each.volume_id for each in found if each.volume_id is not None])
    return [
        Overview(
            each,
            ports.get(each.id),
            taken.get((each.id, ImageKind.SNAPSHOT), Taken()),
            taken.get((each.id, ImageKind.BACKUP), Taken()),
            damaged.get(each.volume_id or 0, ""),
        )
        for each in found
    ], total


async def _ssh_ports(tx: Tx, droplet_ids: Collection[int]) -> dict[int, int]:
    query = select(guests.c.droplet_id, guests.c.forwards).where(guests.c.droplet_id.in_(droplet_ids))
    pairs = ((row.droplet_id, forward) for row in await tx.execute(query) for forward in row.forwards)
    return {droplet_id: host_port for droplet_id, (host_port, inside) in pairs if inside == SSH_PORT}


async def _taken(tx: Tx, droplet_ids: Collection[int]) -> dict[tuple[int, ImageKind], Taken]:
    count, last_at = func.count().label("count"), func.max(images.c.created_at).label("last_at")
    query = select(images.c.droplet_id, images.c.kind, count, last_at).where(
        images.c.droplet_id.in_(droplet_ids), images.c.ready
    )
    rows = (await tx.execute(query.group_by(images.c.droplet_id, images.c.kind))).all()
    return {(row.droplet_id, ImageKind(row.kind)): _row(row) for row in rows}


def _row(row: Row[Any]) -> Taken:
    return Taken(row._mapping["count"], row.last_at)
