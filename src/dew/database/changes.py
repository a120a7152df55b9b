"""What was changed last when: what was read may be kept for as long as it is true.

Time is counted in write transactions of this process, which alone writes, as it holds the data directory.
The database itself notes every row that is written (triggers.py), so that no query can forget to tell. What
is noted counts as changed at once, not from the end of its transaction: others can read what was committed a
moment before the one who committed it knows. A reader takes ``now`` before it reads: what it finds is true
while nothing that it stands on has changed after that.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from dew.model.errors import DewError

MOST_RESOURCES = 50_000  # remembered one by one, some 150 bytes each; one more, and all count as changed
_NOBODY_KNOWS = sys.maxsize


class Changes:
    """When each table, and each Droplet, Image and so on, was last written to."""

    def __init__(self) -> None:
        self._now = 0
        self._floor = 0  # when what is not remembered one by one was last changed, at the latest
        self._tables: dict[str, int] = {}
        self._resources: dict[tuple[str, int], int] = {}
        self._noted_tables: set[str] = set()
        self._noted_resources: set[tuple[str, int]] = set()
        self._certain = True

    @property
    def now(self) -> int:
        """The time; take it before reading."""
        return self._now

    def of_tables(self, names: Iterable[str]) -> int:
        """Return when one of the tables last changed."""
        if not self._certain or any(name in self._noted_tables for name in names):
            return _NOBODY_KNOWS
        return max(self._floor, *(self._tables.get(name, 0) for name in names))

    def of(self, resource_type: str, resource_id: int) -> int:
        """Return when something last changed that belongs to the resource."""
        if not self._certain or (resource_type, resource_id) in self._noted_resources:
            return _NOBODY_KNOWS
        return self._resources.get((resource_type, resource_id), self._floor)

    def note(self, table: str, resource_type: str | None, resource_id: int | None) -> None:
        """A row is written. The database calls this in its own thread."""
        self._noted_tables.add(table)
        if resource_type is not None and resource_id is not None:
            self._noted_resources.add((resource_type, resource_id))

    @contextmanager
    def told(self) -> Iterator[None]:
        """Around a write transaction: when it is left, whoever asks knows what was written.

        After an error that is none of ours nobody knows: the task may have been cancelled, and the database's
        thread be about to commit. Nothing that is kept counts then until ``begun``.
        """
        try:
            yield
        except BaseException as error:
            self._certain &= isinstance(error, DewError)
            raise
        finally:
            self._publish()

    def begun(self) -> None:
        """The transaction has its lock, so every earlier one has ended, one way or the other."""
        if not self._certain:
            self._noted_tables, self._noted_resources = set(), set()
            self._now += 1
            self._forget()
            self._certain = True

    def _publish(self) -> None:
        self._now += 1
        self._tables |= dict.fromkeys(self._noted_tables, self._now)
        self._resources |= dict.fromkeys(self._noted_resources, self._now)
        self._noted_tables, self._noted_resources = set(), set()
        if len(self._resources) > MOST_RESOURCES:
            self._forget()

    def _forget(self) -> None:
        """Let everything count as changed now."""
        self._floor = self._now
        self._resources.clear()
