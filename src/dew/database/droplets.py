"""Droplets: the rows behind /v2/droplets, joined with what makes their status."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, update

from dew.database import events, tags, totals
from dew.database.connect import Tx, insert_row
from dew.database.tables import actions, addresses, droplets, guests, locks, metadata
from dew.model.action import ActionState
from dew.model.droplet import Droplet, Observed, Power
from dew.model.errors import NotFound
from dew.model.size import Size

PAGED_BY = ("droplets", "taggings", "tags")


@dataclass(frozen=True)
class NewDroplet:
    """What a create request settles; the rest follows from its Action."""

    name: str
    region: str
    size: Size
    image_id: int
    volume_id: int
    public_keys: tuple[str, ...]
    password_hash: str | None
    password_once: str | None
    user_data: str
    tags: tuple[str, ...]
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which Droplets to list; None means any."""

    name: str | None = None  # exact, in any case
    tag: str | None = None  # called exactly so
    region: str | None = None


async def add(tx: Tx, new: NewDroplet, now: datetime) -> int:
    """Insert a Droplet that its create Action will bring to life; return its id."""
    droplet_id = await insert_row(
        tx,
        droplets,
        name=new.name,
        folded=new.name.lower(),
        hostname=new.name,
        region=new.region,
        size_slug=new.size.slug,
        vcpus=new.size.vcpus,
        memory_mb=new.size.memory_mb,
        disk_gb=new.size.disk_gb,
        image_id=new.image_id,
        volume_id=new.volume_id,
        desired_power=Power.OFF.value,
        public_keys=list(new.public_keys),
        password_hash=new.password_hash,
        password_once=new.password_once,
        user_data=new.user_data,
        tags=await tags.ensure(tx, new.tags, now),
        features=list(new.features),
        created_at=now,
    )
    await tags.note(tx, new.tags, "droplet", droplet_id)
    await events.append(tx, "droplet", "droplet", droplet_id, name=new.name)
    return droplet_id


async def get(tx: Tx, droplet_id: int, *, gone: bool = False) -> Droplet:
    """Return a Droplet; with ``gone`` also one that was deleted. Raises NotFound."""
    query = _joined().where(droplets.c.id == droplet_id)
    if not gone:
        query = query.where(droplets.c.gone_at.is_(None))
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return _droplet(row)


async def get_many(tx: Tx, ids: Collection[int]) -> dict[int, Droplet]:
    """Return those of the Droplets ``ids`` that exist, by id."""
    query = _filtered(_joined(), Filter()).where(droplets.c.id.in_(ids))
    return {row.id: _droplet(row) for row in await tx.execute(query)}


async def page(tx: Tx, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[Droplet], int]:
    """Return one page of the Droplets, oldest first, and how many there are in all."""
    # The page first, then what belongs to it: else all that come before it would be joined too.
    ids, total = await page_ids(tx, wanted, offset, limit)
    found = await get_many(tx, ids)
    return [found[droplet_id] for droplet_id in ids], total


async def page_ids(tx: Tx, wanted: Filter, offset: int, limit: int) -> tuple[Sequence[int], int]:
    """Return which Droplets a page has, oldest first, and how many there are in all.

    The tables in PAGED_BY decide on it.
    """
    query = _filtered(select(droplets.c.id), wanted).order_by(droplets.c.id).offset(offset).limit(limit)
    total = await totals.count(tx, wanted, _filtered(select(func.count()).select_from(droplets), wanted))
    return list((await tx.execute(query)).scalars()), total


async def list_all(tx: Tx) -> Sequence[Droplet]:
    """Return every Droplet that is not gone: for the reconcilers."""
    return [_droplet(row) for row in await tx.execute(_filtered(_joined(), Filter()))]


async def change(tx: Tx, droplet_id: int, **values: Any) -> None:
    """Set columns of a Droplet and tell of it."""
    derived = {"folded": values["name"].lower()} if "name" in values else {}
    await tx.execute(update(droplets).where(droplets.c.id == droplet_id).values(**values, **derived))
    told = {name: value for name, value in values.items() if name in ("name", "desired_power")}
    await events.append(tx, "droplet", "droplet", droplet_id, **told)


async def mark_gone(tx: Tx, droplet_id: int, now: datetime) -> None:
    """From now on the Droplet does not exist for clients, and its secrets for nobody."""
    gone = droplets.c.gone_at.is_(None) & (droplets.c.id == droplet_id)
    secrets: dict[str, Any] = {
        "password_once": None,
        "password_hash": None,
        "user_data": "",
        "public_keys": [],
    }
    await tx.execute(update(droplets).where(gone).values(gone_at=now, **secrets))
    await tags.forget(tx, "droplet", [droplet_id])
    await events.append(tx, "droplet", "droplet", droplet_id, gone=True)


async def take_password(tx: Tx, droplet_id: int) -> str | None:
    """Return the generated password once; None ever after."""
    password: str | None = await tx.scalar(
        select(droplets.c.password_once).where(droplets.c.id == droplet_id, droplets.c.gone_at.is_(None))
    )
    await tx.execute(update(droplets).where(droplets.c.id == droplet_id).values(password_once=None))
    return password


async def has_password(tx: Tx, droplet_id: int) -> bool:
    """Whether a generated password waits to be shown."""
    query = select(droplets.c.password_once.is_not(None)).where(droplets.c.id == droplet_id)
    return bool(await tx.scalar(query))


async def forget(tx: Tx, before: datetime, most: int) -> int:
    """Forget up to ``most`` Droplets that were deleted before ``before``; return how many.

    Only those that nothing is left of: no disk, no Action that works on them, and no row that names them.
    """
    held = select(locks.c.resource_id).where(locks.c.resource_type == "droplet")
    unfinished = actions.c.state.not_in((ActionState.COMPLETED.value, ActionState.ERRORED.value))
    worked_on = select(actions.c.resource_id).where(actions.c.resource_type == "droplet", unfinished)
    query = select(droplets.c.id).where(
        droplets.c.gone_at < before,
        droplets.c.volume_id.is_(None),
        droplets.c.id.not_in(held),
        droplets.c.id.not_in(worked_on),
        *_named_nowhere(),
    )
    ids = list((await tx.execute(query.order_by(droplets.c.id).limit(most))).scalars())
    await tx.execute(delete(guests).where(guests.c.droplet_id.in_(ids)))
    await tx.execute(delete(droplets).where(droplets.c.id.in_(ids)))
    return len(ids)


def _named_nowhere() -> list[ColumnElement[bool]]:
    """Return the conditions that no row of another table names a Droplet; its guest's goes with it."""
    others = [table for table in metadata.tables.values() if table is not guests]
    named = [key.parent for table in others for key in table.foreign_keys if key.column is droplets.c.id]
    return [droplets.c.id.not_in(select(column).where(column.is_not(None))) for column in named]


def _joined() -> Select[Any]:
    return (
        select(
            droplets,
            addresses.c.address,
            guests.c.observed,
            guests.c.reason,
            locks.c.action_id,
            actions.c.kind.label("open_kind"),
        )
        .outerjoin(addresses, addresses.c.droplet_id == droplets.c.id)
        .outerjoin(guests, guests.c.droplet_id == droplets.c.id)
        .outerjoin(locks, (locks.c.resource_type == "droplet") & (locks.c.resource_id == droplets.c.id))
        .outerjoin(actions, actions.c.id == locks.c.action_id)
    )


def _filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    query = query.where(droplets.c.gone_at.is_(None))
    if wanted.name is not None:
        query = query.where(droplets.c.folded == wanted.name.lower())
    if wanted.region is not None:
        query = query.where(droplets.c.region == wanted.region)
    if wanted.tag is not None:
        query = query.where(droplets.c.id.in_(tags.tagged(wanted.tag, "droplet")))
    return query


def _droplet(row: Row[Any]) -> Droplet:
    return Droplet(
        id=row.id,
        name=row.name,
        hostname=row.hostname,
        incarnation=row.incarnation,
        region=row.region,
        size_slug=row.size_slug,
        vcpus=row.vcpus,
        memory_mb=row.memory_mb,
        disk_gb=row.disk_gb,
        image_id=row.image_id,
        volume_id=row.volume_id,
        address=IPv4Address(row.address) if row.address else None,
        desired_power=Power(row.desired_power),
        public_keys=tuple(row.public_keys),
        password_hash=row.password_hash,
        user_data=row.user_data,
        tags=tuple(row.tags),
        features=tuple(row.features),
        created_at=row.created_at,
        gone_at=row.gone_at,
        observed=Observed(row.observed or "absent"),
        observed_reason=row.reason or "",
        open_action_id=row.action_id,
        creating=row.open_kind == "create",
    )
