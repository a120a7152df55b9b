"""Layers as qcow2 files in one directory; the driver for one machine.

    <root>/store.json                           who this store is (0600)
           layers/layer-<id>.qcow2              a Volume (0600) or a sealed Layer (0440)
                  .making-<id>-<random>         under way; removed when the store is opened
           trash/<unix ms>-layer-<id>.qcow2     discarded

A file gets its name when it is whole and on the disk, never before, and never changes it. So a Layer that
can be seen is complete, and repeating a verb after ``kill -9`` needs no look inside. One process at a time
may open a store; the daemon sees to that (it locks its data directory).

As root, guests run under user ids of their own and share one group, ``reader_gid``: it may open the Layers
whose names it is told and list nothing. Compute gives a Volume to its guest's user; ``seal`` takes it back.
"""

import asyncio
import contextlib
import errno
import json
import os
import re
import secrets
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from dew.model.disk import Chain, QcowChain
from dew.model.errors import Broken, LayerMissing, StepFailed, Transient
from dew.storage import inspection
from dew.storage.durable import in_thread, make_directory, publish, sync, translated, write_new
from dew.storage.flatten import flatten
from dew.storage.inspection import SEALED_MODE, VOLUME_MODE
from dew.storage.merge import merge
from dew.storage.programs import RunAs, copy_file, make_qcow2, resize_qcow2
from dew.storage.qcow2_header import read_header
from dew.storage.store import Condition, Occupancy, Pace, Reading, Room, Usage
from dew.storage.trash import Trash
from dew.storage.writers import has_writer

LAYER_NAME = re.compile(r"layer-([1-9][0-9]{0,18})\.qcow2", re.ASCII)
MAKING_PREFIX = ".making-"
OWN_NAME = re.compile(rf"{LAYER_NAME.pattern}|{re.escape(MAKING_PREFIX)}.*", re.ASCII | re.DOTALL)
IDENTITY = re.compile(r"[0-9a-f]{32}", re.ASCII)

MOST_STRANGERS = 100  # to be told of; somebody who keeps more there knows it
WRITE_BITS = 0o222


class QcowStore:
    """A LayerStore of qcow2 files; see store.py for what the verbs promise. Make one with ``open``."""

    def __init__(self, root: Path, reader_gid: int | None) -> None:
        self._root = root
        self._layers = root / "layers"
        self._trash = Trash(root / "trash")
        self._reader_gid = reader_gid
        self._exporting = asyncio.Lock()  # two at once would only slow each other down, and guests twice

    @classmethod
    async def open(cls, root: Path, reader_gid: int | None = None) -> "QcowStore":
        """Open the store at ``root``; make one where there is none yet.

        ``reader_gid`` is the group all guests' processes are in (only root can use that). Raises Broken if
        there are Layers without an identity, StepFailed, NoSpace.
        """
        with translated(f"open the store at {root}"):
            store = cls(await in_thread(root.resolve), reader_gid)
            await in_thread(store._prepare)
        return store

    async def identity(self) -> str:
        """Return the store's id, read anew: a disk that was unmounted meanwhile must not look the same."""
        with translated("read the store's identity"):
            return await in_thread(self._read_identity)

    async def create_overlay(self, layer: int, parents: Chain, disk_bytes: int) -> None:
        """Make a writable Layer. Raises NoSpace, LayerMissing, StepFailed (smaller than its parent)."""
        with translated(f"create Layer {layer}"):
            if await in_thread(self._there, layer):
                return
            await in_thread(self._check_parents, layer, parents, disk_bytes)
            hint = self._path(parents[0]).name if parents else None
            async with self._making(layer) as temporary:
                await make_qcow2(temporary, disk_bytes, hint)
                await in_thread(publish, temporary, self._path(layer))

    async def import_layer(self, layer: int, source: Path) -> None:
        """Take a standalone qcow2 file in. Raises NoSpace, LayerMissing, StepFailed, Broken."""
        with translated(f"import Layer {layer}"):
            if await in_thread(self._moved_in, layer, source):
                return
            async with self._making(layer) as temporary:
                await copy_file(source, temporary)
                await in_thread(self._move_in, layer, temporary)
            await in_thread(source.unlink)

    async def seal(self, layer: int) -> None:
        """Make a Layer immutable. Raises LayerMissing, Transient (it has a writer), Broken (its header)."""
        with translated(f"seal Layer {layer}"):
            await in_thread(self._seal, layer)

    async def grow(self, layer: int, disk_bytes: int) -> None:
        """Raise a Volume's virtual size. Raises LayerMissing, NoSpace, StepFailed, Broken (sealed)."""
        with translated(f"grow Layer {layer}"):
            path = await in_thread(self._existing, layer)
            if await in_thread(self._writable_bytes, path) < disk_bytes:
                await resize_qcow2(path, disk_bytes, await in_thread(self._owner, path))
            await in_thread(sync, path)

    async def discard(self, layer: int) -> None:
        """Move a Layer to the trash; a guest that has it open keeps its bytes until it closes them."""
        with translated(f"discard Layer {layer}"):
            await in_thread(self._trash.take, self._path(layer))

    async def export(self, chain: Chain, target: Path, progress: Callable[[float], None]) -> None:
        """Write a disk out. Raises NoSpace, LayerMissing, StepFailed, Broken (a Layer is writable)."""
        with translated(f"export Layer {chain[0]}"):
            paths = [await in_thread(self._sealed, layer) for layer in chain]
            disk_bytes = (await in_thread(read_header, paths[0])).disk_bytes
            async with self._exporting:
                await flatten(paths, target, disk_bytes, self._reader, progress)

    async def merge(
        self, layer: int, merged: Chain, parents: Chain, progress: Callable[[float], None]
    ) -> None:
        """Write several Layers as one. Raises NoSpace, LayerMissing, StepFailed, Broken (one is writable)."""
        with translated(f"merge Layers into {layer}"):
            if await in_thread(self._there, layer):
                return
            paths = [await in_thread(self._sealed, each) for each in (*merged, *parents)]
            disk_bytes = (await in_thread(read_header, paths[0])).disk_bytes
            above, below = paths[: len(merged)], paths[len(merged) :]
            async with self._exporting, self._making(layer) as temporary:
                await merge(above, below, temporary, disk_bytes, self._reader, progress)
                await in_thread(self._seal_and_publish, temporary, layer)

    async def usage(self, layer: int) -> Usage:
        """Return what a Layer takes. Raises LayerMissing."""
        with translated(f"measure Layer {layer}"):
            return await in_thread(self._usage, layer)

    async def occupancy(self) -> Occupancy:
        """Return what everything here takes."""
        with translated("measure the store"):
            return await in_thread(lambda: Occupancy(dict(self._allocated()), self._trash.allocated_bytes()))

    async def list_everything(self) -> frozenset[int]:
        """Return the ids of all Layers that are there; whatever has another name is not Dew's."""
        with translated("list the Layers"):
            return await in_thread(lambda: frozenset(layer for layer, _ in self._allocated()))

    async def empty_trash(self, older_than_seconds: float) -> int:
        """Delete the expired, the oldest first; return the bytes that came back."""
        with translated("empty the trash"):
            freed_bytes = 0
            for path in await in_thread(self._trash.older_than, older_than_seconds):
                freed_bytes += await in_thread(self._trash.delete, path)
            return freed_bytes

    async def room(self) -> Room:
        """Return the space of the filesystem that the Layers are on."""
        with translated("measure the Layers' disk"):
            disk = await in_thread(os.statvfs, self._layers)
        return Room(disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize)

    async def examine(self, layer: int, *, sealed: bool) -> Condition:
        """Look at one Layer's file. Raises LayerMissing."""
        with translated(f"examine Layer {layer}"):
            return await in_thread(self._examine, layer, sealed)

    async def read_through(self, layer: int, pace: Pace) -> Reading:
        """Read a sealed Layer to its end and check it. Raises LayerMissing, StepFailed (it can't be read)."""
        with translated(f"read Layer {layer}"):
            path = await in_thread(self._existing, layer)
            return await inspection.read_through(path, pace, self._reader_gid)

    async def strangers(self) -> tuple[str, ...]:
        """Return names in the directory of the Layers that Dew did not give."""
        with translated("list the Layers"):
            return await in_thread(self._strangers)

    def disk(self, chain: Chain) -> QcowChain:
        """Return the files of ``chain``, newest first; nothing is looked at."""
        return QcowChain(tuple(self._path(layer) for layer in chain))

    # What follows blocks and runs in threads.

    def _prepare(self) -> None:
        shared = self._reader_gid is not None
        self._make_directory(self._root, 0o711 if shared else 0o700)
        self._make_directory(self._layers, 0o710 if shared else 0o700)
        self._make_directory(self._root / "trash", 0o700)
        if self._reader_gid is not None:
            os.chown(self._layers, -1, self._reader_gid)
        sync(self._root)
        self._remove_leftovers()
        self._ensure_identity()

    def _make_directory(self, directory: Path, mode: int) -> None:
        make_directory(directory, mode)
        directory.chmod(mode)  # whatever the umask is, and whoever made it

    def _remove_leftovers(self) -> None:
        for directory in (self._root, self._layers):
            for leftover in directory.glob(f"{MAKING_PREFIX}*"):
                leftover.unlink()

    def _ensure_identity(self) -> None:
        if self._identity_path.exists():
            self._read_identity()
            return
        if any(self._allocated()) or not self._trash.is_empty():
            raise Broken(
                f"{self._root} holds Layers, but its {self._identity_path.name} is gone. Put it back from a "
                'copy, or write it anew as {"identity": "…"} with the identity that the database remembers; '
                "for a new store, name an empty directory."
            )
        text = json.dumps({"identity": secrets.token_hex(16)}) + "\n"
        write_new(self._identity_path, self._root / f"{MAKING_PREFIX}{secrets.token_hex(8)}", text)

    @property
    def _identity_path(self) -> Path:
        return self._root / "store.json"

    def _read_identity(self) -> str:
        try:
            identity = json.loads(self._identity_path.read_bytes())["identity"]
        except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
            raise self._identity_unreadable() from error
        if not isinstance(identity, str) or not IDENTITY.fullmatch(identity):
            raise self._identity_unreadable()
        return identity

    def _identity_unreadable(self) -> Broken:
        return Broken(
            f"{self._identity_path} is gone or does not hold an identity. See that the store's disk is "
            "mounted, or put the file back from a copy."
        )

    def _path(self, layer: int) -> Path:
        return self._layers / f"layer-{layer}.qcow2"

    def _existing(self, layer: int) -> Path:
        path = self._path(layer)
        if not path.is_file():
            raise LayerMissing(f"Layer {layer} is not in the store: {path} does not exist.")
        return path

    def _sealed(self, layer: int) -> Path:
        path = self._existing(layer)
        if path.stat().st_mode & WRITE_BITS:
            raise Broken(f"{path} can still be written, so what it holds has no meaning outside the store.")
        read_header(path).require_plain(path)
        return path

    def _there(self, layer: int) -> bool:
        """Whether the Layer is there, for good: its maker may have died before it synced the directory."""
        there = self._path(layer).exists()
        if there:
            sync(self._layers)
        return there

    def _check_parents(self, layer: int, parents: Chain, disk_bytes: int) -> None:
        for parent in parents:
            self._existing(parent)
        if not parents:
            return
        parent_bytes = read_header(self._path(parents[0])).disk_bytes
        if disk_bytes < parent_bytes:
            # Beyond its end a shorter overlay hides its parent; growing it would show old bytes again.
            raise StepFailed(
                f"Layer {layer} can't have {disk_bytes} bytes: its parent, Layer {parents[0]}, "
                f"has {parent_bytes}. Ask for at least as much."
            )

    @contextlib.asynccontextmanager
    async def _making(self, layer: int) -> AsyncIterator[Path]:
        """Give an empty private file that is gone afterwards unless it was published."""
        temporary = self._layers / f"{MAKING_PREFIX}{layer}-{secrets.token_hex(8)}"
        await in_thread(temporary.touch, VOLUME_MODE, exist_ok=False)
        try:
            yield temporary
        finally:
            await in_thread(temporary.unlink, missing_ok=True)

    def _seal_and_publish(self, whole: Path, layer: int) -> None:
        read_header(whole).require_plain(whole)
        self._move_in(layer, whole)

    def _moved_in(self, layer: int, source: Path) -> bool:
        """Take ``source`` in without copying; False if it is on another filesystem."""
        if self._there(layer):
            source.unlink(missing_ok=True)
            return True
        if not source.exists():
            raise LayerMissing(f"Layer {layer} is not in the store, and neither is its source {source}.")
        read_header(source).require_plain(source)
        try:
            self._move_in(layer, source)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        return True

    def _move_in(self, layer: int, whole: Path) -> None:
        """Seal first, name afterwards: an imported Layer is never seen writable."""
        self._make_read_only(whole)
        publish(whole, self._path(layer))

    def _seal(self, layer: int) -> None:
        path = self._existing(layer)
        if has_writer(path):  # modes bind only those who open it from now on
            raise Transient(f"Layer {layer} can't be sealed yet: a QEMU process still writes to {path}.")
        self._make_read_only(path)
        read_header(path).require_plain(path)  # after its guest lost the right to change it
        sync(path)
        sync(self._layers)

    def _make_read_only(self, path: Path) -> None:
        if self._reader_gid is not None:
            os.chown(path, os.geteuid(), self._reader_gid, follow_symlinks=False)
        path.chmod(SEALED_MODE)

    def _writable_bytes(self, path: Path) -> int:
        """Return the virtual size of a file that may still change."""
        if not path.stat().st_mode & WRITE_BITS:
            raise Broken(f"{path} is sealed and must never change, but something asked to grow it.")
        header = read_header(path)
        header.require_plain(path)
        return header.disk_bytes

    @property
    def _reader(self) -> RunAs | None:
        """Whose rights suffice to read sealed Layers: a user that owns nothing, in the guests' group."""
        return None if self._reader_gid is None else RunAs(self._reader_gid, self._reader_gid)

    def _owner(self, path: Path) -> RunAs | None:
        """Return whose rights suffice to change the file: what a guest wrote is not parsed as root."""
        return None if self._reader_gid is None else RunAs(path.stat().st_uid, self._reader_gid)

    def _usage(self, layer: int) -> Usage:
        path = self._existing(layer)
        return Usage(path.stat().st_blocks * 512, read_header(path).disk_bytes)

    def _examine(self, layer: int, sealed: bool) -> Condition:
        path = self._path(layer)
        try:
            return inspection.examine(path, sealed=sealed, reader_gid=self._reader_gid)
        except FileNotFoundError as error:
            raise LayerMissing(f"Layer {layer} is not in the store: {path} does not exist.") from error

    def _strangers(self) -> tuple[str, ...]:
        foreign = (path.name for path in self._layers.iterdir() if not OWN_NAME.fullmatch(path.name))
        return tuple(sorted(foreign)[:MOST_STRANGERS])

    def _allocated(self) -> Iterator[tuple[int, int]]:
        """Yield each Layer that is there, and the bytes it takes."""
        with os.scandir(self._layers) as entries:
            for entry in entries:
                if not (match := LAYER_NAME.fullmatch(entry.name)):
                    continue
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode):
                    yield int(match[1]), found.st_blocks * 512
