"""SSH keys: public keys that clients embed into Droplets, found by id or by fingerprint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update

from dew.database import events
from dew.database.connect import Tx, insert_row
from dew.database.tables import keys
from dew.model.errors import Invalid, LimitReached, NotFound

IN_USE = "SSH Key is already in use on your account"  # DigitalOcean's words
MOST_KEYS = 1000


@dataclass(frozen=True)
class Key:
    """One public key."""

    id: int
    name: str
    fingerprint: str  # MD5, sixteen pairs of hex digits with colons between
    public_key: str  # one line, as in authorized_keys
    created_at: datetime


Identifier = int | str
"""A key's id, or its fingerprint."""


async def add(tx: Tx, name: str, fingerprint: str, public_key: str, now: datetime) -> Key:
    """Insert a key. Raises Invalid when there is one with its fingerprint, LimitReached."""
    if await tx.scalar(select(keys.c.id).where(keys.c.fingerprint == fingerprint)) is not None:
        raise Invalid(IN_USE)
    if (await tx.scalar(select(func.count()).select_from(keys)) or 0) >= MOST_KEYS:
        raise LimitReached(f"There are {MOST_KEYS} SSH keys already: delete some.")
    key_id = await insert_row(
        tx, keys, name=name, fingerprint=fingerprint, public_key=public_key, created_at=now
    )
    await events.append(tx, "key", "key", key_id, name=name)
    return await get(tx, key_id)


async def get(tx: Tx, which: Identifier) -> Key:
    """Return a key. Raises NotFound."""
    row = (await tx.execute(select(keys).where(_is(which)))).one_or_none()
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return _key(row)


async def find_many(tx: Tx, wanted: Sequence[Identifier]) -> dict[Identifier, Key]:
    """Return those of ``wanted`` that exist."""
    ids = [which for which in wanted if isinstance(which, int)]
    fingerprints = [which for which in wanted if isinstance(which, str)]
    query = select(keys).where(keys.c.id.in_(ids) | keys.c.fingerprint.in_(fingerprints))
    found = [_key(row) for row in await tx.execute(query)]
    return {key.id: key for key in found} | {key.fingerprint: key for key in found}


async def page(tx: Tx, offset: int, limit: int) -> tuple[Sequence[Key], int]:
    """Return one page of the keys, oldest first, and how many there are in all."""
    query = select(keys).order_by(keys.c.id).offset(offset).limit(limit)
    total = await tx.scalar(select(func.count()).select_from(keys))
    return [_key(row) for row in await tx.execute(query)], int(total or 0)


async def rename(tx: Tx, which: Identifier, name: str) -> Key:
    """Give a key another name and return it. Raises NotFound."""
    key = await get(tx, which)
    await tx.execute(update(keys).where(keys.c.id == key.id).values(name=name))
    await events.append(tx, "key", "key", key.id, name=name)
    return await get(tx, key.id)


async def remove(tx: Tx, which: Identifier) -> None:
    """Forget a key; Droplets that have it keep it. Raises NotFound."""
    key = await get(tx, which)
    await tx.execute(delete(keys).where(keys.c.id == key.id))
    await events.append(tx, "key", "key", key.id, gone=True)


def _is(which: Identifier) -> ColumnElement[bool]:
    return keys.c.id == which if isinstance(which, int) else keys.c.fingerprint == which


def _key(row: Row[Any]) -> Key:
    return Key(**row._mapping)
