"""What was read, kept for as long as none of the tables that it came from has changed."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, Table
from sqlalchemy.sql.visitors import iterate

from dew.database.changes import Changes

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Entry(Generic[Value]):
    value: Value
    tables: Collection[str]
    read_at: int


class Kept(Generic[Value]):
    """At most ``most`` values, each by its key; the oldest makes room."""

    def __init__(self, changes: Changes, most: int) -> None:
        self._changes = changes
        self._most = most
        self._entries: dict[Hashable, _Entry[Value]] = {}

    def find(self, key: Hashable) -> Value | None:
        """Return what is kept, None where nothing is or it may be true no more."""
        entry = self._entries.get(key)
        if entry is None or self._changes.of_tables(entry.tables) > entry.read_at:
            return None
        return entry.value

    def keep(self, key: Hashable, value: Value, tables: Collection[str], read_at: int) -> None:
        """Keep what was read from ``tables``; ``read_at``: ``Changes.now`` from before."""
        self._entries.pop(key, None)
        if len(self._entries) >= self._most:
            self._entries.pop(next(iter(self._entries)))
        self._entries[key] = _Entry(value, tables, read_at)


def tables_of(query: Select[tuple[int]]) -> frozenset[str]:
    """Return the names of the tables that a query reads."""
    return frozenset(each.name for each in iterate(query) if isinstance(each, Table))
