"""The files that Dew keeps, looked at as they are: nothing is brought up to date."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_SECONDS = 10.0  # dewd writes for milliseconds


def layer_ids(directory: Path) -> list[int]:
    """Return the ids of the Layers in a directory, which need not exist."""
    names = (path.stem.removeprefix("layer-") for path in directory.glob("layer-*.qcow2"))
    return [int(name) for name in names if name.isdecimal()]


def store_identity(path: Path) -> str | None:
    """Return the identity in a store.json, None where there is none. Raises ValueError, KeyError."""
    return str(json.loads(path.read_text())["identity"]) if path.exists() else None


def open_readonly(path: Path, *, at_rest: bool = False) -> "closing[sqlite3.Connection]":
    """Open a database for reading, as it is; one ``at_rest`` (a copy) without making files beside it."""
    flags = "mode=ro&immutable=1" if at_rest else "mode=ro"
    return closing(sqlite3.connect(f"{path.as_uri()}?{flags}", uri=True, timeout=BUSY_SECONDS))


def first_value(database: sqlite3.Connection, query: str, *parameters: str) -> str | None:
    """Return the first value; None if there is no row, or not even the table: a database without a byte."""
    try:
        row = database.execute(query, parameters).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])
