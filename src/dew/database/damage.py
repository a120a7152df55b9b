"""Damage: which Layers have lost bytes, and which Images and Droplets that touches.

A mark is a sentence in the Layer's row. Whose chain contains a marked Layer is computed, never stored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all, update

from dew.database import events
from dew.database.connect import Tx
from dew.database.tables import droplets, images, layers, volumes
from dew.model.errors import Damaged

IN_THIS_ORDER = ("image", "droplet", "kept_disk")


@dataclass(frozen=True)
class Touched:
    """An Image, a Droplet or a disk kept for an undo that a damaged Layer belongs to."""

    resource_type: str  # one of IN_THIS_ORDER
    id: int
    name: str  # of a kept disk: its Droplet's
    kind: str  # of an Image: snapshot, base …
    damage: str


async def marks(tx: Tx) -> dict[int, str]:
    """Return what is wrong with each damaged Layer, by id."""
    rows = await tx.execute(select(layers.c.id, layers.c.damage).where(layers.c.damage.is_not(None)))
    return {row.id: row.damage for row in rows.all()}


async def judge(tx: Tx, layer_id: int, damage: str, now: datetime) -> None:
    """Record what a check found; no ``damage`` clears the mark. Tells of what changed."""
    mine = layers.c.id == layer_id
    before = await tx.scalar(select(layers.c.damage).where(mine))
    await tx.execute(update(layers).where(mine).values(damage=damage or None, checked_at=now))
    if (before or "") != damage:
        await events.append(tx, "layer", "layer", layer_id, damage=damage)


async def record_checksum(tx: Tx, layer_id: int, checksum: str) -> str:
    """Remember the first checksum of a sealed Layer; return the one that counts."""
    mine = layers.c.id == layer_id
    first = mine & layers.c.checksum.is_(None) & layers.c.sealed_at.is_not(None)
    await tx.execute(update(layers).where(first).values(checksum=checksum))
    return await tx.scalar(select(layers.c.checksum).where(mine)) or ""


async def judged_since(tx: Tx, since: datetime) -> frozenset[int]:
    """Return the Layers on which there is a verdict from ``since`` or later."""
    return frozenset((await tx.execute(select(layers.c.id).where(layers.c.checked_at >= since))).scalars())


async def unread(tx: Tx) -> list[int]:
    """Return the sealed Layers that have no checksum yet and no mark, oldest first."""
    query = select(layers.c.id).where(
        layers.c.sealed_at.is_not(None), layers.c.checksum.is_(None), layers.c.damage.is_(None)
    )
    return list((await tx.execute(query.order_by(layers.c.id))).scalars())


async def in_chains(tx: Tx, heads: Collection[int]) -> dict[int, str]:
    """Return, for those of the Layers ``heads`` whose chain has a damaged Layer, what is wrong."""
    marked = await marks(tx)
    if not marked:
        return {}
    rows = await tx.execute(select(layers.c.id, layers.c.parent_id))
    parents = {row.id: row.parent_id for row in rows.all()}
    found = {head: first_mark(head, parents, marked) for head in heads}
    return {head: damage for head, damage in found.items() if damage}


def first_mark(head: int, parents: Mapping[int, int | None], marked: Mapping[int, str]) -> str:
    """Return what is wrong with the newest damaged Layer of a chain, "" if none is; bears loops and gaps."""
    seen: set[int] = set()
    step: int | None = head
    while step is not None and step not in seen:
        if step in marked:
            return marked[step]
        seen.add(step)
        step = parents.get(step)
    return ""


async def of_volumes(tx: Tx, volume_ids: Collection[int]) -> dict[int, str]:
    """Return what is wrong with those of the Volumes that are damaged, by Volume."""
    query = select(volumes.c.id, volumes.c.layer_id).where(volumes.c.id.in_(volume_ids))
    heads = {row.id: row.layer_id for row in (await tx.execute(query)).all()}
    damaged = await in_chains(tx, heads.values())
    return {volume: damaged[head] for volume, head in heads.items() if head in damaged}


async def refuse(tx: Tx, layer_id: int) -> None:
    """Raise Damaged when what would be built on ``layer_id`` would stand on lost bytes."""
    for damage in (await in_chains(tx, [layer_id])).values():
        raise Damaged(
            f"{damage} Nothing new is made from that. Put the file back from a copy and run "
            "`dew check store`, or choose another Image."
        )


async def touched(tx: Tx) -> list[Touched]:
    """Return every Image, every Droplet and every kept disk whose chain has a damaged Layer."""
    shown = select(
        literal("image").label("type"), images.c.id, images.c.name, images.c.kind, images.c.layer_id
    )
    disks = select(literal("droplet"), droplets.c.id, droplets.c.name, literal(""), volumes.c.layer_id).join(
        volumes, volumes.c.id == droplets.c.volume_id
    )
    kept = select(literal("kept_disk"), volumes.c.id, droplets.c.name, literal(""), volumes.c.layer_id).join(
        droplets, droplets.c.id == volumes.c.droplet_id
    )
    lives = droplets.c.gone_at.is_(None)
    kept = kept.where(lives, volumes.c.retired_at.is_not(None))
    standing = union_all(shown.where(images.c.ready), disks.where(lives), kept)
    rows = (await tx.execute(standing)).all()
    damaged = await in_chains(tx, {row.layer_id for row in rows})
    found = [row for row in rows if row.layer_id in damaged]
    found.sort(key=lambda row: (IN_THIS_ORDER.index(row.type), row.id))
    return [Touched(row.type, row.id, row.name, row.kind, damaged[row.layer_id]) for row in found]
