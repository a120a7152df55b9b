"""Facts: single values that the database remembers, such as which store it belongs to."""

from sqlalchemy import select, text
from sqlalchemy.dialects.sqlite import insert

from dew.database.connect import Tx
from dew.database.tables import facts

STORE_IDENTITY = "store_identity"
LAST_CHECK = "last_check"  # of the store: JSON, see actions/check_store.py
INSTALLATION = "installation"  # random; part of every guest's instance-id


async def get(tx: Tx, name: str) -> str | None:
    """Return the value called ``name``, None if nobody set it."""
    value: str | None = await tx.scalar(select(facts.c.value).where(facts.c.name == name))
    return value


async def put(tx: Tx, name: str, value: str) -> None:
    """Remember ``value`` under ``name``."""
    statement = insert(facts).values(name=name, value=value)
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def highest_id(tx: Tx, table: str) -> int:
    """Return the highest id ever given out in ``table``, deleted rows included."""
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return int(await tx.scalar(query, {"table": table}) or 0)
