"""Mend: one thing that is wrong and can be put right, and what it takes to look for such things."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from dew.compute.privileges import GuestUsers
from dew.database.connect import Database
from dew.doctor.finding import is_root

STOP_FIRST = "dewd runs: stop it first with dew down; Droplets keep running."


@dataclass(frozen=True)
class Mend:
    """What was found, what would be done about it, and the doing."""

    found: str
    does: str
    act: Callable[[], Awaitable[None]]
    needs_stop: bool = True  # dewd must not be running meanwhile
    instead: str = STOP_FIRST  # what to do while it does


@dataclass(frozen=True)
class Ward:
    """The data directory to be mended, with its database if that can be used."""

    data: Path
    database: Database

    @property
    def store(self) -> Path:
        """Where the Layers are."""
        return self.data / "store"

    @property
    def reader_gid(self) -> int | None:
        """The group that may read sealed Layers."""
        return GuestUsers.for_root().reader_gid if is_root() else None
