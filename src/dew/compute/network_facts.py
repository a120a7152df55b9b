"""What this machine offers the network of guests; every function only looks."""

from __future__ import annotations

import shutil
import socket
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

PORT_FLOOR = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")

RESOLVER_FILE = Path("/etc/resolv.conf")

LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""

DEFAULT_ROUTE = "00000000"


def port_floor() -> int:
    """Return the first TCP port that a process without privileges may listen on."""
    try:
        return int(PORT_FLOOR.read_text())
    except (OSError, ValueError):
        return 1024


def missing_programs(*, as_root: bool) -> tuple[str, ...]:
    """Return the programs that the network needs and this machine lacks."""
    needed = ("passt", "setpriv", "prlimit", "ip", *(("nft", "bash") if as_root else ("pasta",)))
    return tuple(name for name in needed if shutil.which(name) is None)


def tap_device_usable(path: str = "/dev/net/tun") -> bool:
    """Return whether this process may open the device that a namespace's network is made of."""
    try:
        Path(path).open("r+b", buffering=0).close()
    except OSError:
        return False
    return True


def system_resolver() -> IPv4Address | None:
    """Return the machine's first resolver with an IPv4 address, as passt will choose it; None without one."""
    try:
        lines = RESOLVER_FILE.read_text().splitlines()
    except OSError:
        return None
    for words in map(str.split, lines):
        if len(words) > 1 and words[0] == "nameserver":
            try:
                return IPv4Address(words[1])
            except AddressValueError:
                continue
    return None


def is_on_this_machine(address: IPv4Address) -> bool:
    """Return whether packets to ``address`` stay on this machine: only such an address can be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((str(address), 0))
        except OSError:
            return False
    return True


def has_default_route() -> bool:
    """Return whether the machine has an IPv4 default route; a laptop without a network has none."""
    try:
        lines = Path("/proc/net/route").read_text().splitlines()[1:]
    except OSError:
        return False
    return any(line.split()[1] == DEFAULT_ROUTE == line.split()[7] for line in lines)


def listening_ports(address: IPv4Address) -> set[int]:
    """Return the TCP ports that are listened on at exactly ``address``."""
    wanted = f"{int.from_bytes(address.packed, 'little'):08X}"
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        host, _, port = fields[1].partition(":")
        if host == wanted and fields[3] == LISTENING:
            found.add(int(port, 16))
    return found
