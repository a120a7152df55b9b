"""The Host contract: guests, and nothing about why they should run.

A guest is known by its Droplet's id. Verbs say "make it so": doing them again is fine, stopping the absent
is fine. Guests outlive the daemon: a driver finds the running ones again when it is opened. What a user
wants (desired power), how often a crashed guest is started again, what a Snapshot records: all that is
policy and lives in actions and reconcile.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from dew.compute.meter import Meter
from dew.compute.seed import Seed
from dew.model.disk import Disk
from dew.model.droplet import Observed
from dew.model.exposure import Exposure
from dew.model.image import Consistency

NOT_ON = "The Droplet is off, so there is nothing to see: power it on."


@dataclass(frozen=True)
class PortForward:
    """One TCP port of the Droplet's loopback address, carried to one of the guest."""

    host_port: int
    guest_port: int


@dataclass(frozen=True)
class GuestSpec:
    """All a Host needs to start a guest; made anew from the database for every start."""

    droplet_id: int
    name: str
    vcpus: int
    memory_bytes: int
    disk: Disk
    seed: Seed
    address: IPv4Address  # where the host reaches it, in 127.0.0.0/8
    exposures: tuple[Exposure, ...] = ()  # where else it is to be reached


@dataclass(frozen=True)
class Observation:
    """What is true of one guest now."""

    droplet_id: int
    state: Observed
    reason: str = ""  # why it is paused or was lost, in a sentence
    forwards: tuple[PortForward, ...] = ()  # what is really reachable at its address
    exposed: tuple[Exposure, ...] = ()  # what leads to it from elsewhere, sorted


class ByteStream(Protocol):
    """Bytes both ways, until one side ends it. One reader at a time."""

    async def read(self) -> bytes:
        """Return what came next, b"" at the end. Raises Transient when too much came to wait for us."""
        ...

    async def write(self, data: bytes) -> None:
        """Send. Raises Transient when it is not taken."""
        ...

    def close(self) -> None:
        """End it; doing it again is fine."""
        ...


class Host(Protocol):
    """See the module's docstring for what a driver promises."""

    async def ensure_running(self, spec: GuestSpec) -> None:
        """Return when the guest executes. A process that the guest had powered off is replaced by a new one.

        A guest that runs already is left alone, whatever ``spec`` says. A port of the machine that can't be
        opened keeps no guest from running: ``observe`` tells which are. Raises GuestRefused (with QEMU's own
        last words), HostFull, LayerMissing, NoSpace.
        """
        ...

    async def ensure_stopped(self, droplet_id: int) -> None:
        """Return when no process of the guest is left: the power cord is pulled. Absent is fine."""
        ...

    async def ask_shutdown(self, droplet_id: int) -> None:
        """Press the power button (ACPI) and return; the guest may take its time or ignore it."""
        ...

    async def reset(self, droplet_id: int) -> None:
        """Press the reset button: the same process boots again. Raises GuestRefused when it does not run."""
        ...

    async def switch_disk(self, droplet_id: int, current: Disk, successor: Disk) -> Consistency:
        """Make a running guest write to ``successor``'s first file instead of ``current``'s, at one instant.

        ``successor`` is ``current`` with one more file on top. The filesystems are frozen for the switch if
        the guest agent answers in time, and always thawed: the answer is FROZEN or CRASH. When the guest is
        on ``successor`` already, nothing happens and the answer is CRASH (nobody can tell any more). With no
        process there is nothing to switch: OFF. Raises GuestRefused when QEMU refused and still writes to
        ``current``; MonitorLost when the outcome is unknown: ask again.
        """
        ...

    async def shorten_chain(self, droplet_id: int, disk: Disk) -> None:
        """Have a running guest read what lies below the file that it writes to through ``disk``'s others.

        They show the same as those that it reads now, which are let go. With no process there is nothing to
        do. Raises GuestRefused (it writes to another file, or QEMU refused), MonitorLost: ask again.
        """
        ...

    async def grow_disk(self, droplet_id: int, disk_bytes: int) -> None:
        """Tell a running guest that its disk grew. Raises GuestRefused when it does not run."""
        ...

    async def ensure_exposed(
        self, droplet_id: int, exposures: tuple[Exposure, ...], *, reconnect: bool = False
    ) -> None:
        """Have exactly these ports of the machine lead to a guest; those that do already are left alone.

        With no process of the guest nothing leads to it, and its next start opens what its spec says. Raises
        GuestRefused when a port can't be opened, or when the guest's port is one that its network has to be
        connected anew for, which breaks its connections, and ``reconnect`` does not allow it.
        """
        ...

    async def set_password(self, droplet_id: int, user: str, password_hash: str) -> None:
        """Have the guest agent give ``user`` the password with this crypt(3) hash, and put that on the disk.

        Raises GuestRefused when the guest does not run, has no agent that answers, or the agent refuses;
        Transient when the outcome is unknown: ask again.
        """
        ...

    async def console(self, droplet_id: int) -> ByteStream:
        """Return a view of the guest's serial console, beginning with what it said last.

        There may be several: each sees everything, and what each types goes in. A viewer that does not read
        keeps neither the guest nor the others waiting. It ends with the guest's process. Raises GuestRefused
        when there is none.
        """
        ...

    async def screen(self, droplet_id: int) -> ByteStream:
        """Return a new connection to the guest's screen, keyboard and pointer, which speaks RFB (RFC 6143).

        It ends with the guest's process. Raises GuestRefused when there is none, or it has no screen.
        """
        ...

    async def observe(self, droplet_id: int) -> Observation:
        """Return what is true of the guest now, asked of QEMU and not remembered."""
        ...

    async def metrics(self, droplet_id: int) -> Meter | None:
        """Return what the guest's process has used so far, None without one.

        What only the guest itself can tell may be a minute old: asking wakes it. Raises MonitorLost,
        GuestRefused.
        """
        ...

    async def memory_bytes(self) -> int:
        """Return how much memory the machine has for guests and everything else, used or not."""
        ...

    async def list_everything(self) -> tuple[Observation, ...]:
        """Return every guest that left any trace on this machine, known to the database or not."""
        ...

    async def forget(self, droplet_id: int) -> None:
        """Stop the guest and remove what the Host keeps of it: sockets, seed, logs."""
        ...

    def changes(self) -> AsyncIterator[int]:
        """Yield a Droplet's id whenever something may have happened to its guest. One consumer."""
        ...

    async def close(self) -> None:
        """Let go of all guests without stopping any."""
        ...
