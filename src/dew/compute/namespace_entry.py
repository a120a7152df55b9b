"""What runs in a guest's network namespace before passt does, and what changes the namespace's routes later.

    become CLOSED SOCKET GREETING COMMAND…   close, connect to QEMU and greet it (bytes, in hexadecimal),
                                             give up all privileges and become passt
    try    CLOSED HOST:PORT…                 close, try to reach each, say what was reached
    close  CLOSED PID                        enter the namespace of process PID and close

CLOSED is a list of networks with commas. Standard library only, and nothing of Dew: it runs as a script.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import socket
import subprocess
import sys

INTERFACE = "dew0"

ROUTER = "192.0.0.1"

CONNECTION = 3
"""The number under which passt has the connection to QEMU."""

TRIAL_PORT = 9
"""Discard: a trial at the host's own addresses only asks whether there is a route."""

TRIAL_SECONDS = 2.0

PROGRAM_LIMIT_SECONDS = 10.0

NS_GET_USERNS = 0xB701
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

GIVE_UP_ALL = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--")


def main(arguments: list[str]) -> None:
    """Do what the module's docstring says."""
    verb, closed, *rest = arguments
    networks = closed.split(",")
    if verb == "become":
        become(networks, rest[0], bytes.fromhex(rest[1]), rest[2:])
    elif verb == "try":
        attempt(networks, rest)
    elif verb == "close":
        enter(int(rest[0]))
        close_networks(networks)
    else:
        raise SystemExit(f"unknown verb {verb}")


def become(networks: list[str], qemu_socket: str, greeting: bytes, command: list[str]) -> None:
    """Turn into passt. pasta's own descriptors, which it forgets to close, must not be passed on."""
    prepare(networks)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(qemu_socket)
    connection.sendall(greeting)
    descriptor = os.dup(connection.fileno())
    os.dup2(descriptor, CONNECTION, inheritable=True)
    os.closerange(CONNECTION + 1, os.sysconf("SC_OPEN_MAX"))
    os.execvp(GIVE_UP_ALL[0], [*GIVE_UP_ALL, *command])  # noqa: S606 - no shell is the point


def attempt(networks: list[str], places: list[str]) -> None:
    """Print each of ``places`` that packets could be sent to, then "tried"."""
    prepare(networks)
    for place in places:
        host, _, port = place.rpartition(":")
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            if leaves(host, int(port), kind):
                print(f"reached {place} by {kind.name}")
    print("tried", flush=True)


def leaves(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Return whether the namespace has a way to ``host``; its own loopback, where nobody listens, is none."""
    with socket.socket(socket.AF_INET, kind) as trial:
        trial.settimeout(TRIAL_SECONDS)
        try:
            trial.connect((host, port))
            trial.send(b"x")
        except OSError as error:
            unreachable = error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH)
            return not unreachable and not host.startswith("127.")
        return not (host.startswith("127.") and kind == socket.SOCK_DGRAM)


def prepare(networks: list[str]) -> None:
    """Close ``networks`` and only then open the way out."""
    close_networks(networks)
    run_ip(f"route replace default via {ROUTER} dev {INTERFACE}\n")


def close_networks(networks: list[str]) -> None:
    """Make exactly ``networks`` unreachable from this namespace."""
    wanted = {network if "/" in network else f"{network}/32" for network in networks}
    present = unreachable_networks()
    added = [f"route replace unreachable {network}\n" for network in sorted(wanted - present)]
    removed = [f"route del unreachable {network}\n" for network in sorted(present - wanted)]
    run_ip("".join(added + removed))
    if open_still := wanted - unreachable_networks():
        raise SystemExit(f"still open: {', '.join(sorted(open_still))}")


def unreachable_networks() -> set[str]:
    """Return what is closed already."""
    command = ["ip", "-j", "-4", "route", "show", "type", "unreachable"]
    printed = subprocess.run(command, check=True, capture_output=True, timeout=PROGRAM_LIMIT_SECONDS).stdout
    found = {str(route["dst"]) for route in json.loads(printed or "[]")}
    return {network if "/" in network else f"{network}/32" for network in found}


def run_ip(script: str) -> None:
    """Run a batch of `ip` commands, all of which must work."""
    subprocess.run(
        ["ip", "-4", "-batch", "-"], input=script, text=True, check=True, timeout=PROGRAM_LIMIT_SECONDS
    )


def enter(pid: int) -> None:
    """Move this process into the network namespace of ``pid``, with power over it.

    passt hides in a user namespace of its own below the one that owns the network namespace, so the owner
    is asked of the network namespace itself.
    """
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    owner = fcntl.ioctl(network, NS_GET_USERNS)
    for descriptor, kind in ((owner, CLONE_NEWUSER), (network, CLONE_NEWNET)):
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, kind) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), f"namespace of process {pid}")


if __name__ == "__main__":
    main(sys.argv[1:])
