"""Guests in memory, for tests and ``dewd --simulate``; keeps every promise of the contract but execution.

The guests live in ``MemoryGuests``, which can be handed to a second Host as real ones outlive a daemon that
crashed. What a guest would do by itself is done by hand: ``write``, ``guest_powers_off``,
``guest_crashes``, ``guest_halts``. Writes go to the Layer that the guest has on top at that moment, so a
test can say which Layer a Snapshot must and must not contain.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from dew.compute import simulated_load
from dew.compute.changes import Changes
from dew.compute.host import NOT_ON, ByteStream, GuestSpec, Observation
from dew.compute.memory_console import MemoryConsole
from dew.compute.meter import Meter
from dew.model.disk import Chain, Disk, MemoryDisk
from dew.model.droplet import Observed
from dew.model.errors import Broken, GuestRefused, HostFull
from dew.model.exposure import Exposure
from dew.model.image import Consistency

DEFAULT_MEMORY_BYTES = 64 * 2**40  # thousands of Droplets

LOST = "The simulated guest crashed."
NO_AGENT = "The simulated guest has no agent that answers."


class Writable(Protocol):
    """Where simulated bytes are; the in-memory LayerStore is one."""

    def write(self, layer: int, key: Hashable, value: bytes) -> None:
        """Write to a Layer. Raises Broken if it is sealed, LayerMissing, NoSpace."""
        ...


@dataclass
class MemoryGuest:
    """One simulated QEMU process."""

    spec: GuestSpec
    chain: Chain  # that it has open, newest first
    state: Observed = Observed.RUNNING
    reason: str = ""
    boots: int = 1
    disk_bytes: int = 0  # what grow_disk told it last
    exposed: tuple[Exposure, ...] = ()
    began_at: float = 0.0  # Unix time
    number: int = field(default_factory=itertools.count(1).__next__)  # what a pid is to a real one

    def __post_init__(self) -> None:
        self.console = MemoryConsole(self.spec.name)


@dataclass
class MemoryGuests:
    """What a crash of the daemon leaves: the guests, what was lost, and how guests are to behave."""

    memory_bytes: int = DEFAULT_MEMORY_BYTES
    running: dict[int, MemoryGuest] = field(default_factory=dict)  # all that have a process
    traces: dict[int, str] = field(default_factory=dict)  # Droplet to why it was lost, "" if it was not
    ignore_shutdown: set[int] = field(default_factory=set)  # Droplets whose guests don't feel the button
    without_agent: set[int] = field(default_factory=set)  # Droplets whose filesystems can't be frozen
    refuse_start: set[int] = field(default_factory=set)  # Droplets whose guests don't start
    taken_ports: set[int] = field(default_factory=set)  # of the machine, by somebody else
    passwords: dict[tuple[int, str], str] = field(
        default_factory=dict
    )  # (Droplet, user) to the hash set last


@dataclass(frozen=True)
class MemoryDelays:
    """How long things take, in seconds, so that a simulation looks like life."""

    start_seconds: float = 0.0
    shutdown_seconds: float = 0.0
    stop_seconds: float = 0.0
    switch_seconds: float = 0.0


class MemoryHost:
    """The Host contract (host.py) in memory."""

    def __init__(
        self,
        guests: MemoryGuests | None = None,
        delays: MemoryDelays | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``guests`` are those an earlier Host left."""
        self.guests = guests or MemoryGuests()
        self._delays = delays or MemoryDelays()
        self._clock = clock
        self._changes = Changes()
        self._shutdowns: dict[int, asyncio.TimerHandle] = {}

    async def ensure_running(self, spec: GuestSpec) -> None:
        """Return when the guest executes. Raises GuestRefused, HostFull."""
        guest = self.guests.running.get(spec.droplet_id)
        if guest is not None and guest.state is not Observed.POWERED_OFF:
            guest.state, guest.reason = Observed.RUNNING, ""
            return
        self._end(spec.droplet_id)
        self._check_start(spec)
        await asyncio.sleep(self._delays.start_seconds)
        self.guests.running[spec.droplet_id] = MemoryGuest(spec, _chain(spec.disk), began_at=self._clock())
        self.guests.traces[spec.droplet_id] = ""
        with suppress(GuestRefused):
            await self.ensure_exposed(spec.droplet_id, spec.exposures)
        self._changes.note(spec.droplet_id)

    async def ensure_stopped(self, droplet_id: int) -> None:
        """Pull the power cord."""
        self._cancel_shutdown(droplet_id)
        if droplet_id in self.guests.running:
            await asyncio.sleep(self._delays.stop_seconds)
            self._end(droplet_id)
            self._changes.note(droplet_id)
        if droplet_id in self.guests.traces:
            self.guests.traces[droplet_id] = ""

    async def ask_shutdown(self, droplet_id: int) -> None:
        """Press the power button: the guest powers itself off a little later, unless it ignores it."""
        guest = self.guests.running.get(droplet_id)
        if guest is None or droplet_id in self.guests.ignore_shutdown or droplet_id in self._shutdowns:
            return
        if guest.state is Observed.RUNNING:
            loop = asyncio.get_running_loop()
            delay = self._delays.shutdown_seconds
            self._shutdowns[droplet_id] = loop.call_later(delay, self._shut_down, droplet_id)

    async def reset(self, droplet_id: int) -> None:
        """Press the reset button. Raises GuestRefused."""
        self._running(droplet_id, "be reset")
        self.guest_reboots(droplet_id)

    async def switch_disk(self, droplet_id: int, current: Disk, successor: Disk) -> Consistency:
        """Have the guest write to the successor's first Layer from now on."""
        old, new = _chain(current), _chain(successor)
        if new[1:] != old:
            raise Broken(f"{new} is not {old} with one more Layer on top.")
        await asyncio.sleep(self._delays.switch_seconds)
        guest = self.guests.running.get(droplet_id)
        if guest is None:
            return Consistency.CRASH if self.guests.traces.get(droplet_id) else Consistency.OFF
        if guest.chain[0] == new[0]:
            return Consistency.CRASH
        if guest.chain[0] != old[0]:
            raise GuestRefused(f"The guest writes to Layer {guest.chain[0]}, not to {old[0]}.")
        guest.chain = new
        return self._consistency(guest)

    async def shorten_chain(self, droplet_id: int, disk: Disk) -> None:
        """Exchange what lies below the guest's first Layer. Raises GuestRefused."""
        guest, chain = self.guests.running.get(droplet_id), _chain(disk)
        if guest is None:
            return
        if guest.chain[0] != chain[0]:
            raise GuestRefused(f"The guest writes to Layer {guest.chain[0]}, not to {chain[0]}.")
        guest.chain = chain

    async def grow_disk(self, droplet_id: int, disk_bytes: int) -> None:
        """Tell the guest. Raises GuestRefused."""
        guest = self._running(droplet_id, "be told that its disk grew")
        guest.disk_bytes = max(guest.disk_bytes, disk_bytes)

    async def ensure_exposed(
        self, droplet_id: int, exposures: tuple[Exposure, ...], *, reconnect: bool = False
    ) -> None:
        """Have exactly these ports lead to the guest. Raises GuestRefused; then those that can do."""
        guest = self.guests.running.get(droplet_id)
        if guest is None:
            return
        others = [
            one for other in self.guests.running.values() if other is not guest for one in other.exposed
        ]
        taken = [
            one for one in exposures if one.port in self.guests.taken_ports or any(map(one.clashes, others))
        ]
        guest.exposed = tuple(sorted(set(exposures) - set(taken)))
        if taken:
            raise GuestRefused(f"Port {taken[0]} could not be opened: something else listens there.")

    async def set_password(self, droplet_id: int, user: str, password_hash: str) -> None:
        """Remember the hash. Raises GuestRefused."""
        self._running(droplet_id, "be given a password")
        if droplet_id in self.guests.without_agent:
            raise GuestRefused(NO_AGENT)
        self.guests.passwords[droplet_id, user] = password_hash

    async def console(self, droplet_id: int) -> ByteStream:
        """Return a view of its console. Raises GuestRefused."""
        console = self._present(droplet_id).console
        return console.view(
            partial(self.guest_powers_off, droplet_id), partial(self.guest_reboots, droplet_id)
        )

    async def screen(self, droplet_id: int) -> ByteStream:
        """Raises GuestRefused: nothing is drawn."""
        self._present(droplet_id)
        raise GuestRefused("A simulated Droplet has no screen. Its console is there.")

    async def observe(self, droplet_id: int) -> Observation:
        """Return what is true now."""
        if guest := self.guests.running.get(droplet_id):
            return Observation(droplet_id, guest.state, guest.reason, exposed=guest.exposed)
        return Observation(droplet_id, Observed.ABSENT, self.guests.traces.get(droplet_id, ""))

    async def metrics(self, droplet_id: int) -> Meter | None:
        """Return what the guest pretends to have used."""
        guest = self.guests.running.get(droplet_id)
        if guest is None:
            return None
        disk_bytes = guest.disk_bytes or simulated_load.DISK_SHARE * guest.spec.memory_bytes
        size = guest.spec.vcpus, guest.spec.memory_bytes, disk_bytes
        shown = simulated_load.meter(droplet_id, str(guest.number), size, guest.began_at, self._clock())
        if droplet_id in self.guests.without_agent:
            return replace(shown, traffic=None, inside=None)
        return shown

    async def memory_bytes(self) -> int:
        """Return the made-up machine's memory."""
        return self.guests.memory_bytes

    async def list_everything(self) -> tuple[Observation, ...]:
        """Return every guest that left a trace."""
        return tuple([await self.observe(droplet_id) for droplet_id in sorted(self.guests.traces)])

    async def forget(self, droplet_id: int) -> None:
        """Stop the guest and remove its trace."""
        await self.ensure_stopped(droplet_id)
        self.guests.traces.pop(droplet_id, None)

    def changes(self) -> AsyncIterator[int]:
        """Yield ids of guests that something happened to, until the Host is closed."""
        return self._changes.follow()

    async def close(self) -> None:
        """Let go; a shutdown that was asked for still happens, as it would in a real guest."""
        for droplet_id in list(self._shutdowns):
            self._cancel_shutdown(droplet_id)
            self.guest_powers_off(droplet_id)
        for guest in self.guests.running.values():
            guest.console.close()
        self._changes.end()

    # What guests do by themselves.

    def write(self, droplet_id: int, disks: Writable, key: Hashable, value: bytes) -> bool:
        """Write as the guest, to the Layer it has on top now; False if it does not run."""
        guest = self.guests.running.get(droplet_id)
        if guest is None or guest.state is not Observed.RUNNING:
            return False
        disks.write(guest.chain[0], key, value)
        return True

    def disk_of(self, droplet_id: int) -> Disk | None:
        """Return the disk that the guest has open, None without a process."""
        guest = self.guests.running.get(droplet_id)
        return None if guest is None else MemoryDisk(guest.chain)

    def guest_powers_off(self, droplet_id: int) -> None:
        """``poweroff`` inside the guest."""
        if guest := self.guests.running.get(droplet_id):
            guest.console.power_down()
        self._becomes(droplet_id, Observed.POWERED_OFF, "")

    def guest_reboots(self, droplet_id: int) -> None:
        """``reboot`` inside the guest."""
        if guest := self.guests.running.get(droplet_id):
            guest.boots += 1
            guest.console.restart()
            self._changes.note(droplet_id)

    def guest_halts(self, droplet_id: int, reason: str) -> None:
        """QEMU halts it, as when the machine's disk is full."""
        self._becomes(droplet_id, Observed.PAUSED, reason)

    def guest_crashes(self, droplet_id: int) -> None:
        """Its process is gone all of a sudden."""
        if self._end(droplet_id):
            self.guests.traces[droplet_id] = LOST
            self._changes.note(droplet_id)

    def _becomes(self, droplet_id: int, state: Observed, reason: str) -> None:
        if guest := self.guests.running.get(droplet_id):
            guest.state, guest.reason = state, reason
            self._changes.note(droplet_id)

    def _end(self, droplet_id: int) -> bool:
        """Have the guest's process be gone; whether there was one."""
        guest = self.guests.running.pop(droplet_id, None)
        if guest is not None:
            guest.console.close()
        return guest is not None

    def _shut_down(self, droplet_id: int) -> None:
        self._shutdowns.pop(droplet_id, None)
        self.guest_powers_off(droplet_id)

    def _cancel_shutdown(self, droplet_id: int) -> None:
        if handle := self._shutdowns.pop(droplet_id, None):
            handle.cancel()

    def _check_start(self, spec: GuestSpec) -> None:
        if spec.droplet_id in self.guests.refuse_start:
            raise GuestRefused("The simulated guest was told not to start.")
        used_bytes = sum(guest.spec.memory_bytes for guest in self.guests.running.values())
        if used_bytes + spec.memory_bytes > self.guests.memory_bytes:
            raise HostFull("The simulated machine has too little memory left: power off another Droplet.")

    def _consistency(self, guest: MemoryGuest) -> Consistency:
        if guest.state is Observed.POWERED_OFF:
            return Consistency.OFF
        frozen = guest.state is Observed.RUNNING and guest.spec.droplet_id not in self.guests.without_agent
        return Consistency.FROZEN if frozen else Consistency.CRASH

    def _present(self, droplet_id: int) -> MemoryGuest:
        guest = self.guests.running.get(droplet_id)
        if guest is None:
            raise GuestRefused(NOT_ON)
        return guest

    def _running(self, droplet_id: int, wish: str) -> MemoryGuest:
        guest = self.guests.running.get(droplet_id)
        if guest is None or guest.state is not Observed.RUNNING:
            raise GuestRefused(f"The Droplet is not running, so it can't {wish}.")
        return guest


def _chain(disk: Disk) -> Chain:
    if not isinstance(disk, MemoryDisk) or not disk.layers:
        raise Broken(f"The in-memory Host needs a disk in memory and was given {disk!r}.")
    return disk.layers
