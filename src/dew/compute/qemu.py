"""The Host on this machine: a QEMU process per guest, driven directly.

    ensure_running    directory and seed → sockets → gated process → record → QEMU, paused → network → cont
    after a restart   record → the same process? → monitor, agent and console connected again

Guests live in sessions of their own and survive the daemon. What it must know of them afterwards is in
``run/<droplet_id>/guest.json`` (guest_directory.py) and in QEMU, which is asked and never remembered.
A record without its process means that the guest was lost: a stop on purpose removes the record.

One lock per guest keeps verbs that start, stop or switch it apart; asking never waits for it.
"""

import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import structlog

from dew.compute import guest_password, live_chain, live_switch, qemu_meter
from dew.compute.acceleration import Accelerator
from dew.compute.changes import Changes
from dew.compute.console import last_words, trim
from dew.compute.guest_directory import GuestDirectory
from dew.compute.host import NOT_ON, ByteStream, GuestSpec, Observation, PortForward
from dew.compute.machine import machine_memory_bytes
from dew.compute.meter import Meter
from dew.compute.network import Network, NetworkSpec
from dew.compute.network_passt import Resolver
from dew.compute.port_relays import PortRelays
from dew.compute.privileges import GuestUsers
from dew.compute.qemu_guest import RESUMABLE, QemuGuest
from dew.compute.qemu_launch import launch, prepare, qcow_chain, require_layers, translated
from dew.compute.qemu_process import GatedProcess, ProcessIdentity, boot_id
from dew.model.disk import Disk
from dew.model.droplet import Observed
from dew.model.errors import Broken, DewError, GuestRefused, MonitorLost, NoSpace
from dew.model.exposure import Exposure
from dew.model.image import Consistency
from dew.model.unbroken import unbroken

log = structlog.get_logger()

DEFAULT_PORTS = (PortForward(22, 22), PortForward(80, 80), PortForward(443, 443))

RESUME_RESERVE_BYTES = 64 * 2**20
"""A guest halted by a full disk is not resumed with less than this free: it would halt again at once."""

ATTACH_LIMIT_SECONDS = 5.0
"""For one guest at the daemon's start; a slower monitor is tried again when the guest is asked about."""

NETWORK_PAUSE_SECONDS = 1.0
"""Before a lost network helper is replaced: one that dies at once must not keep the machine busy."""


class QemuHost:
    """The Host contract (host.py) with QEMU. Make one with ``open``."""

    def __init__(
        self,
        run_directory: Path,
        accelerator: Accelerator,
        users: GuestUsers,
        *,
        resolver: Resolver = "system",
        ports: Sequence[PortForward] = DEFAULT_PORTS,
    ) -> None:
        """See ``open``, which makes one that is ready."""
        self._run = run_directory
        self._accelerator = accelerator
        self._users = users
        self._ports = tuple(ports)
        self._guests: dict[int, QemuGuest] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changes = Changes()
        self._network = Network(
            lambda droplet_id: self._directory(droplet_id).path,
            as_root=users.uid_base is not None,
            resolver=resolver,
            on_lost=self._on_network_lost,
        )
        self._relays = PortRelays(
            lambda droplet_id: self._directory(droplet_id).path,
            as_root=users.uid_base is not None,
            on_lost=self._changes.note,
        )

    @classmethod
    async def open(
        cls,
        run_directory: Path,
        accelerator: Accelerator,
        users: GuestUsers,
        *,
        resolver: Resolver = "system",
        ports: Sequence[PortForward] = DEFAULT_PORTS,
    ) -> "QemuHost":
        """Return the Host, with the guests that an earlier daemon left running taken up.

        ``run_directory`` is the Host's alone; its path is short, because UNIX sockets will be in it.
        ``resolver`` None gives guests none; ``ports`` are those a guest is to be reachable at.
        Raises GuestRefused, NoSpace, StepFailed (no network is possible here, and why).
        """
        host = cls(run_directory, accelerator, users, resolver=resolver, ports=ports)
        with translated("open the directory of the guests"):
            await asyncio.to_thread(host._prepare_directory)
        await host._network.prepare()
        await asyncio.gather(*(host._take_up(droplet_id) for droplet_id in await host._known()))
        return host

    async def ensure_running(self, spec: GuestSpec) -> None:
        """Return when the guest executes."""
        async with self._locks[spec.droplet_id]:
            guest = self._guests.get(spec.droplet_id)
            if guest is not None:
                if await self._goes_on(guest, spec):
                    return
                await self._stop(spec.droplet_id)
            await self._start(spec)

    async def ensure_stopped(self, droplet_id: int) -> None:
        """Return when no process of the guest is left."""
        async with self._locks[droplet_id]:
            await self._stop(droplet_id)

    async def ask_shutdown(self, droplet_id: int) -> None:
        """Press the power button; nobody there to feel it is fine."""
        if guest := self._guests.get(droplet_id):
            await guest.monitor.execute("system_powerdown")

    async def reset(self, droplet_id: int) -> None:
        """Press the reset button. Raises GuestRefused, MonitorLost."""
        guest = await self._running(droplet_id, "be reset")
        await guest.monitor.execute("system_reset")

    async def switch_disk(self, droplet_id: int, current: Disk, successor: Disk) -> Consistency:
        """Switch to the successor's first file; see the contract.

        A guest that was lost, and one that is lost now, leave a disk as after a power cut: CRASH.
        """
        old, new = qcow_chain(current).paths, qcow_chain(successor).paths
        if new[1:] != old:
            raise Broken(f"{new} is not {old} with one more file on top.")
        async with self._locks[droplet_id]:
            guest = self._guests.get(droplet_id)
            if guest is None:
                return Consistency.CRASH if await self._loss(droplet_id) else Consistency.OFF
            with translated("hand the new file over to the guest"):
                await asyncio.to_thread(require_layers, qcow_chain(successor))
                await asyncio.to_thread(self._users.hand_over, new[0], droplet_id)
            return await self._switch(guest, old[0], new[0])

    async def shorten_chain(self, droplet_id: int, disk: Disk) -> None:
        """Exchange what lies below the guest's first file. Raises GuestRefused, MonitorLost, LayerMissing."""
        chain = qcow_chain(disk)
        async with self._locks[droplet_id]:
            guest = self._guests.get(droplet_id)
            if guest is not None:
                with translated("look for the files of the shorter chain"):
                    await asyncio.to_thread(require_layers, chain)
                await live_chain.shorten(guest.monitor, chain)

    async def grow_disk(self, droplet_id: int, disk_bytes: int) -> None:
        """Grow the disk under a running guest, never shrink it. Raises GuestRefused, MonitorLost."""
        guest = await self._running(droplet_id, "be told that its disk grew")
        if await guest.disk_bytes() < disk_bytes:
            node = await live_switch.written_node(guest.monitor)
            await guest.monitor.execute("block_resize", {"node-name": node, "size": disk_bytes})

    async def ensure_exposed(
        self, droplet_id: int, exposures: tuple[Exposure, ...], *, reconnect: bool = False
    ) -> None:
        """Have exactly these ports lead to the guest. Raises GuestRefused."""
        async with self._locks[droplet_id]:
            record = await asyncio.to_thread(self._directory(droplet_id).read_record)
            if droplet_id not in self._guests or record is None:
                await self._relays.end_all(droplet_id)
                return
            carried = self._network.listening_at(droplet_id).keys()
            missing = sorted({one.guest_port for one in exposures} - carried)
            if missing and reconnect:
                await self._connect(droplet_id, record.address, exposures)
            await self._expose(droplet_id, record.address, exposures)
            if missing and not reconnect:
                raise GuestRefused(
                    f"The Droplet's network does not carry port {', '.join(map(str, missing))} of it yet. "
                    "Expose it while the Droplet is off, or allow its network to be connected anew, "
                    "which breaks the connections it has."
                )

    async def set_password(self, droplet_id: int, user: str, password_hash: str) -> None:
        """Ask the agent inside. Raises GuestRefused, AgentSilent, MonitorLost."""
        guest = await self._running(droplet_id, "be given a password")
        await guest_password.set_password(guest.agent, user, password_hash)

    async def console(self, droplet_id: int) -> ByteStream:
        """Return a view of its serial console. Raises GuestRefused."""
        return await self._present(droplet_id).console.view()

    async def screen(self, droplet_id: int) -> ByteStream:
        """Return a connection to its screen. Raises GuestRefused, MonitorLost."""
        return await self._present(droplet_id).screen()

    async def observe(self, droplet_id: int) -> Observation:
        """Ask QEMU. Raises MonitorLost when its process lives and does not answer: nothing is known then."""
        guest = self._guests.get(droplet_id)
        if guest is None:
            return Observation(droplet_id, Observed.ABSENT, await self._loss(droplet_id))
        state, reason = await guest.state()
        if guest.process.gone:
            reason = await self._loss(droplet_id)
        await asyncio.to_thread(trim, guest.directory.qemu_log)
        if state is not Observed.RUNNING:
            return Observation(droplet_id, state, reason)
        exposed = self._relays.exposed(droplet_id)
        return Observation(droplet_id, state, reason, self._network.forwards(droplet_id), exposed)

    async def metrics(self, droplet_id: int) -> Meter | None:
        """Read the guest's meter. Raises MonitorLost, GuestRefused."""
        guest = self._guests.get(droplet_id)
        if guest is None:
            return None
        guest.word.refresh()
        return await qemu_meter.read(guest.process.identity, guest.monitor, guest.word)

    async def memory_bytes(self) -> int:
        """Return the machine's memory, or what a container leaves of it."""
        return await asyncio.to_thread(machine_memory_bytes)

    async def list_everything(self) -> tuple[Observation, ...]:
        """Return every guest with a directory; one that does not answer counts as running, and says so."""
        return tuple(await asyncio.gather(*(self._seen(droplet_id) for droplet_id in await self._known())))

    async def forget(self, droplet_id: int) -> None:
        """Stop the guest and remove its directory."""
        async with self._locks[droplet_id]:
            await self._stop(droplet_id)
            with translated("remove what is kept of the guest"):
                await asyncio.to_thread(self._directory(droplet_id).remove)
        self._locks.pop(droplet_id, None)  # ids are never used again, so nobody new waits for it

    def changes(self) -> AsyncIterator[int]:
        """Yield ids of guests that something may have happened to, until the Host is closed."""
        return self._changes.follow()

    async def close(self) -> None:
        """Let go of all guests without stopping any."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(guest.detach() for guest in self._guests.values()))
        await self._network.close()
        self._relays.close()
        self._guests.clear()
        self._changes.end()

    # What there is on the disk.

    def _prepare_directory(self) -> None:
        """As root other users may pass through to the one directory that their guest may look into."""
        self._run.mkdir(parents=True, exist_ok=True)
        self._run.chmod(0o700 if self._users.uid_base is None else 0o711)

    def _directory(self, droplet_id: int) -> GuestDirectory:
        return GuestDirectory(self._run / str(droplet_id), self._users.uid(droplet_id))

    async def _known(self) -> list[int]:
        names = await asyncio.to_thread(os.listdir, self._run)
        return sorted({int(name) for name in names if name.isdecimal()} | set(self._guests))

    async def _loss(self, droplet_id: int) -> str:
        """Return why a guest without a process is lost, or "" if it was stopped on purpose or never ran."""
        directory = self._directory(droplet_id)
        record = await asyncio.to_thread(directory.read_record)
        if record is None:
            return ""
        if record.process.boot_id != boot_id():
            return "The machine was restarted while it ran."
        said = await asyncio.to_thread(last_words, directory.qemu_log)
        return f"Its QEMU process ended unexpectedly: {said or 'it said nothing'}"

    async def _seen(self, droplet_id: int) -> Observation:
        try:
            return await self.observe(droplet_id)
        except (MonitorLost, GuestRefused) as error:
            return Observation(droplet_id, Observed.RUNNING, str(error))

    def _present(self, droplet_id: int) -> QemuGuest:
        """Return a guest that has a process, whatever it does. Raises GuestRefused."""
        guest = self._guests.get(droplet_id)
        if guest is None:
            raise GuestRefused(NOT_ON)
        return guest

    # Starting and stopping; all of it under the guest's lock.

    async def _take_up(self, droplet_id: int) -> None:
        """Hold a guest that an earlier daemon started. What is wrong with one must not cost the others."""
        try:
            async with self._locks[droplet_id]:
                await self._resume_watch(droplet_id)
        except DewError as error:
            log.warning("guest.not_taken_up", droplet=droplet_id, reason=str(error))

    async def _resume_watch(self, droplet_id: int) -> None:
        """Connect to a living guest, end one whose start was cut short, clear up after one that is gone."""
        directory = self._directory(droplet_id)
        record = await asyncio.to_thread(directory.read_record)
        await self._relays.take_up(droplet_id)
        guest = None if record is None else self._hold(droplet_id, directory, record.process)
        if record is None or guest is None:
            await self._disconnect(droplet_id)
            return
        await guest.attach(ATTACH_LIMIT_SECONDS)
        match (await guest.state())[0]:
            case Observed.ABSENT:
                await self._stop(droplet_id)
            case Observed.RUNNING | Observed.PAUSED:
                try:
                    await self._connect(droplet_id, record.address)
                except DewError:
                    self._spawn(self._reconnect(droplet_id))
                    raise

    def _hold(
        self, droplet_id: int, directory: GuestDirectory, identity: ProcessIdentity
    ) -> QemuGuest | None:
        guest = QemuGuest.take_up(
            directory,
            identity,
            on_change=lambda: self._changes.note(droplet_id),
            on_gone=lambda: self._on_gone(droplet_id),
        )
        if guest is not None:
            self._guests[droplet_id] = guest
        return guest

    async def _goes_on(self, guest: QemuGuest, spec: GuestSpec) -> bool:
        """Leave a running guest alone, resume a halted one; False if it takes a new process."""
        run_state = await guest.run_state()
        if run_state in RESUMABLE:
            await asyncio.to_thread(_require_room, qcow_chain(spec.disk).paths[0])
            await guest.monitor.execute("cont")
        elif run_state != "running":
            return False
        await self._connect(spec.droplet_id, spec.address)
        return True

    async def _start(self, spec: GuestSpec) -> None:
        """Start from nothing; whatever goes wrong, nothing of it stays."""
        directory = self._directory(spec.droplet_id)
        await prepare(spec, directory, self._users)

        def hold(gated: GatedProcess) -> QemuGuest:
            guest = self._hold(spec.droplet_id, directory, gated.identity)
            if guest is None:
                raise GuestRefused("The guest's process was killed as soon as it was started.")
            return guest

        try:
            acceleration = await self._accelerator.choose(qcow_chain(spec.disk).paths[-1])
            guest = await launch(spec, directory, (self._users, acceleration), hold)
            await self._bring_up(guest, spec)
        except BaseException:
            await unbroken(self._stop(spec.droplet_id))
            raise
        self._changes.note(spec.droplet_id)

    async def _bring_up(self, guest: QemuGuest, spec: GuestSpec) -> None:
        await guest.first_contact()
        await self._connect(spec.droplet_id, spec.address, spec.exposures)
        with contextlib.suppress(GuestRefused):
            await self._expose(spec.droplet_id, spec.address, spec.exposures)
        await guest.monitor.execute("cont")
        state, reason = await guest.state()
        if state is not Observed.RUNNING:
            raise GuestRefused(f"The guest did not begin to run: {reason or state}")

    async def _connect(
        self, droplet_id: int, address: IPv4Address, exposures: Sequence[Exposure] | None = None
    ) -> None:
        """Have a living helper for the guest's network. Raises GuestRefused, StepFailed.

        It carries the usual ports and those of ``exposures``, by default what is exposed already.
        """
        exposures = self._relays.exposed(droplet_id) if exposures is None else exposures
        usual = {forward.guest_port for forward in self._ports}
        more = sorted({exposure.guest_port for exposure in exposures} - usual)
        spec = NetworkSpec(
            droplet_id,
            address,
            guest_address(address),
            (*self._ports, *(PortForward(port, port) for port in more)),
            self._users.uid(droplet_id),
        )
        await self._network.ensure_connected(spec, self._directory(droplet_id).socket_path("network"))

    async def _expose(self, droplet_id: int, address: IPv4Address, exposures: Sequence[Exposure]) -> None:
        ports = self._network.listening_at(droplet_id)
        wanted = {one: (address, ports[one.guest_port]) for one in exposures if one.guest_port in ports}
        await self._relays.ensure(droplet_id, wanted)

    async def _disconnect(self, droplet_id: int) -> None:
        await self._relays.end_all(droplet_id)
        await self._network.ensure_removed(droplet_id)

    async def _stop(self, droplet_id: int) -> None:
        """End process and network helper; remove the record last, so that a stop cut short is done again."""
        try:
            await self._disconnect(droplet_id)  # first, or the helper reports its own end as a loss
        finally:
            guest = self._guests.get(droplet_id)
            if guest is not None:
                await guest.end()
                await guest.detach()
        with translated("remove the guest's record"):
            await asyncio.to_thread(self._directory(droplet_id).record_path.unlink, missing_ok=True)

    async def _running(self, droplet_id: int, wish: str) -> QemuGuest:
        guest = self._guests.get(droplet_id)
        if guest is None or await guest.run_state() != "running":
            raise GuestRefused(f"The Droplet is not running, so it can't {wish}.")
        return guest

    async def _switch(self, guest: QemuGuest, current: Path, successor: Path) -> Consistency:
        try:
            state, _ = await guest.state()
            agent = guest.agent if state is Observed.RUNNING else None
            answer = await live_switch.switch(guest.monitor, agent, current, successor)
        except MonitorLost:
            if guest.process.gone:
                return Consistency.CRASH
            raise
        still = state is Observed.POWERED_OFF or state is Observed.ABSENT  # nothing executes, all is flushed
        return Consistency.OFF if answer and still else answer or Consistency.CRASH

    # What happens by itself.

    def _on_gone(self, droplet_id: int) -> None:
        guest = self._guests.pop(droplet_id, None)
        self._changes.note(droplet_id)
        if guest is not None:
            self._spawn(self._clean_up(droplet_id, guest))

    async def _clean_up(self, droplet_id: int, guest: QemuGuest) -> None:
        """After a guest's end: let go of its sockets, and end its network helper unless it runs again."""
        await unbroken(guest.detach())
        async with self._locks[droplet_id]:
            if droplet_id not in self._guests:
                await self._disconnect(droplet_id)

    def _on_network_lost(self, droplet_id: int) -> None:
        self._changes.note(droplet_id)
        self._spawn(self._reconnect(droplet_id))

    async def _reconnect(self, droplet_id: int) -> None:
        """Replace a lost network helper for as long as its guest lives."""
        while (guest := self._guests.get(droplet_id)) and not await guest.process.wait_gone(
            NETWORK_PAUSE_SECONDS
        ):
            async with self._locks[droplet_id]:
                if self._guests.get(droplet_id) is not guest:
                    return
                record = await asyncio.to_thread(guest.directory.read_record)
                if record is None:
                    return
                with contextlib.suppress(DewError):
                    await self._connect(droplet_id, record.address)
                    await self._expose(droplet_id, record.address, self._relays.exposed(droplet_id))
                    self._changes.note(droplet_id)  # its ports are reachable again
                    return

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def guest_address(address: IPv4Address) -> IPv4Address:
    """Return the address inside the guest that goes with its own outside: 10.66.0.2 for 127.66.0.2."""
    return IPv4Address(int(address) % 2**24 + (10 << 24))


def _require_room(volume: Path) -> None:
    disk = os.statvfs(volume.parent)
    if disk.f_bavail * disk.f_frsize < RESUME_RESERVE_BYTES:
        raise NoSpace(
            "The disk that holds the Layers is still full, so the Droplet stays halted: delete Snapshots or "
            "Droplets that are no longer needed, or give it more space."
        )
