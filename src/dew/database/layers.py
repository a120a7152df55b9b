"""Layers and Volumes: disk history as a graph, and what of it is still needed."""

from datetime import datetime

from sqlalchemy import delete, literal_column, select, union_all, update

from dew.database.connect import Tx, insert_row
from dew.database.tables import actions, droplets, images, layers, volumes
from dew.model.action import ActionState
from dew.model.disk import Chain
from dew.model.errors import Broken

LONGEST_CHAIN = 4096  # a chain longer than this is a loop


async def add_layer(tx: Tx, parent_id: int | None, disk_bytes: int, now: datetime) -> int:
    """Choose a new Layer's id. The file comes later; a row without a file is an Action's plan."""
    return await insert_row(tx, layers, parent_id=parent_id, disk_bytes=disk_bytes, created_at=now)


async def add_volume(tx: Tx, layer_id: int) -> int:
    """Make a Volume whose writable Layer is ``layer_id``; return its id."""
    return await insert_row(tx, volumes, layer_id=layer_id)


async def chain(tx: Tx, layer_id: int) -> Chain:
    """Return ``layer_id`` and its ancestors, newest first. Raises Broken on a gap or a loop."""
    start = select(layers.c.id, layers.c.parent_id, literal_column("0").label("depth")).where(
        layers.c.id == layer_id
    )
    walk = start.cte("walk", recursive=True)
    older = select(layers.c.id, layers.c.parent_id, walk.c.depth + 1).where(
        layers.c.id == walk.c.parent_id, walk.c.depth < LONGEST_CHAIN
    )
    walk = walk.union_all(older)
    rows = (await tx.execute(select(walk.c.id, walk.c.parent_id).order_by(walk.c.depth))).all()
    if not rows or rows[-1].parent_id is not None:
        raise Broken(f"The history of Layer {layer_id} does not end: the database is damaged.")
    return tuple(row.id for row in rows)


async def depth(tx: Tx, layer_id: int) -> int:
    """Return how many Layers a chain has; 0 where its history is damaged."""
    try:
        return len(await chain(tx, layer_id))
    except Broken:
        return 0


async def volume_chain(tx: Tx, volume_id: int) -> Chain:
    """Return the chain of a Volume, its writable Layer first. Raises Broken on a gap or a loop."""
    return await chain(tx, await head_of(tx, volume_id))


async def head_of(tx: Tx, volume_id: int) -> int:
    """Return a Volume's writable Layer, whatever is the matter with those below."""
    head: int | None = await tx.scalar(select(volumes.c.layer_id).where(volumes.c.id == volume_id))
    if head is None:
        raise Broken(f"Volume {volume_id} is not in the database.")
    return head


async def disk_bytes(tx: Tx, layer_id: int) -> int:
    """Return the virtual size of a Layer's disk."""
    size = await tx.scalar(select(layers.c.disk_bytes).where(layers.c.id == layer_id))
    if size is None:
        raise Broken(f"Layer {layer_id} is not in the database.")
    return int(size)


async def set_disk_bytes(tx: Tx, layer_id: int, disk_bytes: int) -> None:
    """Record the virtual size of a Layer's disk."""
    await tx.execute(update(layers).where(layers.c.id == layer_id).values(disk_bytes=disk_bytes))


async def set_sealed(tx: Tx, layer_id: int, now: datetime) -> None:
    """Record that a Layer is immutable."""
    await tx.execute(
        update(layers).where(layers.c.id == layer_id, layers.c.sealed_at.is_(None)).values(sealed_at=now)
    )


async def point_volume(tx: Tx, volume_id: int, layer_id: int) -> None:
    """Make ``layer_id`` the Volume's writable Layer."""
    await tx.execute(update(volumes).where(volumes.c.id == volume_id).values(layer_id=layer_id))


async def set_parent(tx: Tx, layer_id: int, parent_id: int) -> None:
    """Have a Layer lie over another one that shows the same as its parent does."""
    await tx.execute(update(layers).where(layers.c.id == layer_id).values(parent_id=parent_id))


async def droplets_at_least(tx: Tx, depth: int) -> list[int]:
    """Return the Droplets whose disks have at least ``depth`` Layers, the deepest first."""
    parents = {row.id: row.parent_id for row in await tx.execute(select(layers.c.id, layers.c.parent_id))}
    query = select(droplets.c.id, volumes.c.layer_id).join(volumes, droplets.c.volume_id == volumes.c.id)
    heads = await tx.execute(query.where(droplets.c.gone_at.is_(None)).order_by(droplets.c.id))
    depths = {row.id: len(_with_ancestors({row.layer_id}, parents)) for row in heads}
    return sorted((each for each in depths if depths[each] >= depth), key=lambda each: -depths[each])


async def drop_volume(tx: Tx, volume_id: int) -> None:
    """Forget a Volume; its Layers become unreachable unless something else needs them."""
    await tx.execute(update(droplets).where(droplets.c.volume_id == volume_id).values(volume_id=None))
    await tx.execute(delete(volumes).where(volumes.c.id == volume_id))


async def reachable(tx: Tx, kept_since: datetime) -> frozenset[int]:
    """Return every Layer that something still needs, with all its ancestors.

    Needed are the Layers of Droplets' Volumes, of Volumes retired after ``kept_since``, of Images, and those
    that an open or stuck Action chose. Computed anew each time, never counted.
    """
    roots = union_all(
        select(volumes.c.layer_id).where(
            volumes.c.retired_at.is_(None) | (volumes.c.retired_at > kept_since)
        ),
        select(images.c.layer_id),
    ).subquery()
    wanted = set((await tx.execute(select(roots.c.layer_id))).scalars())
    wanted |= await chosen_by_actions(tx)
    parents = {row.id: row.parent_id for row in await tx.execute(select(layers.c.id, layers.c.parent_id))}
    return frozenset(_with_ancestors(wanted, parents))


async def chosen_by_actions(tx: Tx) -> set[int]:
    """Return the Layers that an open or stuck Action works with."""
    unfinished = (ActionState.RUNNING, ActionState.UNWINDING, ActionState.STUCK)
    rows = await tx.execute(select(actions.c.params).where(actions.c.state.in_(unfinished)))
    return {layer for (params,) in rows for layer in params.get("layers", ())}


async def in_flux(tx: Tx) -> frozenset[int]:
    """Return the Layers that an open or stuck Action makes, seals or leaves: they can't be judged now."""
    unfinished = (ActionState.RUNNING, ActionState.UNWINDING, ActionState.STUCK)
    rows = (await tx.execute(select(actions).where(actions.c.state.in_(unfinished)))).all()
    named = {row.params.get("sealed") for row in rows} - {None}
    of = {row.resource_id for row in rows if row.resource_type == "droplet"}
    query = select(volumes.c.layer_id).join(droplets, droplets.c.volume_id == volumes.c.id)
    heads = set((await tx.execute(query.where(droplets.c.id.in_(of)))).scalars())
    return frozenset(named | heads | await chosen_by_actions(tx))


def _with_ancestors(wanted: set[int], parents: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    for layer in wanted:
        step: int | None = layer
        while step is not None and step not in found:
            found.add(step)
            step = parents.get(step)
    return found


async def list_ids(tx: Tx) -> frozenset[int]:
    """Return the ids of all Layers that the database knows."""
    return frozenset((await tx.execute(select(layers.c.id))).scalars())


async def drop_layers(tx: Tx, ids: frozenset[int]) -> None:
    """Forget Layers that nothing needs any more."""
    for layer_id in ids:  # first let go of the parents, which may go in any order
        await tx.execute(update(layers).where(layers.c.id == layer_id).values(parent_id=None))
    for layer_id in ids:
        await tx.execute(delete(layers).where(layers.c.id == layer_id))
