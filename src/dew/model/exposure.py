"""Exposure: a port of this machine at which a Droplet is reached from elsewhere."""

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, order=True)
class Exposure:
    """A TCP port of this machine that leads to one of a Droplet's."""

    address: IPv4Address  # one of this machine's; 0.0.0.0 is all of them
    port: int
    guest_port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"

    def clashes(self, other: "Exposure") -> bool:
        """Whether both can't be listened on: the same port at the same address, or one at all of them."""
        at_all = self.address.is_unspecified or other.address.is_unspecified
        return self.port == other.port and (at_all or self.address == other.address)
