"""Which ports of its loopback address a guest's helper can really listen on.

Two things keep a helper from the port that was asked for. Below the machine's port floor it lacks the
privilege. And when another program listens on that port of *all* addresses (a server's own sshd), Linux
gives it to nobody else on any address. So each forward has a list of substitutes; as root the wall's table
then leads the asked port to the substitute, without root users are told the substitute.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from dew.compute.host import PortForward
from dew.model.errors import StepFailed

FAMILIAR = {22: 2222, 80: 8080, 443: 8443}
"""What people expect in place of a port below the floor."""

SUBSTITUTE_STEPS = (10_000, 20_000, 30_000, -10_000, -20_000, -30_000)
"""Added to a port until one is free: always the same, so that a bookmark keeps working."""

LAST_PORT = 65_535


@dataclass(frozen=True)
class Binding:
    """A forward, and the port of the Droplet's address that its helper listens on."""

    forward: PortForward
    bound_port: int

    @property
    def needs_door(self) -> bool:
        """Whether the port that was asked for is another one."""
        return self.bound_port != self.forward.host_port


def choose_bindings(address: IPv4Address, forwards: Sequence[PortForward], floor: int) -> tuple[Binding, ...]:
    """Return where to listen for each of ``forwards``; ``floor`` is the first port allowed.

    Raises StepFailed when the port and all its substitutes are taken.
    """
    asked = {forward.host_port for forward in forwards}
    chosen: dict[int, Binding] = {}
    for forward in forwards:
        port = _first_free(address, forward, floor, (asked - {forward.host_port}) | chosen.keys())
        chosen[port] = Binding(forward, port)
    return tuple(chosen.values())


def substitutes(host_port: int) -> Iterator[int]:
    """Yield ``host_port`` and what may stand for it, best first."""
    yield host_port
    if host_port in FAMILIAR:
        yield FAMILIAR[host_port]
    yield from (port for step in SUBSTITUTE_STEPS if 0 < (port := host_port + step) <= LAST_PORT)


def _first_free(address: IPv4Address, forward: PortForward, floor: int, taken: set[int]) -> int:
    for port in substitutes(forward.host_port):
        if port >= floor and port not in taken and _is_free(address, port):
            return port
    raise StepFailed(
        f"Port {forward.host_port} of {address} and everything that could stand for it is taken; see "
        f"`ss -ltn` for who listens there."
    )


def _is_free(address: IPv4Address, port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((str(address), port))
        except OSError:
            return False
    return True
