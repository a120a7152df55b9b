"""The LayerStore contract: bytes of disks, as Layers.

    create_overlay            seal                 discard            (24 h, or when space is short)
  ─────────────────► Volume ────────► Layer ──────────────► trash ──────────────► gone
                     writable         immutable, many children

A Layer is named once, by an id that the database chose and never gives out again. It has at most one
parent. **Parents live in the database**: the store is told a Layer's whole chain whenever that matters and
never reads it from a file. A Snapshot is: create_overlay over the Volume's Layer, switch the Droplet to it,
seal the old one. Creating from an Image and restoring are create_overlay too. All of it takes the same
time whatever the disk's size.

Every verb says "make it so": doing it again is fine, discarding the absent is fine. When a verb returns,
its effect is on the disk (file, then directory, fsynced). Policy, such as what may be discarded and when,
belongs to actions and reconcile; a driver never decides.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dew.model.disk import Chain, Disk


@dataclass(frozen=True)
class Usage:
    """What one Layer takes."""

    allocated_bytes: int  # on the machine's disk
    disk_bytes: int  # virtual size


@dataclass(frozen=True)
class Occupancy:
    """What everything in the store takes of the machine's disk."""

    layers: Mapping[int, int]  # bytes, by id
    trash_bytes: int


@dataclass(frozen=True)
class Room:
    """What the store's disk has."""

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Condition:
    """How one Layer is found without reading it through; "" where nothing is wrong, else a sentence."""

    disk_bytes: int | None  # virtual size; None if it can't be told
    damage: str  # what it holds can't be right
    fault: str  # its rights are not as Dew sets them; its bytes are fine


@dataclass(frozen=True)
class Reading:
    """What reading a sealed Layer from end to end showed."""

    checksum: str  # BLAKE3 of what is stored, hex; "" if it could not be read to its end
    damage: str  # "" where its structure is sound


Pace = Callable[[int], Awaitable[None]]
"""Awaited before each piece of a long read, with its bytes: whoever asks decides how fast it goes."""


class LayerStore(Protocol):
    """See the module's docstring for what a driver promises."""

    async def identity(self) -> str:
        """Return the store's own id (hex), made with the store and never changed.

        The sweeper compares it with the one the database remembers, so that a lost, empty or foreign
        database never costs a disk.
        """
        ...

    async def create_overlay(self, layer: int, parents: Chain, disk_bytes: int) -> None:
        """Make ``layer`` a writable Layer of ``disk_bytes`` (virtual) over ``parents``, newest first.

        No parents makes an empty disk. Where the file is there already it is left as it is, unless it is
        a fragment of an attempt that was cut short. Raises NoSpace, LayerMissing, and StepFailed for a disk
        smaller than its newest parent.
        """
        ...

    async def import_layer(self, layer: int, source: Path) -> None:
        """Take the standalone qcow2 file at ``source`` (ours, trusted) in as sealed ``layer``.

        ``source`` is consumed: moved where possible. If it is gone and the Layer is there, it was done
        before. Raises NoSpace, LayerMissing (neither is there), StepFailed (it is no qcow2 file).
        """
        ...

    async def seal(self, layer: int) -> None:
        """Make ``layer`` immutable: its bytes are on the disk and nobody can write to it.

        Raises LayerMissing; Transient while a process still writes; Broken on a header Dew never writes.
        """
        ...

    async def grow(self, layer: int, disk_bytes: int) -> None:
        """Give the writable ``layer`` at least ``disk_bytes`` of virtual size; never shrinks.

        Raises LayerMissing; Broken for a sealed one.
        """
        ...

    async def discard(self, layer: int) -> None:
        """Put ``layer`` in the trash, whatever its state; an absent one is fine."""
        ...

    async def export(self, chain: Chain, target: Path, progress: Callable[[float], None]) -> None:
        """Write the disk that the sealed ``chain`` (newest first) shows to ``target``, as one standalone file
        that ``import_layer`` takes; whole or not at all, replacing what has that name.

        ``progress`` is told the share done. Raises NoSpace, LayerMissing; Broken for a writable Layer.
        """
        ...

    async def merge(
        self, layer: int, merged: Chain, parents: Chain, progress: Callable[[float], None]
    ) -> None:
        """Make ``layer`` a sealed Layer that shows over ``parents`` what the sealed ``merged`` (newest first,
        over the same parents) show: a shallower parent for whatever lies over them.

        Where the Layer is there already it is left as it is. ``progress`` is told the share done. Raises
        NoSpace, LayerMissing; Broken for a writable Layer.
        """
        ...

    async def usage(self, layer: int) -> Usage:
        """Return what ``layer`` takes. Raises LayerMissing."""
        ...

    async def occupancy(self) -> Occupancy:
        """Return what every Layer that is there takes, and what the trash does: one look at the directory."""
        ...

    async def list_everything(self) -> frozenset[int]:
        """Return the ids of all Layers that are there, the trash not included. Foreign names are ignored."""
        ...

    async def empty_trash(self, older_than_seconds: float) -> int:
        """Delete what has been in the trash longer than that; return the bytes that came back."""
        ...

    async def room(self) -> Room:
        """Return how much space the store's disk has."""
        ...

    async def examine(self, layer: int, *, sealed: bool) -> Condition:
        """Look at ``layer``, which may be in use; ``sealed`` is what the database says of it.

        Raises LayerMissing.
        """
        ...

    async def read_through(self, layer: int, pace: Pace) -> Reading:
        """Read the sealed ``layer`` from end to end and check its structure. Raises LayerMissing.

        One that a program can still write to is not read; that is its damage.
        """
        ...

    async def strangers(self) -> tuple[str, ...]:
        """Return names among the Layers that Dew did not give, sorted, a bounded number of them."""
        ...

    def disk(self, chain: Chain) -> Disk:
        """Return the value with which compute opens ``chain`` (newest first)."""
        ...
