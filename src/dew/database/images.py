"""Images: the rows behind /v2/images and /v2/snapshots, which are two views of one thing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, update

from dew.database import events, tags, totals
from dew.database.connect import Tx, insert_row
from dew.database.tables import actions, images
from dew.model.action import ActionState
from dew.model.errors import NotFound
from dew.model.image import Consistency, Image, ImageKind


@dataclass(frozen=True)
class Filter:
    """Which Images to list; None means any."""

    kinds: tuple[ImageKind, ...] | None = None
    droplet_id: int | None = None
    tag: str | None = None
    unfinished: Collection[str] = ()  # also what Actions of these kinds are making, which nobody can use yet


@dataclass(frozen=True)
class NewImage:
    """What is settled when the Action that makes an Image is accepted."""

    kind: ImageKind
    name: str
    distribution: str
    description: str
    layer_id: int
    disk_bytes: int
    droplet_id: int | None
    region: str
    incarnation: int = 0
    hostname: str | None = None
    origin_id: int | None = None
    tags: tuple[str, ...] = ()


async def plan(tx: Tx, new: NewImage, now: datetime) -> int:
    """Insert an Image that nobody sees until it is finished; return its id."""
    image_id = await insert_row(
        tx,
        images,
        kind=new.kind.value,
        name=new.name,
        distribution=new.distribution,
        description=new.description,
        layer_id=new.layer_id,
        disk_bytes=new.disk_bytes,
        used_bytes=0,
        droplet_id=new.droplet_id,
        incarnation=new.incarnation,
        hostname=new.hostname,
        origin_id=new.origin_id,
        tags=await tags.ensure(tx, new.tags, now),
        region=new.region,
        ready=False,
        created_at=now,
    )
    await tags.note(tx, new.tags, "image", image_id)
    return image_id


async def finish(tx: Tx, image_id: int, **values: Any) -> None:
    """Set what only the finished Image knows (slug, consistency, used_bytes …) and show it to everybody."""
    await tx.execute(update(images).where(images.c.id == image_id).values(ready=True, **values))
    await events.append(tx, "image", "image", image_id, ready=True)


async def get(tx: Tx, image_id: int, *, unfinished: Collection[str] = ()) -> Image:
    """Return an Image, also one that Actions of the kinds ``unfinished`` are making. Raises NotFound."""
    query = _visible(select(images), unfinished).where(images.c.id == image_id)
    return _one((await tx.execute(query)).one_or_none())


async def find(tx: Tx, image_id: int) -> Image | None:
    """Return an Image, None if it is not there (any more)."""
    row = (await tx.execute(_visible(select(images)).where(images.c.id == image_id))).one_or_none()
    return None if row is None else _image(row)


async def get_many(tx: Tx, ids: Collection[int]) -> dict[int, Image]:
    """Return those of the Images ``ids`` that exist, by id."""
    found = await tx.execute(_visible(select(images)).where(images.c.id.in_(ids)))
    return {row.id: _image(row) for row in found}


async def get_by_slug(tx: Tx, slug: str) -> Image:
    """Return the distribution Image called ``slug``. Raises NotFound."""
    return _one((await tx.execute(_visible(select(images)).where(images.c.slug == slug))).one_or_none())


async def page(tx: Tx, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[Image], int]:
    """Return one page of the Images, oldest first, and how many there are in all."""
    query = _filtered(select(images), wanted).order_by(images.c.id).offset(offset).limit(limit)
    return [_image(row) for row in await tx.execute(query)], await _total(tx, wanted)


async def count(tx: Tx) -> int:
    """Return how many Images there are, those that are being made or removed included."""
    return int(await tx.scalar(select(func.count()).select_from(images)) or 0)


async def ids_of_droplet(tx: Tx, droplet_id: int, kind: ImageKind) -> Sequence[int]:
    """Return the ids of a Droplet's Snapshots (or Backups), oldest first."""
    query = _visible(select(images.c.id)).where(
        images.c.droplet_id == droplet_id, images.c.kind == kind.value
    )
    return list((await tx.execute(query.order_by(images.c.id))).scalars())


async def ids_of_droplets(tx: Tx, droplet_ids: Collection[int]) -> dict[ImageKind, dict[int, list[int]]]:
    """Return the ids of several Droplets' Snapshots and Backups, oldest first, by Droplet."""
    # Not asked for by kind: SQLite would look for the Droplets' among all Images that are ready.
    columns = (images.c.droplet_id, images.c.id, images.c.kind, images.c.ready)
    query = select(*columns).where(images.c.droplet_id.in_(droplet_ids))
    kinds = (ImageKind.SNAPSHOT, ImageKind.BACKUP)
    found: dict[ImageKind, dict[int, list[int]]] = {
        kind: {each: [] for each in droplet_ids} for kind in kinds
    }
    for droplet_id, image_id, kind, ready in await tx.execute(query.order_by(images.c.id)):
        if ready and kind in found:
            found[kind][droplet_id].append(image_id)
    return found


async def rename(tx: Tx, image_id: int, name: str) -> None:
    """Give an Image another name."""
    await tx.execute(update(images).where(images.c.id == image_id).values(name=name))
    await events.append(tx, "image", "image", image_id, name=name)


async def become_snapshot(tx: Tx, image_id: int) -> None:
    """Count a Backup among the Snapshots from now on."""
    await tx.execute(update(images).where(images.c.id == image_id).values(kind=ImageKind.SNAPSHOT.value))
    await events.append(tx, "image", "image", image_id, kind=ImageKind.SNAPSHOT.value)


async def describe(tx: Tx, image_id: int, **values: str) -> None:
    """Change what people are told of an Image: its description, its distribution."""
    if values:
        await tx.execute(update(images).where(images.c.id == image_id).values(**values))


async def copy_to(tx: Tx, image_id: int, region: str) -> None:
    """Offer an Image in one more region."""
    image = await get(tx, image_id)
    if region not in image.regions:
        copied_to = [*image.copied_to, region]
        await tx.execute(update(images).where(images.c.id == image_id).values(copied_to=copied_to))
        await events.append(tx, "image", "image", image_id, region=region)


async def free_slug(tx: Tx, slug: str) -> None:
    """Take a slug from the Image that has it: a newer build of the same distribution gets it."""
    await tx.execute(update(images).where(images.c.slug == slug).values(slug=None))


async def hide(tx: Tx, image_id: int) -> None:
    """Show an Image to nobody any more; it is about to be removed."""
    await tx.execute(update(images).where(images.c.id == image_id).values(ready=False))
    await tags.forget(tx, "image", [image_id])


async def remove(tx: Tx, image_id: int) -> None:
    """Forget an Image; its bytes follow when nothing needs them."""
    await tx.execute(delete(images).where(images.c.id == image_id))
    await tags.forget(tx, "image", [image_id])
    await events.append(tx, "image", "image", image_id, gone=True)


async def remove_unfinished(tx: Tx, droplet_id: int) -> None:
    """Forget the Snapshots of a Droplet that no Action will finish any more."""
    unfinished = images.c.ready.is_(False) & (images.c.droplet_id == droplet_id)
    await tx.execute(delete(images).where(unfinished))


async def _total(tx: Tx, wanted: Filter) -> int:
    """Count those that are ready, which change seldom, apart from the few that are being made."""
    ready = replace(wanted, unfinished=())
    query = select(func.count()).select_from(images)
    total = await totals.count(tx, ready, _filtered(query, ready))
    if wanted.unfinished:
        total += int(await tx.scalar(_filtered(query, wanted).where(~images.c.ready)) or 0)
    return total


def _visible(query: Select[Any], unfinished: Collection[str] = ()) -> Select[Any]:
    if not unfinished:
        return query.where(images.c.ready)
    # Not with "or": SQLite would collect all that are ready and sort them, for each page.
    return query.where(~(~images.c.ready & ~_being_made(unfinished)))


def _being_made(kinds: Collection[str]) -> ColumnElement[bool]:
    """Not: not ready. An Image that is being deleted is not ready either, and nobody should see it."""
    states = (ActionState.RUNNING.value, ActionState.UNWINDING.value, ActionState.STUCK.value)
    making = select(actions.c.resource_id).where(actions.c.kind.in_(kinds), actions.c.state.in_(states))
    return images.c.id.in_(making)


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    query = _visible(query, wanted.unfinished)
    if wanted.kinds is not None:
        query = query.where(images.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.droplet_id is not None:
        query = query.where(images.c.droplet_id == wanted.droplet_id)
    if wanted.tag is not None:
        query = query.where(images.c.id.in_(tags.tagged(wanted.tag, "image")))
    return query


def _one(row: Row[Any] | None) -> Image:
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return _image(row)


def _image(row: Row[Any]) -> Image:
    values = dict(row._mapping)
    values["kind"] = ImageKind(row.kind)
    values["consistency"] = Consistency(row.consistency) if row.consistency else None
    values["tags"], values["copied_to"] = tuple(row.tags), tuple(row.copied_to)
    return Image(**values)
