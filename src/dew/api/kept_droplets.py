"""Droplets as clients get them, kept as bytes as long as they are true: docs/decisions/0010-kept-answers.md.

Making them costs a hundred times what sending them does, and clients ask again and again for what has not
changed.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
from starlette.requests import Request

from dew.api import wire
from dew.database.changes import Changes
from dew.database.kept import Kept

KEPT_BYTES = 32 * 2**20  # some 15,000 Droplets, each with ten Snapshots
OVERHEAD_BYTES = 500  # of each that is kept, beside its own
MOST_PAGES = 512  # whose ids are kept: up to 200 numbers each


@dataclass(frozen=True)
class Validity:
    """What a body stands on beside its Droplet's rows."""

    image_id: int
    read_at: int  # by the clock of Changes, before it was read
    since: datetime
    until: datetime | None  # when the window of its next Backup is another; None: none is made


class KeptDroplets:
    """Bodies by Droplet, which longest nobody asked for makes room; and which Droplets a page has."""

    def __init__(self, changes: Changes) -> None:
        self.pages: Kept[tuple[Sequence[int], int]] = Kept(changes, MOST_PAGES)
        self._changes = changes
        self._bodies: OrderedDict[int, tuple[bytes, Validity]] = OrderedDict()
        self._size_bytes = 0

    def find(self, droplet_id: int, now: datetime) -> wire.Droplet | None:
        """Return a Droplet's body, None where there is none or it may be true no more."""
        body, validity = self._bodies.get(droplet_id, (b"", None))
        if validity is None or not self._holds(droplet_id, validity, now):
            return None
        self._bodies.move_to_end(droplet_id)
        return _ready(body)

    def keep(self, droplet: wire.Droplet, validity: Validity) -> wire.Droplet:
        """Keep a Droplet's body; return it as the bytes that it becomes."""
        body = msgspec.json.encode(droplet)
        self._drop(droplet["id"])
        self._bodies[droplet["id"]] = body, validity
        self._size_bytes += len(body) + OVERHEAD_BYTES
        while self._size_bytes > KEPT_BYTES:
            self._drop(next(iter(self._bodies)))
        return _ready(body)

    def _drop(self, droplet_id: int) -> None:
        body, _ = self._bodies.pop(droplet_id, (None, None))
        if body is not None:
            self._size_bytes -= len(body) + OVERHEAD_BYTES

    def _holds(self, droplet_id: int, validity: Validity, now: datetime) -> bool:
        changed = max(self._changes.of("droplet", droplet_id), self._changes.of("image", validity.image_id))
        in_time = validity.until is None or validity.since <= now < validity.until
        return changed <= validity.read_at and in_time


def kept_of(request: Request) -> KeptDroplets:
    """Return what the app of this request keeps."""
    kept: KeptDroplets = request.app.state.kept_droplets
    return kept


def _ready(body: bytes) -> wire.Droplet:
    raw: Any = msgspec.Raw(body)
    return cast(wire.Droplet, raw)
