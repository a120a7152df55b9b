"""Instants and sizes, as clients expect them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


def time(at: datetime) -> Instant:
    """Return an instant in UTC as clients expect it, to the second."""
    return at.isoformat(timespec="seconds")[:19] + "Z"


def time_or_null(at: datetime | None) -> Instant | None:
    return None if at is None else time(at)


def gigabytes(size_bytes: int) -> float:
    """Return a size in GiB, to two places."""
    return round(size_bytes / 2**30, 2)
