"""Histories: what a Droplet's disks came from, and what came from its Snapshots, with its names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from dew.database.connect import Tx
from dew.database.tables import droplets, images, layers, volumes
from dew.model.droplet import Droplet
from dew.model.history import Point, PointKind
from dew.model.image import Consistency, ImageKind
from dew.model.space import Parents

MOST_HISTORY_LAYERS = 5000
"""Looked at for one history: where a Snapshot became a thousand Droplets, nobody can look at them all."""

OWN_KINDS = (ImageKind.SNAPSHOT.value, ImageKind.BACKUP.value)


@dataclass(frozen=True)
class History:
    """What is known of how a Droplet's disks came to be."""

    parents: Parents
    points: Sequence[Point]  # newest first
    cut: bool  # there is more than was looked at


async def of_droplet(tx: Tx, droplet: Droplet, kept_since: datetime) -> History:
    """Return the history of a Droplet's disk and of all that came from its Snapshots.

    Disks replaced before ``kept_since`` are not promised to anybody any more, and are left out.
    """
    own = [row.layer_id for row in (await tx.execute(_own_images(droplet.id))).all()]
    disks = [row.layer_id for row in (await tx.execute(_own_disks(droplet, kept_since))).all()]
    below = await _walk(tx, _below([*own, *disks]))
    above = await _walk(tx, _above(own))
    parents = {row.id: row.parent_id for row in (*above, *below)}
    cut = max(len(below), len(above)) >= MOST_HISTORY_LAYERS
    points = await _points(tx, droplet, kept_since, parents.keys())
    points.sort(key=lambda point: (point.created_at, point.layer_id), reverse=True)
    return History(parents, points, cut)


def _own_images(droplet_id: int) -> Select[Any]:
    mine = (images.c.droplet_id == droplet_id) & images.c.kind.in_(OWN_KINDS) & images.c.ready
    return select(images.c.layer_id).where(mine).order_by(images.c.id.desc()).limit(MOST_HISTORY_LAYERS)


def _own_disks(droplet: Droplet, kept_since: datetime) -> Select[Any]:
    kept = (volumes.c.droplet_id == droplet.id) & (volumes.c.retired_at > kept_since)
    return select(volumes.c.layer_id).where((volumes.c.id == droplet.volume_id) | kept)


def _below(heads: Collection[int]) -> Select[Any]:
    """Layers ``heads`` and all that they stand on, each once."""
    start = select(layers.c.id, layers.c.parent_id).where(layers.c.id.in_(heads))
    walk = start.cte("below", recursive=True)
    walk = walk.union(select(layers.c.id, layers.c.parent_id).where(layers.c.id == walk.c.parent_id))
    return select(walk)


def _above(bases: Collection[int]) -> Select[Any]:
    """All that stands on the Layers ``bases``, each once."""
    start = select(layers.c.id, layers.c.parent_id).where(layers.c.parent_id.in_(bases))
    walk = start.cte("above", recursive=True)
    walk = walk.union(select(layers.c.id, layers.c.parent_id).where(layers.c.parent_id == walk.c.id))
    return select(walk)


async def _walk(tx: Tx, query: Select[Any]) -> list[Row[Any]]:
    return list((await tx.execute(query.limit(MOST_HISTORY_LAYERS))).all())


async def _points(tx: Tx, droplet: Droplet, kept_since: datetime, found: Collection[int]) -> list[Point]:
    named = select(images).where(images.c.layer_id.in_(found), images.c.ready)
    points = [_image(row) for row in (await tx.execute(named)).all()]
    since = layers.c.created_at.label("since")
    current = (
        select(droplets, volumes.c.layer_id, since)
        .join(volumes, volumes.c.id == droplets.c.volume_id)
        .join(layers, layers.c.id == volumes.c.layer_id)
        .where(volumes.c.layer_id.in_(found))
    )
    rows = (await tx.execute(current)).all()  # not "gone_at is null": SQLite would go through all Droplets
    points += [_disk(row, droplet.id) for row in rows if row.gone_at is None]
    kept = select(volumes).where(volumes.c.droplet_id == droplet.id, volumes.c.retired_at > kept_since)
    points += [_kept(row) for row in (await tx.execute(kept)).all()]
    return points


def _image(row: Row[Any]) -> Point:
    consistency = Consistency(row.consistency) if row.consistency else None
    key = f"image-{row.id}"
    kind = PointKind(row.kind)
    return Point(key, kind, row.id, row.name, row.layer_id, row.created_at, consistency, row.droplet_id)


def _disk(row: Any, droplet_id: int) -> Point:
    key, is_own = f"droplet-{row.id}", row.id == droplet_id
    kind, at = (PointKind.NOW, row.since) if is_own else (PointKind.DROPLET, row.created_at)
    return Point(key, kind, row.id, row.name, row.layer_id, at, droplet_id=row.id)


def _kept(row: Row[Any]) -> Point:
    key, kind = f"disk-{row.id}", PointKind.KEPT_DISK
    return Point(key, kind, row.id, "", row.layer_id, row.retired_at, droplet_id=row.droplet_id)
