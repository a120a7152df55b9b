"""What the Host keeps of one guest on the disk: ``run/<droplet_id>/``.

    guest.json      who its process is (GuestRecord), written before that process may become QEMU
    seed.iso        its identity, read-only
    *.sock          monitor, agent, console, network: the daemon listens, QEMU inherits
    qemu.log        what QEMU said; console.log, console.log.1 what the guest printed

As root the directory is root's, mode 0710 with the guest's group: its QEMU can open the seed and change
nothing. A QEMU that was taken over by its guest can therefore not forge a record to have root kill some
other process, nor put a socket of its own in place of one of these.
"""

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path

from dew.compute.qemu_process import ProcessIdentity
from dew.model.errors import GuestRefused

SOCKET_PATH_BYTES = 107
"""The kernel's limit on the path of a UNIX socket, without the zero at its end."""

SOCKET_NAMES = ("monitor", "agent", "console", "network")


@dataclass(frozen=True)
class GuestRecord:
    """What has to survive the daemon to take a guest up again."""

    process: ProcessIdentity
    address: IPv4Address  # where the host reaches it

    def encode(self) -> bytes:
        """Return it as JSON."""
        return json.dumps({"process": asdict(self.process), "address": str(self.address)}).encode()

    @classmethod
    def decode(cls, text: bytes) -> "GuestRecord":
        """Read it back; raises ValueError, KeyError or TypeError."""
        value = json.loads(text)
        return cls(ProcessIdentity(**value["process"]), IPv4Address(value["address"]))


@dataclass(frozen=True)
class GuestDirectory:
    """One guest's directory; ``gid`` is the guest's group, None without root. All methods block."""

    path: Path
    gid: int | None

    @property
    def record_path(self) -> Path:
        """Where the record is."""
        return self.path / "guest.json"

    @property
    def seed_path(self) -> Path:
        """Where the seed is."""
        return self.path / "seed.iso"

    @property
    def qemu_log(self) -> Path:
        """Where QEMU's complaints go."""
        return self.path / "qemu.log"

    @property
    def console_log(self) -> Path:
        """Where the guest's serial output goes."""
        return self.path / "console.log"

    def socket_path(self, name: str) -> Path:
        """Return the path of one of SOCKET_NAMES."""
        return self.path / f"{name}.sock"

    def prepare(self, seed: bytes) -> None:
        """Make the directory fit for a new start. Raises GuestRefused if its path is too long, OSError."""
        longest = max(len(os.fsencode(self.socket_path(name))) for name in SOCKET_NAMES)
        if longest > SOCKET_PATH_BYTES:
            raise GuestRefused(
                f"{self.path} is {longest - SOCKET_PATH_BYTES} characters too long for the sockets in it: "
                "configure a data directory with a shorter path."
            )
        self.path.mkdir(parents=True, exist_ok=True)
        self._admit_guest(self.path, 0o710, 0o700)
        for leftover in (self.record_path, self.seed_path, *self.path.glob("*.sock")):
            leftover.unlink(missing_ok=True)
        write_durably(self.seed_path, seed)
        self._admit_guest(self.seed_path, 0o440, 0o400)

    def _admit_guest(self, path: Path, shared_mode: int, own_mode: int) -> None:
        if self.gid is not None:
            os.chown(path, -1, self.gid, follow_symlinks=False)
        path.chmod(own_mode if self.gid is None else shared_mode)

    @contextlib.contextmanager
    def listening(self) -> Iterator[dict[str, socket.socket]]:
        """Listen on every socket for as long as the context lasts; a child that inherits goes on."""
        with contextlib.ExitStack() as stack:
            yield {name: stack.enter_context(self._listen(name)) for name in SOCKET_NAMES}

    def _listen(self, name: str) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(
            os.fspath(self.socket_path(name))
        )  # the directory keeps others out until the mode is right
        self.socket_path(name).chmod(0o600)
        listener.listen(1)
        return listener

    def open_log(self) -> int:
        """Return a descriptor for QEMU's output, appending, so that the log can be cut while it is open."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
        return os.open(self.qemu_log, flags, 0o600)

    def write_record(self, record: GuestRecord) -> None:
        """Keep the record: on the disk when this returns."""
        write_durably(self.record_path, record.encode())

    def read_record(self) -> GuestRecord | None:
        """Return the record, or None if there is none. One that can't be read was never finished."""
        try:
            return GuestRecord.decode(self.record_path.read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remove(self) -> None:
        """Remove everything; absent is fine."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self.path)


def write_durably(path: Path, content: bytes) -> None:
    """Put a file (0600) in place of an old one, whole, on the disk."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
