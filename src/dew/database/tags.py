"""Tags: names that users give to Droplets and Images, to find them by and to act on them together.

What a resource shows is the list in its own row; ``taggings`` is the way from a tag to its resources. Both
are written here, in one transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, delete, func, select, update

from dew.database import events
from dew.database.connect import Tx, insert_row
from dew.database.tables import droplets, images, taggings, tags
from dew.model.errors import Invalid, LimitReached, NotFound

MOST_TAGS = 10_000
MOST_ON_ONE = 100  # tags of one resource: all are shown wherever it is

TAGGABLE: Mapping[str, Table] = {"droplet": droplets, "image": images}


@dataclass(frozen=True)
class Tagged:
    """What of one type has a tag: how many, and which got it last."""

    count: int
    newest_id: int
    tagging_id: int  # higher the later it was tagged


@dataclass(frozen=True)
class Tag:
    """A tag, with what has it by resource type."""

    id: int
    name: str
    resources: Mapping[str, Tagged] = field(default_factory=dict)


async def create(tx: Tx, name: str, now: datetime) -> Tag:
    """Return the tag called ``name``, a new one if there was none in any capitals. Raises LimitReached."""
    (canonical,) = await ensure(tx, [name], now)
    return await get(tx, canonical)


async def get(tx: Tx, name: str) -> Tag:
    """Return the tag called exactly so. Raises NotFound."""
    row = (await tx.execute(select(tags).where(tags.c.name == name))).one_or_none()
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return (await _counted(tx, [row]))[0]


async def page(tx: Tx, offset: int, limit: int) -> tuple[Sequence[Tag], int]:
    """Return one page of the tags, oldest first, and how many there are in all."""
    query = select(tags).order_by(tags.c.id).offset(offset).limit(limit)
    total = await tx.scalar(select(func.count()).select_from(tags))
    return await _counted(tx, list(await tx.execute(query))), int(total or 0)


async def remove(tx: Tx, name: str) -> None:
    """Forget a tag, and take it off whatever has it. Raises NotFound."""
    tag = await get(tx, name)
    query = select(taggings.c.resource_type, taggings.c.resource_id).where(taggings.c.tag_id == tag.id)
    for resource_type, resource_id in list(await tx.execute(query)):
        await take_off(tx, tag, resource_type, resource_id)
    await tx.execute(delete(tags).where(tags.c.id == tag.id))
    await events.append(tx, "tag", "tag", tag.id, gone=True)


async def ensure(tx: Tx, names: Iterable[str], now: datetime) -> list[str]:
    """Have all these tags; return them in the capitals they have, each once. Raises LimitReached."""
    return [await _ensure_one(tx, folded, name, now) for folded, name in _folded(names).items()]


async def note(tx: Tx, names: Iterable[str], resource_type: str, resource_id: int) -> None:
    """Let a new resource, which shows these tags already, be found by them."""
    query = select(tags.c.id).where(tags.c.folded.in_(_folded(names)))
    for tag_id in list((await tx.execute(query)).scalars()):
        await insert_row(tx, taggings, tag_id=tag_id, resource_type=resource_type, resource_id=resource_id)


async def put_on(tx: Tx, tag: Tag, resource_type: str, resource_id: int) -> None:
    """Tag a resource; again is fine. Raises Invalid when it has too many."""
    shown = await _shown(tx, resource_type, resource_id)
    if tag.name in shown:
        return
    if len(shown) >= MOST_ON_ONE:
        raise Invalid(f"A resource has at most {MOST_ON_ONE} tags.")
    await _show(tx, resource_type, resource_id, [*shown, tag.name])
    await insert_row(tx, taggings, tag_id=tag.id, resource_type=resource_type, resource_id=resource_id)


async def take_off(tx: Tx, tag: Tag, resource_type: str, resource_id: int) -> None:
    """Untag a resource; again is fine."""
    shown = await _shown(tx, resource_type, resource_id)
    if tag.name in shown:
        await _show(tx, resource_type, resource_id, [name for name in shown if name != tag.name])
    await tx.execute(delete(taggings).where(taggings.c.tag_id == tag.id, *_of(resource_type, resource_id)))


async def forget(tx: Tx, resource_type: str, ids: Collection[int] | Select[tuple[int]]) -> None:
    """Find these resources by no tag any more: they are gone."""
    gone = (taggings.c.resource_type == resource_type) & taggings.c.resource_id.in_(ids)
    await tx.execute(delete(taggings).where(gone))


def tagged(name: str, resource_type: str) -> Select[tuple[int]]:
    """Return the query for the ids of what has the tag called exactly ``name``."""
    of_type = taggings.c.resource_type == resource_type
    joined = select(taggings.c.resource_id).join(tags, tags.c.id == taggings.c.tag_id)
    return joined.where(tags.c.name == name, of_type)


def _folded(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return found


async def _ensure_one(tx: Tx, folded: str, name: str, now: datetime) -> str:
    known: str | None = await tx.scalar(select(tags.c.name).where(tags.c.folded == folded))
    if known is not None:
        return known
    if (await tx.scalar(select(func.count()).select_from(tags)) or 0) >= MOST_TAGS:
        raise LimitReached(f"There are {MOST_TAGS} tags already: delete some.")
    tag_id = await insert_row(tx, tags, name=name, folded=folded, created_at=now)
    await events.append(tx, "tag", "tag", tag_id, name=name)
    return name


def _of(resource_type: str, resource_id: int) -> tuple[Any, Any]:
    return taggings.c.resource_type == resource_type, taggings.c.resource_id == resource_id


async def _shown(tx: Tx, resource_type: str, resource_id: int) -> list[str]:
    table = TAGGABLE[resource_type]
    return list(await tx.scalar(select(table.c.tags).where(table.c.id == resource_id)) or [])


async def _show(tx: Tx, resource_type: str, resource_id: int, names: list[str]) -> None:
    table = TAGGABLE[resource_type]
    await tx.execute(update(table).where(table.c.id == resource_id).values(tags=names))
    await events.append(tx, resource_type, resource_type, resource_id, tags=names)


async def _counted(tx: Tx, rows: Sequence[Any]) -> list[Tag]:
    """Return the tags of ``rows`` with what has them, with two queries however many there are."""
    ids = [row.id for row in rows]
    found: dict[int, dict[str, Tagged]] = {tag_id: {} for tag_id in ids}
    counted = (
        select(taggings.c.tag_id, taggings.c.resource_type, func.count(), func.max(taggings.c.id))
        .where(taggings.c.tag_id.in_(ids))
        .group_by(taggings.c.tag_id, taggings.c.resource_type)
    )
    groups = list(await tx.execute(counted))
    newest = select(taggings.c.id, taggings.c.resource_id).where(
        taggings.c.id.in_([row[3] for row in groups])
    )
    resources = {row.id: row.resource_id for row in await tx.execute(newest)}
    for tag_id, resource_type, count, tagging_id in groups:
        found[tag_id][resource_type] = Tagged(count, resources[tagging_id], tagging_id)
    return [Tag(row.id, row.name, found[row.id]) for row in rows]
