"""Trying to get through the wall, as a guest's process would: a wall that was never tried may not be one.

Listeners of the daemon's own on the host's loopback are the bait. First the daemon reaches them itself: a
bait that nobody could reach would prove nothing. Then a process with a guest's user id tries.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from dew.compute.network_passt import output_of
from dew.compute.privileges import Privileges
from dew.model.errors import StepFailed

LOOPBACKS = ("127.0.0.1", "::1")

INTRUDER = """\
exec 2>/dev/null
for bait in "$@"; do
    (exec 3<>"/dev/tcp/$bait") && echo "tcp $bait"
    (echo "$bait" >"/dev/udp/$bait")
done
echo tried
"""


@dataclass(frozen=True)
class Bait:
    """A TCP and a UDP socket on the same loopback address and port."""

    tcp: socket.socket
    udp: socket.socket

    @property
    def place(self) -> tuple[str, int]:
        """Where it can be reached."""
        host, port = self.tcp.getsockname()[:2]
        return str(host), int(port)

    @property
    def name(self) -> str:
        """The same, as bash writes it below /dev/tcp."""
        return "{}/{}".format(*self.place)

    def bitten(self) -> list[str]:
        """Return how it was reached since it was asked last."""
        found = []
        with contextlib.suppress(BlockingIOError):
            self.tcp.accept()[0].close()
            found.append(f"tcp {self.name}")
        with contextlib.suppress(BlockingIOError):
            self.udp.recv(100)
            found.append(f"udp {self.name}")
        return found


async def expect_no_way_out(user_id: int) -> None:
    """Return if a process with ``user_id`` can't reach the host's loopback. Raises StepFailed if it can.

    Takes about 20 ms.
    """
    with contextlib.ExitStack() as stack:
        baits = [caught for host in LOOPBACKS for caught in stack.enter_context(bait(host))]
        await asyncio.to_thread(expect_reachable, baits)
        intruder = Privileges(user_id).wrap(
            ["bash", "-c", INTRUDER, "dew-probe", *(each.name for each in baits)]
        )
        said = await output_of(intruder)
        reached = bitten(baits)
    if said != "tried" or reached:
        raise StepFailed(
            "The wall around guests does not hold: a process with a guest's user id reached this machine's "
            f"loopback ({', '.join(reached) or said}). Does another firewall's rule accept it first? Look at "
            "`nft list ruleset`."
        )


@contextlib.contextmanager
def bait(host: str) -> Iterator[list[Bait]]:
    """Yield bait at ``host``, or none where the machine has no such loopback (IPv6 switched off)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.ExitStack() as stack:
        try:
            tcp = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            tcp.bind((host, 0))
            udp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            udp.bind((host, tcp.getsockname()[1]))
            tcp.listen()
        except OSError:
            yield []
            return
        tcp.setblocking(False)
        udp.setblocking(False)
        yield [Bait(tcp, udp)]


def expect_reachable(baits: list[Bait]) -> None:
    """Reach ``baits`` as the daemon. Raises StepFailed where that fails: the trial would prove nothing."""
    for each in baits:
        with contextlib.suppress(OSError), socket.create_connection(each.place, timeout=1):
            pass
        with socket.socket(each.udp.family, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
            sender.sendto(b"control", each.place)
        if len(each.bitten()) != 2:
            raise StepFailed(
                f"This machine can't reach its own loopback address {each.place[0]}, so the wall around "
                "guests can't be tried. Is the interface `lo` up, and does a firewall leave it alone?"
            )


def bitten(baits: list[Bait]) -> list[str]:
    """Return how any of ``baits`` was reached since they were asked last."""
    return [way for each in baits for way in each.bitten()]
