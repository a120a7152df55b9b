"""Layers in memory, for tests and ``dewd --simulate``; keeps every promise of the contract but durability.

The bytes live in a ``MemoryDisks`` that can be handed to a second store, as files outlive a daemon that
crashed. Contents are modelled: a Layer maps keys (say, block numbers) to the bytes written there, so that
a test can say exactly what a Droplet must read, and a write to a sealed Layer is Broken on the spot.
"""

import json
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path

from blake3 import blake3

from dew.model.disk import Chain, MemoryDisk
from dew.model.errors import Broken, LayerMissing, StepFailed
from dew.storage.durable import full_disk, in_thread
from dew.storage.qcow2_header import LAYOUT, MAGIC, parse_header
from dew.storage.store import Condition, Occupancy, Pace, Reading, Room, Usage

EMPTY_LAYER_BYTES = 200 * 1024
"""What an empty qcow2 file takes, so that room shrinks as it does on a real disk."""

DEFAULT_CAPACITY_BYTES = 4 << 50  # thousands of Droplets

IMPORTED = "imported"
"""The key under which an imported Layer holds its source's file name, if nothing else is known of it."""

MODEL_OFFSET = 65536
"""Where an exported Layer's content begins: behind a cluster with a qcow2 header, which is all others see."""

LARGEST_MODEL_BYTES = 16 * 2**20


@dataclass
class MemoryLayer:
    """One Layer's modelled bytes."""

    disk_bytes: int
    sealed: bool = False
    content: dict[Hashable, bytes] = field(default_factory=dict)

    @property
    def allocated_bytes(self) -> int:
        """What it would take on a disk."""
        return EMPTY_LAYER_BYTES + sum(len(value) for value in self.content.values())


@dataclass
class MemoryDisks:
    """What a crash leaves: everything. Share one between stores to model a daemon that starts again."""

    capacity_bytes: int = DEFAULT_CAPACITY_BYTES
    identity: str = field(default_factory=lambda: secrets.token_hex(16))
    layers: dict[int, MemoryLayer] = field(default_factory=dict)
    trash: list[tuple[float, int, MemoryLayer]] = field(default_factory=list)  # (unix seconds, id, Layer)

    @property
    def free_bytes(self) -> int:
        """What is left of the capacity; the trash counts as used."""
        kept = [*self.layers.values(), *(layer for _, _, layer in self.trash)]
        return self.capacity_bytes - sum(layer.allocated_bytes for layer in kept)


class MemoryStore:
    """A LayerStore in memory; see store.py for what the verbs promise."""

    def __init__(self, disks: MemoryDisks | None = None) -> None:
        self.disks = disks or MemoryDisks()

    async def identity(self) -> str:
        """Return the disks' own id."""
        return self.disks.identity

    async def create_overlay(self, layer: int, parents: Chain, disk_bytes: int) -> None:
        """Make a writable Layer. Raises NoSpace, LayerMissing, StepFailed (smaller than its parent)."""
        if layer in self.disks.layers:
            return
        sizes = [self._existing(parent).disk_bytes for parent in parents]
        if sizes and disk_bytes < sizes[0]:
            raise StepFailed(
                f"Layer {layer} can't have {disk_bytes} bytes: its parent has {sizes[0]}. "
                "Ask for at least as much."
            )
        self._require_room(EMPTY_LAYER_BYTES, f"create Layer {layer}")
        self.disks.layers[layer] = MemoryLayer(disk_bytes)

    async def import_layer(self, layer: int, source: Path) -> None:
        """Take a file in. Raises NoSpace, LayerMissing.

        Unlike on a disk, a ``source`` that is no qcow2 will do: it counts as a disk of its own length, so
        that a simulation needs no qemu-img.
        """
        if layer not in self.disks.layers:
            disk_bytes = await in_thread(_disk_bytes, layer, source)
            self._require_room(EMPTY_LAYER_BYTES, f"import Layer {layer}")
            content = await in_thread(_content, source)
            self.disks.layers[layer] = MemoryLayer(disk_bytes, sealed=True, content=content)
        await in_thread(source.unlink, missing_ok=True)

    async def seal(self, layer: int) -> None:
        """Make a Layer immutable. Raises LayerMissing."""
        self._existing(layer).sealed = True

    async def grow(self, layer: int, disk_bytes: int) -> None:
        """Raise a Volume's virtual size. Raises LayerMissing, Broken (sealed)."""
        volume = self._writable(layer)
        volume.disk_bytes = max(volume.disk_bytes, disk_bytes)

    async def discard(self, layer: int) -> None:
        """Move a Layer to the trash."""
        if found := self.disks.layers.pop(layer, None):
            self.disks.trash.append((time.time(), layer, found))

    async def export(self, chain: Chain, target: Path, progress: Callable[[float], None]) -> None:
        """Write a disk's model out, behind a qcow2 header. Raises LayerMissing, Broken."""
        layers = [self._existing(layer) for layer in chain]
        if not all(layer.sealed for layer in layers):
            raise Broken(f"Layer {chain[0]} can still be written, so it can't be exported.")
        content = {key: value for layer in reversed(layers) for key, value in layer.content.items()}
        self._require_room(EMPTY_LAYER_BYTES, f"export Layer {chain[0]}")
        header = LAYOUT.pack(MAGIC, 3, layers[0].disk_bytes, 0).ljust(MODEL_OFFSET, b"\0")
        model = json.dumps([[key, value.hex()] for key, value in content.items()])
        progress(0.5)
        await in_thread(target.write_bytes, header + model.encode())

    async def merge(
        self, layer: int, merged: Chain, parents: Chain, progress: Callable[[float], None]
    ) -> None:
        """Write several Layers as one. Raises NoSpace, LayerMissing, Broken."""
        if layer in self.disks.layers:
            return
        found = [self._existing(each) for each in (*merged, *parents)][: len(merged)]
        if not all(each.sealed for each in found):
            raise Broken(f"Layer {merged[0]} can still be written, so it can't be merged.")
        content = {key: value for each in reversed(found) for key, value in each.content.items()}
        self._require_room(EMPTY_LAYER_BYTES + sum(map(len, content.values())), f"merge into Layer {layer}")
        progress(0.5)
        self.disks.layers[layer] = MemoryLayer(found[0].disk_bytes, sealed=True, content=content)

    async def usage(self, layer: int) -> Usage:
        """Return what a Layer takes. Raises LayerMissing."""
        found = self._existing(layer)
        return Usage(found.allocated_bytes, found.disk_bytes)

    async def occupancy(self) -> Occupancy:
        """Return what everything here takes."""
        trash_bytes = sum(layer.allocated_bytes for _, _, layer in self.disks.trash)
        layers = {layer: found.allocated_bytes for layer, found in self.disks.layers.items()}
        return Occupancy(layers, trash_bytes)

    async def list_everything(self) -> frozenset[int]:
        """Return the ids of all Layers that are there."""
        return frozenset(self.disks.layers)

    async def empty_trash(self, older_than_seconds: float) -> int:
        """Forget the expired; return the bytes that came back."""
        latest = time.time() - older_than_seconds
        expired = [entry for entry in self.disks.trash if entry[0] <= latest]
        self.disks.trash = [entry for entry in self.disks.trash if entry[0] > latest]
        return sum(layer.allocated_bytes for _, _, layer in expired)

    async def room(self) -> Room:
        """Return the capacity and what is left of it."""
        return Room(self.disks.capacity_bytes, max(0, self.disks.free_bytes))

    async def examine(self, layer: int, *, sealed: bool) -> Condition:
        """Look at one Layer. Raises LayerMissing."""
        found = self._existing(layer)
        return Condition(found.disk_bytes, "", _open(layer) if sealed and not found.sealed else "")

    async def read_through(self, layer: int, pace: Pace) -> Reading:
        """Read one Layer. Raises LayerMissing."""
        found = self._existing(layer)
        if not found.sealed:
            return Reading("", _open(layer))
        await pace(found.allocated_bytes)
        bytes_held = repr((found.disk_bytes, sorted(found.content.items(), key=repr))).encode()
        return Reading(blake3(bytes_held).hexdigest(), "")

    async def strangers(self) -> tuple[str, ...]:
        """Nobody else has a way in."""
        return ()

    def disk(self, chain: Chain) -> MemoryDisk:
        """Return the value that the in-memory Host opens."""
        return MemoryDisk(chain)

    def write(self, layer: int, key: Hashable, value: bytes) -> None:
        """Write as a guest would. Raises Broken if the Layer is sealed, LayerMissing, NoSpace."""
        volume = self._writable(layer)
        self._require_room(len(value) - len(volume.content.get(key, b"")), f"write to Layer {layer}")
        volume.content[key] = value

    def read(self, chain: Chain, key: Hashable) -> bytes | None:
        """Read as a guest would: the newest Layer that has the key, or None. Raises LayerMissing."""
        layers = [self._existing(layer) for layer in chain]
        return next((layer.content[key] for layer in layers if key in layer.content), None)

    def _existing(self, layer: int) -> MemoryLayer:
        if layer not in self.disks.layers:
            raise LayerMissing(f"Layer {layer} is not in the store.")
        return self.disks.layers[layer]

    def _writable(self, layer: int) -> MemoryLayer:
        found = self._existing(layer)
        if found.sealed:
            raise Broken(f"Layer {layer} is sealed and must never change, but something asked to change it.")
        return found

    def _require_room(self, needed_bytes: int, doing: str) -> None:
        if needed_bytes > self.disks.free_bytes:
            raise full_disk(doing)


def _open(layer: int) -> str:
    return f"Layer {layer} should be sealed, and can be written to."


def _content(source: Path) -> dict[Hashable, bytes]:
    """Return what a file holds: the model that ``export`` wrote, else its name."""
    with source.open("rb") as file:
        whole = file.read(len(MAGIC)) == MAGIC  # else export did not write it, and it may be long
        file.seek(MODEL_OFFSET)
        model = file.read(LARGEST_MODEL_BYTES) if whole else b""
    try:
        return {key: bytes.fromhex(value) for key, value in json.loads(model)}
    except (ValueError, TypeError):
        return {IMPORTED: source.name.encode()}


def _disk_bytes(layer: int, source: Path) -> int:
    """Return the virtual size of a file, or its length if it is no qcow2."""
    if not source.is_file():
        raise LayerMissing(f"Layer {layer} is not in the store, and neither is its source {source}.")
    with source.open("rb") as file:
        start = file.read(LAYOUT.size)
    if not start.startswith(MAGIC):
        return source.stat().st_size
    header = parse_header(start, source)
    header.require_plain(source)
    return header.disk_bytes
