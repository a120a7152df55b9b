"""Mending the database: the newest copy in place of one that is lost or damaged, and what is stuck in it."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from dew.database import actions, copies, facts, migrations
from dew.database.connect import Database
from dew.doctor.files import first_value, layer_ids, open_readonly, store_identity
from dew.doctor.mend import Mend
from dew.model.action import Action
from dew.storage.durable import sync
from dew.storage.mending import write_identity
from dew.storage.qcow2 import IDENTITY

NO_COPY = (
    "There is no copy of it that is whole and belongs to this store. For the Layers see docs/layers.md, "
    '"The database is lost".'
)
PATTERNS = ("copies/dew.db.*", "dew.db.before-*")


@dataclass(frozen=True)
class Copy:
    """A database file that is whole; ``given_out`` is the newest Layer it knows of."""

    path: Path
    identity: str | None
    given_out: int
    made_at: float


def replacement(data: Path, notes: list[str]) -> list[Mend]:
    """Offer the newest copy if the database is not the one of this store, or can't be read.

    ``notes`` are told what stands in the way.
    """
    layers = layer_ids(data / "store" / "layers")
    current = _read(data / "dew.db")
    wrong = _what_is_wrong(data, current, layers)
    copies = [
        copy for path in _candidates(data) if (copy := _read(path, at_rest=True)) and _belongs(data, copy)
    ]
    if not wrong or not copies:
        notes += [f"{wrong} {NO_COPY}"] if wrong and layers else []
        return []
    best = max(copies, key=lambda copy: (copy.given_out, copy.made_at))
    if current and _belongs(data, current) and current.given_out >= best.given_out:
        notes.append(f"{wrong} There is no newer copy.")
        return []

    async def act() -> None:
        await asyncio.to_thread(_replace, data, best.path)

    does = f"{best.path} takes its place, and what it was is kept beside it. {_what_is_lost(best, layers)}"
    return [Mend(wrong, does, act)]


def _what_is_wrong(data: Path, current: Copy | None, layers: list[int]) -> str:
    path = data / "dew.db"
    if not path.exists():
        return f"The database {path} is gone."
    if current is None:
        return f"The database {path} is damaged."
    if layers and not _belongs(data, current):
        return f"The database {path} is not the one of this store."
    if max(layers, default=0) > current.given_out:
        return f"The database {path} is older than the store."
    return ""


def _candidates(data: Path) -> list[Path]:
    found = {path for pattern in PATTERNS for path in data.glob(pattern)}
    return sorted(path for path in found if path.suffix not in ("-wal", "-shm", ".part"))


def _read(path: Path, *, at_rest: bool = False) -> Copy | None:
    """Return what a database file is, None if it is damaged."""
    try:
        with open_readonly(path, at_rest=at_rest) as database:
            if first_value(database, "PRAGMA quick_check(1)") != "ok":
                return None
            identity = first_value(database, "SELECT value FROM facts WHERE name = ?", facts.STORE_IDENTITY)
            given_out = first_value(database, "SELECT seq FROM sqlite_sequence WHERE name = ?", "layers")
    except sqlite3.Error:
        return None
    return Copy(path, identity, int(given_out or 0), path.stat().st_mtime)


def _belongs(data: Path, copy: Copy) -> bool:
    identity = _identity(data)
    return copy.identity is not None and copy.identity == (identity or copy.identity)


def _identity(data: Path) -> str | None:
    """Return the store's identity; None if its file is gone or holds none."""
    try:
        found = store_identity(data / "store" / "store.json")
    except (ValueError, KeyError, TypeError):
        return None
    return found if found and IDENTITY.fullmatch(found) else None


def _what_is_lost(copy: Copy, layers: list[int]) -> str:
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(copy.made_at))
    told = f"What Dew was told since {made} is lost."
    unknown = sorted(layer for layer in layers if layer > copy.given_out)
    if unknown:
        named = ", ".join(map(str, unknown))
        told += (
            f" It never heard of Layer {named}: nothing is deleted, and dewd will accept no Action. "
            'Get out what is in them as docs/layers.md says under "The database is lost".'
        )
    return told


def _replace(data: Path, copy: Path) -> None:
    aside = time.strftime("dew.db.damaged-%Y%m%dT%H%M%SZ", time.gmtime())
    for suffix in ("", "-wal", "-shm"):
        old = data / f"dew.db{suffix}"
        if old.exists():
            old.rename(data / f"{aside}{suffix}")
    copies.copy(copy, data / "dew.db")
    sync(data / "dew.db")
    sync(data)


async def usable(data: Path) -> Database | None:
    """Open the database if it is whole and of this version; nothing is brought up to date here."""
    path = data / "dew.db"
    if not await asyncio.to_thread(_is_usable, path):
        return None
    return await Database.open(path)


def _is_usable(path: Path) -> bool:
    try:
        return path.exists() and _read(path) is not None and migrations.is_current(path)
    except SQLAlchemyError:
        return False


async def identity(data: Path, database: Database) -> list[Mend]:
    """Offer to write the store's identity anew where its file is gone, if it is this store beyond doubt."""
    store = data / "store"
    async with database.read() as tx:
        remembered = await facts.get(tx, facts.STORE_IDENTITY)
        given_out = await facts.highest_id(tx, "layers")
    layers = layer_ids(store / "layers")  # none: its disk may not be mounted
    if _identity(data) or remembered is None or not layers or max(layers) > given_out:
        return []

    async def act() -> None:
        await asyncio.to_thread(write_identity, store, remembered)

    does = f"It is written anew, with the identity that the database remembers: {remembered}."
    return [Mend(f"{store / 'store.json'} is gone, or holds no identity.", does, act)]


async def fits(data: Path, database: Database) -> bool:
    """Whether the database is the one of this store: else nothing may be judged by it."""
    async with database.read() as tx:
        remembered = await facts.get(tx, facts.STORE_IDENTITY)
        given_out = await facts.highest_id(tx, "layers")
    found = _identity(data)
    newest = max(layer_ids(data / "store" / "layers"), default=0)
    return remembered is not None and found in (None, remembered) and newest <= given_out


async def stuck_actions(database: Database) -> list[Mend]:
    """Offer to let go on what is stuck."""
    async with database.read() as tx:
        stuck = await actions.list_stuck(tx)
    return [_retry(database, action) for action in stuck]


def _retry(database: Database, action: Action) -> Mend:
    async def act() -> None:
        async with database.write() as tx:
            await actions.set_going(tx, action)

    found = (
        f"Action {action.id} ({action.kind} of {action.resource_type} {action.resource_id}) is stuck: "
        f"{action.error}"
    )
    return Mend(found, "It is tried again when dewd starts.", act, instead=f"dew action retry {action.id}")
