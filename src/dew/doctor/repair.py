"""``dew doctor --repair``: finds what can be mended, asks, mends it. Never deletes a Layer.

It speaks in lines with whoever started it: one JSON document says what was found, the answer "yes" has it
mended, another document says what came of it. While it waits it holds the data directory, so that no dewd
starts in between; where one runs already, only what does not disturb it is mended.
"""

import asyncio
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.exc import SQLAlchemyError

from dew.doctor import mend_database, mend_layers, mend_leftovers
from dew.doctor.mend import Mend, Ward
from dew.model.errors import DewError, Forbidden

OTHER_VERSION = (
    "The database was made by another version of Dew. Start dewd, which upgrades an older one, first."
)
MISFIT = "The database is not the one of this store, so nothing is judged by it: see docs/layers.md."


def serve(data: Path, answers: TextIO, said: TextIO) -> None:
    """Find, ask, mend. Raises Forbidden for the data of another user."""
    if not data.exists():
        _say(said, {"running": False, "notes": [], "mends": []})
        return
    lock = data / "lock"  # dewd's own; the directory may have been made for it
    if (lock if lock.exists() else data).stat().st_uid != os.geteuid():
        raise Forbidden(f"{data} belongs to another user: repair it as that user.")
    with _held(data) as alone:
        asyncio.run(_serve(data, alone, answers, said))


async def _serve(data: Path, alone: bool, answers: TextIO, said: TextIO) -> None:
    database = await mend_database.usable(data)
    try:
        notes: list[str] = []
        if database:
            mends = await plan(Ward(data, database), notes)
        else:
            mends = mend_database.replacement(data, notes)
            notes += [OTHER_VERSION] if (data / "dew.db").exists() and not mends and not notes else []
        mends += mend_leftovers.stale_names(data) if alone else []
        told = [{"found": each.found, "does": _does(each, alone)} for each in mends]
        _say(said, {"running": not alone, "notes": notes, "mends": told})
        if mends and await asyncio.to_thread(answers.readline) == "yes\n":
            _say(said, {"done": [await _apply(each, alone) for each in mends]})
    finally:
        if database is not None:
            await database.close()


async def plan(ward: Ward, notes: list[str]) -> list[Mend]:
    """Return what can be mended with a database that can be read."""
    if not await mend_database.fits(ward.data, ward.database):
        notes.append(MISFIT)
        return mend_database.replacement(ward.data, notes)
    return [
        *await mend_database.identity(ward.data, ward.database),
        *await mend_layers.plan(ward),
        *await mend_leftovers.plan(ward),
        *await mend_database.stuck_actions(ward.database),
    ]


def _does(mend: Mend, alone: bool) -> str:
    return mend.instead if mend.needs_stop and not alone else mend.does


async def _apply(mend: Mend, alone: bool) -> dict[str, Any]:
    if mend.needs_stop and not alone:
        return {"found": mend.found, "ok": False, "said": mend.instead}
    try:
        await mend.act()
    except (OSError, DewError, sqlite3.Error, SQLAlchemyError) as error:
        return {"found": mend.found, "ok": False, "said": f"It could not be mended: {error}"}
    return {"found": mend.found, "ok": True, "said": mend.does}


@contextmanager
def _held(data: Path) -> Iterator[bool]:
    """Hold the data directory as dewd would; say whether it was to be had."""
    with (data / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _say(said: TextIO, document: dict[str, Any]) -> None:
    print(json.dumps(document), file=said, flush=True)
