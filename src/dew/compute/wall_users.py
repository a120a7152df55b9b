"""The wall as root: guests' user ids, and one table in the kernel's packet filter.

The table looks only at packets that this machine sends, and only at those of guests' user ids. It looks
twice: at the address a guest asked for, and again after other tools (Docker, Kubernetes) may have led the
packet to an address of this machine. Answers to connections that came from outside pass; a connection that
a guest's process opens itself never counts as an answer, because connection tracking knows who began. If
nothing is tracked, answers are cut too: the wall fails shut.

A resolver behind the wall, such as systemd-resolved on 127.0.0.53, is not opened: the table leads port 53 of
one stand-in address to it, from 127.0.0.1, because systemd-resolved answers nobody else.

One more job is done in the same table: "doors" lead a Droplet's port 22 to the port on which its passt
could listen, because a server's own sshd, listening on all addresses, keeps port 22 of every address.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager
from ipaddress import IPv4Address
from pathlib import Path

from dew.compute import wall_probe, wall_watch
from dew.compute.host import PortForward
from dew.compute.network_passt import (
    LOG_LIMIT_BYTES,
    RESOLVER_STAND_IN,
    NetworkSpec,
    Passt,
    fresh_log,
    output_of,
)
from dew.compute.network_ports import Binding
from dew.compute.network_record import NetworkRecord
from dew.compute.privileges import Privileges
from dew.compute.qemu_process import GatedProcess, GuestProcess, ProcessIdentity, spawn_gated
from dew.compute.walls import CLOSED_NETWORKS
from dew.model.errors import Broken, GuestRefused, StepFailed

QEMU_CONNECT_SECONDS = 5.0

QUEUE_FULL_SECONDS = 0.1
"""Between two looks whether QEMU's queue has a place: what killed daemons left in it is let go one by one."""

CONNECTION = 3
"""The number under which passt has the connection to QEMU."""

CHAINS = """\
add table inet dew
add map inet dew resolver {{ type ipv4_addr : ipv4_addr; }}
add map inet dew doors {{ type ipv4_addr . inet_service : ipv4_addr . inet_service; }}
add chain inet dew closed
add chain inet dew asked
add chain inet dew redirected
add chain inet dew before_nat {{ type filter hook output priority -150; policy accept; }}
add chain inet dew after_nat {{ type filter hook output priority 0; policy accept; }}
add chain inet dew open_doors {{ type nat hook output priority -100; policy accept; }}
add chain inet dew ask_locally {{ type nat hook postrouting priority 100; policy accept; }}
flush table inet dew
add rule inet dew before_nat meta skuid {first}-{last} jump asked
add rule inet dew after_nat meta skuid {first}-{last} jump redirected
add rule inet dew asked ct direction reply accept
add rule inet dew asked jump closed
add rule inet dew redirected ct direction reply accept
add rule inet dew redirected ct original ip daddr {stand_in} accept
add rule inet dew redirected jump closed
add rule inet dew closed meta nfproto ipv6 reject
add rule inet dew closed oifname "lo" reject
add rule inet dew closed fib daddr type {{ local, broadcast, anycast, multicast }} reject
add rule inet dew closed ip daddr {{ {networks} }} reject
add rule inet dew open_doors dnat ip to ip daddr . tcp dport map @doors
add rule inet dew open_doors meta skuid {first}-{last} udp dport 53 dnat ip to ip daddr map @resolver
add rule inet dew open_doors meta skuid {first}-{last} tcp dport 53 dnat ip to ip daddr map @resolver
add rule inet dew ask_locally oifname "lo" ct original ip daddr {stand_in} snat ip to 127.0.0.1
"""
"""Sets keep their elements when this is run again, and nft runs all of it or nothing: there is no gap."""


class UserWall:
    """The wall that stands on user ids. See walls.Wall for what each verb promises."""

    def __init__(self, passt: Passt, user_ids: range) -> None:
        """``user_ids`` are all that guests' processes may have."""
        self._passt = passt
        self._user_ids = user_ids
        self._listing = ""
        self._lock = asyncio.Lock()

    async def prepare(self) -> None:
        """See walls.Wall."""
        async with self._lock:
            await self._put_up()
        await wall_probe.expect_no_way_out(self._user_ids[-1])

    async def ensure(self) -> None:
        """See walls.Wall."""
        async with self._lock:
            if await self._list() != self._listing or not self._listing:
                await self._put_up()

    async def spawn(
        self, spec: NetworkSpec, bindings: Sequence[Binding], qemu_socket: Path, directory: Path
    ) -> GatedProcess:
        """See walls.Wall. Raises Broken for a user id that the wall does not hold."""
        if spec.user_id is None or spec.user_id not in self._user_ids:
            raise Broken(f"User id {spec.user_id} of Droplet {spec.droplet_id} is outside the wall.")
        ports = [f"{spec.address}/{binding.bound_port}:{binding.forward.guest_port}" for binding in bindings]
        command = self._passt.arguments(spec, CONNECTION, ports)
        wrapped = Privileges(spec.user_id).wrap(["prlimit", f"--fsize={LOG_LIMIT_BYTES}", "--", *command])
        greeting = spec.greeting()
        with await connect_to_qemu(qemu_socket, greeting) as connection, fresh_log(directory) as log:
            return spawn_gated(wrapped, {CONNECTION: connection.fileno()}, log)

    def is_ready(self, process: GuestProcess) -> bool:
        """See walls.Wall: passt listens after it has connected, so its ports say all."""
        return not process.gone

    def children(self, process: GuestProcess) -> tuple[ProcessIdentity, ...]:
        """See walls.Wall: none."""
        return ()

    async def admit(self, record: NetworkRecord) -> None:
        """See walls.Wall: open the doors."""
        for binding in record.bindings:
            if binding.needs_door:
                await self._open_door(record.spec.address, binding)

    async def dismiss(self, record: NetworkRecord) -> None:
        """See walls.Wall: close the doors."""
        for binding in record.bindings:
            if binding.needs_door:
                await self._close_door(record.spec.address, binding)

    async def end(self, process: GuestProcess) -> None:
        """See walls.Wall."""
        await process.kill()

    def reachable(self, bindings: Sequence[Binding]) -> tuple[PortForward, ...]:
        """See walls.Wall: as asked for, thanks to the doors."""
        return tuple(binding.forward for binding in bindings)

    def watch(self) -> AbstractContextManager[asyncio.Event]:
        """See walls.Wall."""
        return wall_watch.watch(wall_watch.Subject.FIREWALL)

    async def _put_up(self) -> None:
        try:
            await output_of(["nft", "-f", "-"], ruleset(self._user_ids) + self._resolver_rules())
        except StepFailed as error:
            raise StepFailed(
                "The firewall that keeps guests away from this machine could not be set up, so guests get no "
                f"network. Is nftables in the kernel (modules nf_tables, nft_ct, nft_fib_inet, "
                f"nft_reject_inet, nft_chain_nat)? {error}"
            ) from error
        self._listing = await self._list()

    async def _list(self) -> str:
        """Return the table without its elements, as nft prints it; empty if there is none."""
        try:
            return await output_of(["nft", "-t", "list", "table", "inet", "dew"])
        except StepFailed:
            return ""

    def _resolver_rules(self) -> str:
        """Return what leads guests to the machine's resolver, if they can't reach it by themselves.

        A daemon that gives guests no resolver (a test's) leaves what others need alone.
        """
        if self._passt.resolver is None:
            return ""
        resolver = self._passt.hidden_resolver()
        way = f"add element inet dew resolver {{ {RESOLVER_STAND_IN} : {resolver} }}\n" if resolver else ""
        return "flush map inet dew resolver\n" + way

    async def _open_door(self, address: IPv4Address, binding: Binding) -> None:
        element = _door(address, binding)
        try:
            await output_of(["nft", "add", "element", "inet", "dew", "doors", f"{{ {element} }}"])
        except StepFailed:  # it leads elsewhere: an earlier helper's
            await self._close_door(address, binding)
            await output_of(["nft", "add", "element", "inet", "dew", "doors", f"{{ {element} }}"])

    async def _close_door(self, address: IPv4Address, binding: Binding) -> None:
        key = f"{address} . {binding.forward.host_port}"
        doors = await self._doors()
        if key not in doors:
            return
        try:
            element = f"{{ {key} : {doors[key]} }}"
            await output_of(["nft", "delete", "element", "inet", "dew", "doors", element])
        except StepFailed:
            if key in await self._doors():  # else somebody else was faster, and it is as it should be
                raise

    async def _doors(self) -> dict[str, str]:
        """Return all doors, keys and goals as nft writes them."""
        try:
            listing = await output_of(["nft", "-n", "list", "map", "inet", "dew", "doors"])
        except StepFailed:
            return {}
        _, _, elements = listing.partition("elements = {")
        pairs = (element.split(" : ") for element in elements.partition("}")[0].split(","))
        return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def ruleset(user_ids: range) -> str:
    """Return the wall as a script for nft."""
    return CHAINS.format(
        first=user_ids[0],
        last=user_ids[-1],
        networks=", ".join(CLOSED_NETWORKS),
        stand_in=RESOLVER_STAND_IN,
    )


async def connect_to_qemu(path: Path, greeting: bytes) -> socket.socket:
    """Return a blocking connection to QEMU's network socket, ``greeting`` sent. Raises GuestRefused.

    QEMU takes one at a time: while an old helper is not quite gone, this one waits in the queue, or for a
    place in the queue.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    connection.setblocking(False)
    try:
        async with asyncio.timeout(QEMU_CONNECT_SECONDS):
            await _get_in_line(connection, path)
        connection.setblocking(True)
        connection.sendall(greeting)
    except (OSError, TimeoutError) as error:
        connection.close()
        raise GuestRefused(f"QEMU's network socket {path.name} takes no connection: {error}.") from error
    return connection


async def _get_in_line(connection: socket.socket, path: Path) -> None:
    """Connect. Not the loop's sock_connect: it takes a queue that is full for a connection that was made."""
    while True:
        try:
            connection.connect(str(path))
            return
        except BlockingIOError:
            await asyncio.sleep(QUEUE_FULL_SECONDS)


def _door(address: IPv4Address, binding: Binding) -> str:
    return f"{address} . {binding.forward.host_port} : {address} . {binding.bound_port}"
