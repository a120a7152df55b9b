"""Everything that a program and its children did to the files below one directory, as strace saw it.

System calls, so that SQLite's and qemu-img's writes are in it too. A call is written down before it may
return: what happened before something else also comes before it here.
"""

import re
import subprocess
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 120.0
LONGEST_WRITE_BYTES = 16 << 20  # strace cuts off what is longer, and such a recording is refused
UMASK = 0o077  # dewd's

CALLS = (
    "open,openat,creat,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,"
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,"
    "chmod,fchmod,fchmodat,fsync,fdatasync,sync,syncfs,copy_file_range,sendfile,splice"
)

REBUILT = "-shm"
"""How SQLite's shared memory is called: written through mappings, and made anew after a power cut."""


@dataclass(frozen=True)
class Write:
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Zero:
    """A range that was given back or zeroed; the size stays."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True)
class Resize:
    path: str
    size: int
    may_shrink: bool = True


@dataclass(frozen=True)
class Mode:
    path: str
    mode: int


@dataclass(frozen=True)
class Create:
    path: str
    mode: int
    directory: bool = False


@dataclass(frozen=True)
class Link:
    path: str
    to: str


@dataclass(frozen=True)
class Rename:
    path: str
    to: str


@dataclass(frozen=True)
class Unlink:
    path: str


@dataclass(frozen=True)
class Sync:
    """A file or a directory is on the disk, as it was when ``begun`` operations had been made."""

    path: str
    begun: int
    data_only: bool = False


@dataclass(frozen=True)
class Said:
    """A line that the program wrote into its diary."""

    line: str


Operation = Write | Zero | Resize | Mode | Create | Link | Rename | Unlink | Sync | Said


def record(command: Sequence[str], directory: Path, diary: Path, log: Path) -> list[Operation]:
    """Run ``command`` to its good end; return what it did below ``directory`` and said to ``diary``."""
    tracing = ("strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", str(LONGEST_WRITE_BYTES))
    done = subprocess.run(
        [*tracing, "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log), *command],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
        umask=UMASK,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-6000:]
    with log.open() as lines:
        return Reader(directory, diary).read(lines)


@dataclass(frozen=True)
class Call:
    name: str
    arguments: list[str]
    result: str
    begun: int  # number of the line
    ended: int


CALL = re.compile(r"(\w+)\((.*)\) += (\S+).*")
DESCRIPTOR = re.compile(r"(-?\d+|AT_FDCWD)<([^>]*)>(\(deleted\))?")
STRING = re.compile(r'"([^"]*)"(\.\.\.)?')


def whole_calls(lines: Iterator[str]) -> Iterator[Call]:
    """Yield the calls that succeeded, in the order in which they ended."""
    unfinished: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines):
        task, rest = line.rstrip("\n").split(maxsplit=1)
        begun = number
        if rest.endswith("<unfinished ...>"):
            unfinished[task] = rest.removesuffix("<unfinished ...>"), number
            continue
        if rest.startswith("<... "):
            first, begun = unfinished.pop(task)
            rest = first + rest.partition(" resumed>")[2]
        if (match := CALL.fullmatch(rest)) and not match[3].startswith(("-1", "?")):
            yield Call(match[1], match[2].split(", "), match[3], begun, number)


class Reader:
    """Turns calls into operations on the files of one directory."""

    def __init__(self, directory: Path, diary: Path) -> None:
        self._directory = str(directory)
        self._diary = str(diary)
        self._existing: set[str] = set()
        self._positions: dict[tuple[str, str], int] = {}  # of descriptors, for writes that name no offset
        self._appending: set[tuple[str, str]] = set()  # descriptors that write at the end, wherever that is
        self._lengths: dict[str, int] = {}
        self._operations: list[Operation] = []
        self._ends: list[int] = []  # the line on which each operation ended

    def read(self, lines: Iterator[str]) -> list[Operation]:
        for call in whole_calls(lines):
            made = list(self._understand(call))
            for operation in made:
                self._measure(operation)
            self._operations += made
            self._ends += [call.ended] * len(made)
        return self._operations

    def _measure(self, operation: Operation) -> None:
        """Note how long files are."""
        lengths = self._lengths
        match operation:
            case Create(path) | Unlink(path):
                lengths.pop(path, None)
            case Write(path, offset, data):
                lengths[path] = max(lengths.get(path, 0), offset + len(data))
            case Resize(path, size, may_shrink):
                lengths[path] = size if may_shrink else max(lengths.get(path, 0), size)
            case Link(path, to) | Rename(path, to):
                lengths[to] = lengths.get(path, 0)

    def _understand(self, call: Call) -> Iterator[Operation]:
        name = call.name.removesuffix("at2").removesuffix("at").removesuffix("64")
        match name:
            case "open" | "creat":
                yield from self._opened(call)
            case "write" | "pwrite" | "writev" | "pwritev" | "pwritev2":
                yield from self._written(call)
            case "lseek":
                self._positions[self._descriptor(call)] = int(call.result)
            case "chmod" | "fchmod" | "mkdir":
                yield from self._moded(name, call)
            case "link" | "rename" | "unlink" | "rmdir":
                yield from self._named(name, call)
            case "fsync" | "fdatasync":
                if self._is_ours(path := self._path(call)):
                    yield Sync(path, bisect_left(self._ends, call.begun), name == "fdatasync")
            case "ftruncate" | "truncate":
                if self._is_ours(path := self._path(call)):
                    yield Resize(path, int(call.arguments[1]))
            case "fallocate":
                yield from self._allocated(call)
            case _:
                touched = [path for path in self._all_paths(call) if self._is_ours(path)]
                assert call.name not in ("sync", "syncfs"), "a whole filesystem was synced"
                assert not touched, f"cannot replay {call.name} of {touched}"

    def _opened(self, call: Call) -> Iterator[Operation]:
        path = self._all_paths(call)[-1] if not call.result.count("<") else self._decode(call.result)
        descriptor = call.result.partition("<")[0], path
        self._positions[descriptor] = 0
        flags = next((part for part in call.arguments if part.startswith("O_")), "O_CREAT|O_TRUNC")
        if not self._is_ours(path):
            return
        assert "O_TMPFILE" not in flags, f"cannot replay {call}"
        (self._appending.add if "O_APPEND" in flags else self._appending.discard)(descriptor)
        if "O_CREAT" in flags and path not in self._existing:
            self._existing.add(path)
            yield Create(path, int(call.arguments[-1], 8) & ~UMASK)
        elif "O_TRUNC" in flags:
            yield Resize(path, 0)

    def _written(self, call: Call) -> Iterator[Operation]:
        descriptor, path = self._descriptor(call)
        if path != self._diary and not self._is_ours(path):
            return
        assert not any(part.endswith('"...') for part in call.arguments), "a write was too long for strace"
        data = b"".join(self._bytes(text) for part in call.arguments for text, _ in STRING.findall(part))
        data = data[: int(call.result)]
        if path == self._diary:
            yield Said(data.decode())
            return
        if call.name.startswith("p"):
            offset = int(call.arguments[-1 if call.name != "pwritev2" else -2])
        elif (descriptor, path) in self._appending:
            offset = self._lengths.get(path, 0)
        else:
            offset = self._positions[descriptor, path]
            self._positions[descriptor, path] += len(data)
        yield Write(path, offset, data)

    def _moded(self, name: str, call: Call) -> Iterator[Operation]:
        path = self._path(call)
        mode = int(next(part for part in call.arguments if part.startswith("0")), 8)
        if self._is_ours(path):
            yield Create(path, mode & ~UMASK, directory=True) if name == "mkdir" else Mode(path, mode)

    def _named(self, name: str, call: Call) -> Iterator[Operation]:
        paths = self._all_paths(call)
        if not any(self._is_ours(path) for path in paths):
            return
        assert all(self._is_ours(path) for path in paths), f"{call.name} leads out of the directory: {paths}"
        if name in ("unlink", "rmdir"):
            self._existing.discard(paths[0])
            yield Unlink(paths[0])
            return
        if name == "rename":
            self._existing.discard(paths[0])
        self._existing.add(paths[1])
        yield Link(*paths) if name == "link" else Rename(*paths)

    def _allocated(self, call: Call) -> Iterator[Operation]:
        path, mode = self._path(call), call.arguments[1]
        offset, length = int(call.arguments[2]), int(call.arguments[3])
        if not self._is_ours(path):
            return
        if "PUNCH_HOLE" in mode or "ZERO_RANGE" in mode:
            yield Zero(path, offset, length)
        if "KEEP_SIZE" not in mode:
            yield Resize(path, offset + length, may_shrink=False)

    def _is_ours(self, path: str) -> bool:
        inside = path == self._directory or path.startswith(self._directory + "/")
        return inside and not path.endswith(REBUILT)

    def _descriptor(self, call: Call) -> tuple[str, str]:
        """Return a call's descriptor and what it is open on."""
        match = DESCRIPTOR.match(call.arguments[0])
        assert match, call
        path = self._decode(call.arguments[0])
        assert not (match[3] and self._is_ours(path)), f"{call.name} to a deleted file: {path}"
        return match[1], path

    def _path(self, call: Call) -> str:
        return self._all_paths(call)[0]

    def _all_paths(self, call: Call) -> list[str]:
        """Return the paths that a call names, or has as descriptors, resolved."""
        found, start = [], ""
        for part in call.arguments:
            if DESCRIPTOR.match(part):
                start = self._decode(part)
            elif match := STRING.match(part):
                found.append(str(Path(start) / self._bytes(match[1]).decode(errors="replace")))
        return found or [start]

    def _decode(self, text: str) -> str:
        return self._bytes(text.partition("<")[2].partition(">")[0]).decode(errors="replace")

    @staticmethod
    def _bytes(text: str) -> bytes:
        return bytes.fromhex(text.replace("\\x", ""))
