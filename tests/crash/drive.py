"""A drive whose power may be cut: what it holds for certain, and what it may hold or may have lost.

Certain is what was synced: a file's bytes by a sync of it, its name by a sync of the directory. All else
is kept or lost piece by piece, in any order, as POSIX allows and some filesystem does:

- of a write, any sectors; where a later part is kept, what was lost before it reads as zeros;
- a file without its name, a name without the file's bytes, the new mode with the old bytes;
- a rename is kept or lost as a whole, and is certain when all directories it changed are synced.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname
from random import Random

from tests.crash.recording import (
    Create,
    Link,
    Mode,
    Operation,
    Rename,
    Resize,
    Sync,
    Unlink,
    Write,
    Zero,
)

SECTOR_BYTES = 512  # what a drive writes whole or not at all
PAGE_BYTES = 4096  # what a kernel writes back at once

Change = Write | Zero | Resize | Mode


@dataclass(frozen=True)
class Left:
    """What is left of a file or directory; directories have no content."""

    mode: int
    content: bytes | None

    @cached_property
    def digest(self) -> bytes:
        return hashlib.blake2b(self.content or b"").digest()


Files = dict[str, Left]
"""What is left, by path, parents first."""


@dataclass(frozen=True)
class Fate:
    """What becomes of that which is not certain; each is asked with the number of an operation."""

    name: str
    keeps_names: Callable[[int], bool]
    keeps_data: Callable[[int], bool]
    piece_bytes: int = PAGE_BYTES


def fates(random: Random, numbers: range, chances: int) -> Iterator[Fate]:
    """Yield the two extremes, then ``chances`` others for what the operations ``numbers`` left unsynced."""
    yield Fate("all is lost", lambda _: False, lambda _: False)
    yield Fate("all is kept", lambda _: True, lambda _: True)
    for _ in range(chances):
        yield random.choice((_only_names, _only_data, _torn, _until, _since))(random, numbers)


def _only_names(_random: Random, _numbers: range) -> Fate:
    return Fate("names are kept without data", lambda _: True, lambda _: False)


def _only_data(_random: Random, _numbers: range) -> Fate:
    return Fate("data are kept without names", lambda _: False, lambda _: True)


def _torn(random: Random, _numbers: range) -> Fate:
    likely, piece_bytes = random.choice((0.1, 0.5, 0.9)), random.choice((SECTOR_BYTES, PAGE_BYTES, 1 << 30))
    return Fate(
        f"each piece of {piece_bytes} bytes is kept with chance {likely}",
        lambda _: random.random() < likely,
        lambda _: random.random() < likely,
        piece_bytes,
    )


def _until(random: Random, numbers: range) -> Fate:
    end = random.choice(numbers)
    return Fate(f"what came before {end} is kept", lambda number: number < end, lambda number: number < end)


def _since(random: Random, numbers: range) -> Fate:
    start = random.choice(numbers)
    return Fate(
        f"what came since {start} is kept", lambda number: number >= start, lambda number: number >= start
    )


@dataclass
class Inode:
    """A file's or directory's certain content, and changes that are not synced yet with their numbers."""

    mode: int
    directory: bool = False
    content: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Change]] = field(default_factory=list)
    certain: Left | None = None  # content and mode, if they have been asked for since they changed

    def as_it_is(self) -> Left:
        return Left(self.mode, None if self.directory else bytes(self.content))


@dataclass
class Naming:
    """What one operation made of names; certain when no directory is unsynced any more."""

    number: int
    names: dict[str, Inode | None]
    unsynced: set[str]


class Drive:
    """Takes operations; tells what there may be after a power cut."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._now: dict[str, Inode] = {root: Inode(0o700, directory=True)}
        self._certain = dict(self._now)
        self._namings: list[Naming] = []
        self._number = 0

    def take(self, operation: Operation) -> None:
        """Let the operation happen; those of a recording have to be taken in order, from the first."""
        match operation:
            case Create(path, mode, directory):
                self._name({path: Inode(mode, directory)})
            case Link(path, to):
                self._name({to: self._now[path]})
            case Rename(path, to):
                self._name({to: self._now[path], path: None})
            case Unlink(path):
                self._name({path: None})
            case Write(path) | Zero(path) | Resize(path) | Mode(path):
                self._now[path].pending.append((self._number, operation))
            case Sync(path):
                self._sync(operation)
        self._number += 1

    def _name(self, names: dict[str, Inode | None]) -> None:
        for path, inode in names.items():
            put(self._now, path, inode)
        self._namings.append(Naming(self._number, names, {dirname(path) for path in names}))

    def _sync(self, sync: Sync) -> None:
        inode = self._now[sync.path]
        late = []
        for number, change in inode.pending:
            if number < sync.begun and not (sync.data_only and isinstance(change, Mode)):
                apply(change, inode)
            else:
                late.append((number, change))
        inode.pending = late
        if inode.directory:
            self._sync_names(sync)

    def _sync_names(self, sync: Sync) -> None:
        for naming in self._namings:
            if naming.number < sync.begun:
                naming.unsynced.discard(sync.path)
        while self._namings and not self._namings[0].unsynced:
            for path, inode in self._namings.pop(0).names.items():
                put(self._certain, path, inode)

    def unsynced(self) -> range:
        """Return from where to where operations are not certain."""
        oldest = [number for inode in self._now.values() for number, _ in inode.pending[:1]]
        oldest += [naming.number for naming in self._namings[:1]]
        return range(min(oldest, default=self._number), self._number + 1)

    def after_power_cut(self, fate: Fate) -> Files:
        """Return what is there when power comes back."""
        names = dict(self._certain)
        for naming in self._namings:
            if not naming.unsynced or fate.keeps_names(naming.number):
                for path, inode in naming.names.items():
                    put(names, path, inode)
        left: dict[int, Left] = {}
        for inode in names.values():
            if id(inode) not in left:
                left[id(inode)] = left_of(inode, fate)
        there: Files = {}
        for path in sorted(names):
            if path == self._root or dirname(path) in there:  # else a directory was lost with all in it
                there[path] = left[id(names[path])]
        return there


def put(names: dict[str, Inode], path: str, inode: Inode | None) -> None:
    """Let a name mean an inode, or nothing."""
    if inode is None:
        names.pop(path, None)
    else:
        names[path] = inode


def left_of(inode: Inode, fate: Fate) -> Left:
    """Return what is left of a file if this is its fate."""
    kept = [
        piece
        for number, change in inode.pending
        for piece in pieces(change, fate.piece_bytes)
        if fate.keeps_data(number)
    ]
    if kept:
        after = Inode(inode.mode, inode.directory, bytearray(inode.content))
        for piece in kept:
            apply(piece, after)
        return after.as_it_is()
    inode.certain = inode.certain or inode.as_it_is()
    return inode.certain


def pieces(change: Change, piece_bytes: int) -> Iterator[Change]:
    """Yield what of a change may be lost or kept by itself."""
    if not isinstance(change, Write):
        yield change
        return
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        following = min(end, start - start % piece_bytes + piece_bytes)
        yield Write(change.path, start, change.data[start - change.offset : following - change.offset])
        start = following


def apply(change: Change, inode: Inode) -> None:
    """Change a file's content or mode."""
    inode.certain = None
    content = inode.content
    match change:
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Zero(_, offset, length):
            end = min(len(content), offset + length)
            content[offset:end] = bytes(max(0, end - offset))
        case Resize(_, size, may_shrink):
            content.extend(bytes(max(0, size - len(content))))
            if may_shrink:
                del content[size:]
        case Mode(_, mode):
            inode.mode = mode
