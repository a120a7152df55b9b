"""The wall around guests: what may never be reached from inside one, and what a wall promises.

Closed to a guest, for TCP, UDP and ICMP, whatever its root does to routes inside:
the host's loopback · every address the host has · other Droplets · link-local addresses (on rented machines
the provider's metadata service, with its keys, is there) · multicast and broadcast · IPv6 altogether.
Open: all else, so the Internet and the local network; and the machine's own resolver, as a resolver only.

There are two walls. ``wall_users.py``, as root: guests' processes have user ids of their own, and the
kernel's packet filter rejects what those open towards closed addresses. ``wall_namespace.py``, without root:
passt runs in a network namespace where closed addresses have no route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from dew.compute.host import PortForward
from dew.compute.network_passt import NetworkSpec
from dew.compute.network_ports import Binding
from dew.compute.network_record import NetworkRecord
from dew.compute.privileges import DEFAULT_UID_BASE
from dew.compute.qemu_process import GatedProcess, GuestProcess, ProcessIdentity

GUEST_USER_IDS = range(DEFAULT_UID_BASE, DEFAULT_UID_BASE + 40_000_000)
"""Every process with one of these ids is a guest's, and behind the wall."""

CLOSED_NETWORKS = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
"""Closed on every machine, beside the addresses that the machine has itself."""


class Wall(Protocol):
    """See the module's docstring for what a wall keeps closed."""

    async def prepare(self) -> None:
        """Put it up and prove, by trying to get through, that it holds. Raises StepFailed with advice."""
        ...

    async def ensure(self) -> None:
        """Return when it is up, cheaply if it was. Raises StepFailed."""
        ...

    async def spawn(
        self, spec: NetworkSpec, bindings: Sequence[Binding], qemu_socket: Path, directory: Path
    ) -> GatedProcess:
        """Start a guest's helper behind the wall and at its gate. Raises GuestRefused, StepFailed."""
        ...

    def is_ready(self, process: GuestProcess) -> bool:
        """Return whether a released helper has become passt."""
        ...

    def children(self, process: GuestProcess) -> tuple[ProcessIdentity, ...]:
        """Return the processes that would be left over if ``process`` were killed."""
        ...

    async def admit(self, record: NetworkRecord) -> None:
        """Make a running guest's forwards reachable and close what became closed meanwhile. Idempotent."""
        ...

    async def dismiss(self, record: NetworkRecord) -> None:
        """Take back what ``admit`` did on the host; end what is left over. Idempotent. Raises MonitorLost."""
        ...

    async def end(self, process: GuestProcess) -> None:
        """Return when the helper and all that belongs to it have ended. Raises MonitorLost."""
        ...

    def reachable(self, bindings: Sequence[Binding]) -> tuple[PortForward, ...]:
        """Return the forwards as a user of this machine meets them."""
        ...

    def watch(self) -> AbstractContextManager[asyncio.Event]:
        """Return an event that the kernel sets when something that the wall rests on changed."""
        ...
