"""Holders: who needs which Layers, for those who ask what deleting would free."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from dew.database.connect import Tx
from dew.database.layers import chosen_by_actions
from dew.database.tables import droplets, images, layers, volumes

ROWS_AT_ONCE = 2000  # of a hundred thousand: the event loop has other things to do in between

DROPLET = "droplet"
NOBODY = ""
"""The kind of what holds Layers and can't be deleted by itself: open Actions, Images that are being made."""


@dataclass(frozen=True)
class Holder:
    """Something that needs one Layer and all below it; a Droplet with kept disks is several."""

    kind: str  # droplet, base, snapshot … or NOBODY
    id: int
    name: str
    layer_id: int
    droplet_id: int | None = None  # whose Snapshot or Backup it is


@dataclass(frozen=True)
class Holdings:
    """The whole graph, and everybody who holds on to it."""

    parents: Mapping[int, int | None]  # of all Layers
    holders: Sequence[Holder]


async def read(tx: Tx) -> Holdings:
    """Return who holds what."""
    parents = {row.id: row.parent_id async for row in _rows(tx, select(layers.c.id, layers.c.parent_id))}
    holders = [_disk(row) async for row in _rows(tx, _disks())]
    holders += [_image(row) async for row in _rows(tx, _images())]
    holders += [Holder(NOBODY, 0, "", layer_id) for layer_id in await chosen_by_actions(tx)]
    return Holdings(parents, holders)


async def _rows(tx: Tx, query: Select[Any]) -> AsyncIterator[Row[Any]]:
    async for rows in (await tx.stream(query)).partitions(ROWS_AT_ONCE):
        for row in rows:
            yield row


def _disks() -> Select[Any]:
    """Volumes, each with the Droplet that has it, or had it and may get it back."""
    current, former = droplets.alias("current"), droplets.alias("former")
    owner = func.coalesce(current.c.id, former.c.id).label("owner")
    name = func.coalesce(current.c.name, former.c.name).label("name")
    return (
        select(volumes.c.layer_id, owner, name)
        .outerjoin(current, (current.c.volume_id == volumes.c.id) & current.c.gone_at.is_(None))
        .outerjoin(former, (former.c.id == volumes.c.droplet_id) & former.c.gone_at.is_(None))
    )


def _images() -> Select[Any]:
    return select(
        images.c.id, images.c.kind, images.c.name, images.c.layer_id, images.c.droplet_id, images.c.ready
    )


def _disk(row: Row[Any]) -> Holder:
    if row.owner is None:
        return Holder(NOBODY, 0, "", row.layer_id)
    return Holder(DROPLET, row.owner, row.name, row.layer_id)


def _image(row: Row[Any]) -> Holder:
    if not row.ready:
        return Holder(NOBODY, 0, "", row.layer_id)
    return Holder(row.kind, row.id, row.name, row.layer_id, row.droplet_id)
