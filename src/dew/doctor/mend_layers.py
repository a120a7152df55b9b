"""Mending Layers: their rights, those in the trash that something needs, and rows of what is gone."""

import asyncio
from pathlib import Path

from dew.actions.check_store import EVER, settled
from dew.database import layers
from dew.database.graph import LayerRow
from dew.doctor.files import layer_ids
from dew.doctor.mend import Mend, Ward
from dew.storage import mending
from dew.storage.inspection import wrong_rights
from dew.storage.qcow2 import WRITE_BITS
from dew.storage.writers import has_writer


async def plan(ward: Ward) -> list[Mend]:
    """Return what can be mended; nothing that an Action works on is touched."""
    present = frozenset(layer_ids(ward.store / "layers"))
    async with ward.database.read() as tx:
        _, rows = await settled(tx)
        forgotten = await layers.list_ids(tx) - await layers.reachable(tx, EVER) - present
    mends = [
        await asyncio.to_thread(_rights if row.id in present else _trash, ward, row) for row in rows.values()
    ]
    return [mend for mend in mends if mend is not None] + _rows(ward, forgotten)


def _rights(ward: Ward, row: LayerRow) -> Mend | None:
    path = mending.layer_path(ward.store, row.id)
    try:
        fault = wrong_rights(path, path.stat(follow_symlinks=False), row.sealed, ward.reader_gid)
        if not fault or has_writer(path) or not (row.sealed or _may_be_written(path)):
            return None
    except OSError:  # it has gone since, or is no plain file, which is for the check to tell
        return None

    async def act() -> None:
        await asyncio.to_thread(mending.set_rights, path, sealed=row.sealed, reader_gid=ward.reader_gid)

    # A Volume could be sealed by dewd in this very moment; what is sealed stays so.
    return Mend(fault, "It gets the right mode and owner.", act, needs_stop=not row.sealed)


def _may_be_written(path: Path) -> bool:
    """A Volume that looks sealed is left: if the database is wrong, a Snapshot would lose its bytes."""
    return bool(path.stat(follow_symlinks=False).st_mode & WRITE_BITS)


def _trash(ward: Ward, row: LayerRow) -> Mend | None:
    thrown = mending.thrown_away(ward.store, row.id)
    if thrown is None:
        return None

    async def act() -> None:
        await asyncio.to_thread(
            mending.take_back, ward.store, row.id, sealed=row.sealed, reader_gid=ward.reader_gid
        )

    found = f"Layer {row.id} is needed, and lies in the trash."
    does = "It is put back; dew check store then says whether it is whole."
    return Mend(found, does, act, needs_stop=False)


def _rows(ward: Ward, forgotten: frozenset[int]) -> list[Mend]:
    if not forgotten:
        return []

    async def act() -> None:
        async with ward.database.write() as tx:
            await layers.drop_layers(tx, forgotten)

    named = ", ".join(str(id_) for id_ in sorted(forgotten))
    return [Mend(f"Nothing needs these Layers, and they are gone: {named}.", "Their rows are deleted.", act)]
