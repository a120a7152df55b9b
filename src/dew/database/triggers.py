"""SQLite notes every row that is written: temporary triggers, which each connection has for itself.

They are made from the schema, by one rule: a row belongs to the resource that its columns name. So a new
table is noted too, without a line here.
"""

from collections.abc import Iterator
from functools import cache

from sqlalchemy import Table

from dew.database.tables import droplets, events, images, metadata

FUNCTION = "dew_note"  # table, resource type, resource id: Changes.note
SILENT = (events,)  # tells of changes, and is none
RESOURCES = {droplets: "'droplet'", images: "'image'"}
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


@cache
def script() -> str:
    """Return the statements that make the triggers."""
    tables = (table for table in metadata.sorted_tables if table not in SILENT)
    return "".join(_trigger(table, what) for table in tables for what in ROWS)


def _trigger(table: Table, what: str) -> str:
    notes = [
        f"SELECT {FUNCTION}('{table.name}', {type_}, {id_});"
        for row in ROWS[what]
        for type_, id_ in _resources(table, row)
    ]
    name = f"dew_{table.name}_{what.lower()}"
    return f"CREATE TEMP TRIGGER {name} AFTER {what} ON main.{table.name} BEGIN {' '.join(notes)} END;\n"


def _resources(table: Table, row: str) -> Iterator[tuple[str, str]]:
    """Give the type and id of what a row belongs to, in SQL; once at least."""
    if table in RESOURCES:
        yield RESOURCES[table], f"{row}.id"
    if "droplet_id" in table.c:
        yield "'droplet'", f"{row}.droplet_id"
    elif "resource_id" in table.c:
        yield f"{row}.resource_type", f"{row}.resource_id"
    elif table not in RESOURCES:
        yield "NULL", "NULL"
