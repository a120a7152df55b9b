"""The wall without root: each passt in a network namespace of its own, which pasta makes and serves.

    passt ── namespace: own loopback, one interface, routes ── pasta ── host

In the namespace, 127.0.0.0/8 is the namespace's own, where nobody but this guest's passt listens. For every
other closed address there is a route of type "unreachable", so the namespace's kernel refuses before pasta
hears of it. Among them are the addresses that the host has; when those change the daemon changes the routes
(at once, told by the kernel). passt has no privilege over the namespace, so it can't take a route away.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from ipaddress import IPv4Address
from pathlib import Path

from dew.compute import namespace_entry, network_facts, wall_probe, wall_watch
from dew.compute.host import PortForward
from dew.compute.network_passt import (
    LOG_LIMIT_BYTES,
    RESOLVER_STAND_IN,
    ROUTER_MAC,
    NetworkSpec,
    Passt,
    fresh_log,
    output_of,
    template_interface,
)
from dew.compute.network_ports import Binding
from dew.compute.network_record import NetworkRecord
from dew.compute.privileges import Privileges
from dew.compute.qemu_process import GatedProcess, GuestProcess, ProcessIdentity, live_identity, spawn_gated
from dew.compute.walls import CLOSED_NETWORKS
from dew.model.errors import MonitorLost, StepFailed

INSIDE = ("-a", "192.0.0.2", "-n", "255.255.255.248", "-g", namespace_entry.ROUTER)
"""Addresses of the namespace's one interface, from a block that nobody routes (RFC 6890)."""

FIRST_INSIDE_PORT = 10_000
"""pasta hands forwards to passt on ports from here on: inside, the port floor is the kernel's default."""

SIGNALS = ("env", "--default-signal=PIPE")
"""Python ignores SIGPIPE and so would its children; builds of 2023 refuse to start like that."""

CHILD_END_SECONDS = 10.0

HOW_TO_ALLOW = (
    "Guests without root need user namespaces and /dev/net/tun. Is `sysctl user.max_user_namespaces` above "
    "0, `kernel.unprivileged_userns_clone` (if there is one) 1, and /dev/net/tun open to all (mode 0666)? "
    "Otherwise run dewd as root, where the wall is a firewall rule."
)


class NamespaceWall:
    """The wall that stands on network namespaces. See walls.Wall for what each verb promises."""

    def __init__(self, passt: Passt) -> None:
        self._passt = passt
        self._closed: tuple[str, ...] = ()
        self._applied: dict[int, tuple[str, ...]] = {}  # by pasta's pid
        self._lock = asyncio.Lock()

    async def prepare(self) -> None:
        """See walls.Wall."""
        if not await asyncio.to_thread(network_facts.tap_device_usable):
            raise StepFailed(f"/dev/net/tun can't be opened, so guests get no network. {HOW_TO_ALLOW}")
        await self.ensure()
        await self._try_to_get_through()

    async def ensure(self) -> None:
        """See walls.Wall: find out which addresses are the host's now; ``admit`` closes them."""
        self._closed = (*CLOSED_NETWORKS, *await host_addresses())

    async def spawn(
        self, spec: NetworkSpec, bindings: Sequence[Binding], qemu_socket: Path, directory: Path
    ) -> GatedProcess:
        """See walls.Wall."""
        inside = [
            f"{port}:{binding.forward.guest_port}" for port, binding in enumerate(bindings, FIRST_INSIDE_PORT)
        ]
        passt = self._passt.arguments(spec, namespace_entry.CONNECTION, inside)
        entry = [*_entry("become", self._closed), str(qemu_socket), spec.greeting().hex(), *passt]
        command = [*self._pasta(_outside_ports(spec, bindings)), "--", *entry]
        limited = Privileges().wrap([*SIGNALS, "prlimit", f"--fsize={LOG_LIMIT_BYTES}", "--", *command])
        with fresh_log(directory) as log:
            return spawn_gated(limited, {}, log)

    def is_ready(self, process: GuestProcess) -> bool:
        """See walls.Wall: pasta listens first, then its child becomes passt."""
        return bool(passts_of(process.identity.pid))

    def children(self, process: GuestProcess) -> tuple[ProcessIdentity, ...]:
        """See walls.Wall: the passt inside, which keeps QEMU's socket when pasta is killed."""
        found = map(live_identity, passts_of(process.identity.pid))
        return tuple(identity for identity in found if identity is not None)

    async def admit(self, record: NetworkRecord) -> None:
        """See walls.Wall: close what became the host's own since passt was started."""
        pasta = record.process.pid
        async with self._lock:
            if self._applied.get(pasta) == self._closed:
                return
            closed = self._closed
            for passt in passts_of(pasta):
                await self._close(pasta, passt, closed)
                self._applied[pasta] = closed

    async def dismiss(self, record: NetworkRecord) -> None:
        """See walls.Wall: a passt whose pasta was killed is ended, and the namespace with it."""
        self._applied.pop(record.process.pid, None)
        for identity in record.children:
            orphan = GuestProcess.find(identity, lambda: None)
            if orphan is not None:
                await orphan.kill()

    async def end(self, process: GuestProcess) -> None:
        """See walls.Wall: the namespace ends with the last process in it."""
        await asyncio.to_thread(_kill_children, process.identity.pid)
        await process.kill()

    def reachable(self, bindings: Sequence[Binding]) -> tuple[PortForward, ...]:
        """See walls.Wall: what pasta listens on."""
        return tuple(PortForward(binding.bound_port, binding.forward.guest_port) for binding in bindings)

    def watch(self) -> AbstractContextManager[asyncio.Event]:
        """See walls.Wall."""
        return wall_watch.watch(wall_watch.Subject.ADDRESSES)

    async def _close(self, pasta: int, passt: int, closed: Sequence[str]) -> None:
        """Close ``closed`` to one guest. Raises StepFailed, but not if the guest's helper ended meanwhile."""
        try:
            await output_of([*_entry("close", closed), str(passt)])
        except StepFailed:
            if passt in passts_of(pasta):
                raise

    def _pasta(self, ports: Iterable[str]) -> list[str]:
        forwards = [word for port in ports for word in ("-t", port)] or ["-t", "none"]
        interface = [*template_interface(), "-I", namespace_entry.INTERFACE, "-M", ROUTER_MAC]
        return [
            *("pasta", *self._passt.common_options(), "--config-net", *INSIDE, *interface, *self._naming()),
            *(*forwards, "-T", "none", "-u", "none", "-U", "none"),
        ]

    def _naming(self) -> list[str]:
        """Return pasta's resolver options: it finds the machine's own by itself."""
        hidden = self._passt.hidden_resolver() is not None
        return ["--dns-forward", str(RESOLVER_STAND_IN)] if hidden else ["-D", "none"]

    async def _try_to_get_through(self) -> None:
        """Run a namespace for a moment and try every address of the host from inside. Raises StepFailed."""
        own = [network for network in self._closed if network not in CLOSED_NETWORKS]
        with wall_probe.bait("127.0.0.1") as baits:
            wall_probe.expect_reachable(baits)
            places = [
                *(bait.place for bait in baits),
                *((address, namespace_entry.TRIAL_PORT) for address in own),
            ]
            trial = [*_entry("try", self._closed), *(f"{host}:{port}" for host, port in places)]
            said = await self._run_inside(trial)
            reached = wall_probe.bitten(baits)
        if said.splitlines()[-1:] != ["tried"] or reached or "reached" in said:
            raise StepFailed(f"The wall around guests does not hold: {reached or said}. {HOW_TO_ALLOW}")

    async def _run_inside(self, entry: Sequence[str]) -> str:
        try:
            return await output_of(Privileges().wrap([*self._pasta(()), "--", *entry]))
        except StepFailed as error:
            raise StepFailed(
                f"No network namespace could be made for guests. {HOW_TO_ALLOW} {error}"
            ) from error


async def host_addresses() -> tuple[str, ...]:
    """Return the machine's own IPv4 addresses outside 127.0.0.0/8, sorted. Raises StepFailed."""
    listing = json.loads(await output_of(["ip", "-j", "-4", "address", "show"]))
    addresses = {
        IPv4Address(entry["local"]) for link in listing for entry in link.get("addr_info", ()) if entry
    }
    return tuple(str(address) for address in sorted(addresses) if not address.is_loopback)


def children_of(pid: int) -> list[int]:
    """Return the pids of a process's children; none when it has gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def passts_of(pasta: int) -> list[int]:
    """Return the pid of the passt inside a pasta's namespace; none before it has become passt."""
    return [child for child in children_of(pasta) if _name_of(child) == b"passt"]


def _outside_ports(spec: NetworkSpec, bindings: Sequence[Binding]) -> list[str]:
    return [
        f"{spec.address}/{binding.bound_port}:{port}"
        for port, binding in enumerate(bindings, FIRST_INSIDE_PORT)
    ]


def _entry(verb: str, closed: Iterable[str]) -> list[str]:
    """Return namespace_entry.py's command, by way of a shell: pasta's AppArmor profile runs only /bin/*."""
    python = [sys.executable, "-I", "-S", namespace_entry.__file__]
    return ["/bin/sh", "-c", 'exec "$@"', "dew-namespace", *python, verb, ",".join(closed)]


def _name_of(pid: int) -> bytes:
    """Return how ``pid`` was called; pasta's helpers of a moment, too, have the program name passt."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]
    except OSError:
        return b""


def _kill_children(parent: int) -> None:
    """End the processes inside the namespace. Raises MonitorLost if one does not go."""
    for child in children_of(parent):
        with suppress(ProcessLookupError), ExitStack() as stack:
            pidfd = os.pidfd_open(child)
            stack.callback(os.close, pidfd)
            if child in children_of(parent):  # still the same one, not a stranger with its number
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                if not select.select([pidfd], [], [], CHILD_END_SECONDS)[0]:
                    raise MonitorLost(f"Process {child} was killed but is still there.")
