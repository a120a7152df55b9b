"""The network of guests: one helper process (passt) for each, behind a wall that root in a guest can't pass.

    guest ── QEMU ── network.sock ── passt ──┬─ listens at the Droplet's own loopback address
                                             └─ opens the guest's outgoing connections, if the wall lets it

passt opens ordinary sockets on the host for whatever a guest sends, so by itself it is no wall: root in a
guest could reach the host's loopback and every other Droplet. ``walls.py`` has the two that hold. The order
is always: wall up and seen to be up, then passt. If the wall can't be put up nothing is started, and if it
is lost and can't be put up again, the helpers are ended.

The daemon connects to QEMU's socket and hands the connection to passt, so a helper that died is replaced
without the guest noticing more than a pause. Helpers outlive the daemon; ``network.json`` in the guest's
run directory says which process it was, and is written before the process becomes passt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from dew.compute import network_facts, network_record
from dew.compute.host import PortForward
from dew.compute.network_passt import NetworkSpec, Passt, Resolver, await_listening, last_words
from dew.compute.network_ports import choose_bindings
from dew.compute.network_record import NetworkRecord
from dew.compute.qemu_process import GatedProcess, GuestProcess
from dew.compute.wall_namespace import NamespaceWall
from dew.compute.wall_users import UserWall
from dew.compute.walls import GUEST_USER_IDS, Wall
from dew.model.errors import DewError, GuestRefused

__all__ = ["Network", "NetworkSpec", "PortForward", "port_floor"]

log = structlog.get_logger()

port_floor = network_facts.port_floor

CHECK_SECONDS = 60.0
"""How often the wall is looked at when nothing was heard; changes are announced by the kernel at once."""

SETTLE_SECONDS = 0.05
"""Changes come in bursts (a firewall being reloaded): look once, after the burst."""


@dataclass
class _Connection:
    """A guest's live helper."""

    record: NetworkRecord
    process: GuestProcess
    expected_to_end: bool = field(default=False)


class Network:
    """The network of all guests of one daemon. Call ``prepare`` first and ``close`` last."""

    def __init__(
        self,
        run_directory_of: Callable[[int], Path],
        *,
        as_root: bool,
        resolver: Resolver = "system",
        on_lost: Callable[[int], None] = lambda _: None,
        user_ids: range = GUEST_USER_IDS,
    ) -> None:
        """``on_lost`` is called in the loop with a Droplet's id when its helper ended by itself.

        ``resolver`` None gives guests no resolver at all. ``user_ids`` are the ids that guests' processes
        may have, all behind the wall; only used as root.
        """
        self._run_directory_of = run_directory_of
        self._on_lost = on_lost
        self._passt = Passt(as_root=as_root, resolver=resolver)
        self._wall: Wall = UserWall(self._passt, user_ids) if as_root else NamespaceWall(self._passt)
        self._connections: dict[int, _Connection] = {}
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._guard: asyncio.Task[None] | None = None
        self._prepared = False

    async def prepare(self) -> None:
        """Put up the wall, prove that it holds and watch it. Raises StepFailed saying what to do."""
        await self._passt.prepare()
        await self._wall.prepare()
        self._prepared = True
        if self._guard is None:
            self._guard = asyncio.create_task(self._keep_watch(), name="dew-wall")

    async def ensure_connected(self, spec: NetworkSpec, qemu_socket: Path) -> tuple[PortForward, ...]:
        """Return when the guest's ports listen, with the ports that are really reachable at its address.

        A living helper that carries what ``spec`` asks for is left alone. Raises GuestRefused, StepFailed.
        """
        async with self._lock(spec.droplet_id):
            await self._ensure_wall()
            connection = self._find(spec.droplet_id)
            if connection is None or not _serves(connection.record.spec, spec):
                await self._remove(spec.droplet_id)
                connection = await self._connect(spec, qemu_socket)
            return await self._open_doors(connection)

    async def is_connected(self, droplet_id: int) -> bool:
        """Return whether the guest's helper lives."""
        return self._find(droplet_id) is not None

    async def ensure_removed(self, droplet_id: int) -> None:
        """Return when the guest's helper has gone, with all it had. Absent is fine."""
        async with self._lock(droplet_id):
            await self._remove(droplet_id)

    def forwards(self, droplet_id: int) -> tuple[PortForward, ...]:
        """Return the ports that are reachable at the guest's address; none when its helper is dead."""
        connection = self._find(droplet_id)
        return () if connection is None else self._wall.reachable(connection.record.bindings)

    def listening_at(self, droplet_id: int) -> Mapping[int, int]:
        """Return at which port of its address each port of a guest is reached, by the guest's port."""
        connection = self._find(droplet_id)
        bindings = () if connection is None else connection.record.bindings
        return {binding.forward.guest_port: binding.bound_port for binding in bindings}

    async def close(self) -> None:
        """Stop watching. Helpers and wall stay."""
        if self._guard is not None:
            self._guard.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._guard
            self._guard = None
        for connection in self._connections.values():
            connection.process.close()
        self._connections.clear()

    def _lock(self, droplet_id: int) -> asyncio.Lock:
        """Return the guest's lock. Nothing is kept of guests that nobody works on, or they would add up."""
        return self._locks.setdefault(droplet_id, asyncio.Lock())

    async def _ensure_wall(self) -> None:
        """Return when the wall is up and was tried at least once."""
        if self._prepared:
            await self._wall.ensure()
        else:
            await self.prepare()

    def _find(self, droplet_id: int) -> _Connection | None:
        """Return the living helper, also one that an earlier daemon started."""
        known = self._connections.get(droplet_id)
        if known is not None:
            return None if known.process.gone else known
        record = network_record.read(self._run_directory_of(droplet_id))
        if record is None:
            return None
        process = GuestProcess.find(record.process, lambda: self._ended(droplet_id))
        return None if process is None else self._adopt(_Connection(record, process))

    def _adopt(self, connection: _Connection) -> _Connection:
        self._connections[connection.record.spec.droplet_id] = connection
        return connection

    def _ended(self, droplet_id: int) -> None:
        connection = self._connections.pop(droplet_id, None)
        if connection is not None and not connection.expected_to_end:
            log.warning("network helper ended", droplet_id=droplet_id)
            self._on_lost(droplet_id)

    async def _connect(self, spec: NetworkSpec, qemu_socket: Path) -> _Connection:
        bindings = choose_bindings(spec.address, spec.forwards, port_floor())
        directory = self._run_directory_of(spec.droplet_id)
        gated = await self._wall.spawn(spec, bindings, qemu_socket, directory)
        record = NetworkRecord(gated.identity, spec, bindings)
        connection = await self._release(gated, record, directory)
        try:
            await await_listening(spec, bindings, connection.process, self._wall.is_ready)
        except DewError as error:
            await self._end(connection)
            raise GuestRefused(f"{error} {await asyncio.to_thread(last_words, directory)}".strip()) from error
        return await self._record_children(connection, directory)

    async def _record_children(self, connection: _Connection, directory: Path) -> _Connection:
        children = self._wall.children(connection.process)
        if children:
            connection.record = replace(connection.record, children=children)
            await asyncio.to_thread(network_record.write, directory, connection.record)
        return connection

    async def _release(self, gated: GatedProcess, record: NetworkRecord, directory: Path) -> _Connection:
        """Write down who the process is and only then let it become passt."""
        try:
            await asyncio.to_thread(network_record.write, directory, record)
            droplet_id = record.spec.droplet_id
            process = GuestProcess.find(record.process, lambda: self._ended(droplet_id))
            if process is None:
                raise GuestRefused(
                    "The network helper was killed as soon as it was started: is memory short?"
                )
            connection = self._adopt(_Connection(record, process))
            gated.open_gate()
            return connection
        finally:
            gated.close()

    async def _open_doors(self, connection: _Connection) -> tuple[PortForward, ...]:
        record = connection.record
        await self._wall.admit(record)
        return self._wall.reachable(record.bindings)

    async def _remove(self, droplet_id: int) -> None:
        connection = self._find(droplet_id)
        if connection is not None:
            await self._end(connection)
        directory = self._run_directory_of(droplet_id)
        record = network_record.read(directory)
        if record is not None:
            await self._wall.dismiss(record)
            await asyncio.to_thread(network_record.remove, directory)

    async def _end(self, connection: _Connection) -> None:
        connection.expected_to_end = True
        await self._wall.end(connection.process)

    async def _keep_watch(self) -> None:
        with self._wall.watch() as changed:
            while True:
                with contextlib.suppress(TimeoutError):
                    # Not wait_for: Python 3.11 can swallow a cancellation in the moment of waking.
                    async with asyncio.timeout(CHECK_SECONDS):
                        await changed.wait()
                    await asyncio.sleep(SETTLE_SECONDS)
                changed.clear()
                await self._look_at_wall()

    async def _look_at_wall(self) -> None:
        """Put the wall up again where something is missing; without it no helper may go on."""
        connections = list(self._connections.values())
        try:
            await self._wall.ensure()
        except (DewError, OSError) as error:
            await self._cut(connections, error)
            return
        for connection in connections:
            try:
                await self._wall.admit(connection.record)
            except (DewError, OSError) as error:
                await self._cut([connection], error)

    async def _cut(self, connections: Iterable[_Connection], reason: Exception) -> None:
        for connection in connections:
            droplet_id = connection.record.spec.droplet_id
            log.error("no wall around a guest; its network is cut", droplet_id=droplet_id, reason=str(reason))
            with contextlib.suppress(DewError):
                await self._wall.end(connection.process)


def _serves(running: NetworkSpec, wanted: NetworkSpec) -> bool:
    """Whether a helper does; one that carries more ports than are wanted is not replaced for that."""
    carries_all = set(wanted.forwards) <= set(running.forwards)
    return carries_all and replace(running, forwards=()) == replace(wanted, forwards=())
