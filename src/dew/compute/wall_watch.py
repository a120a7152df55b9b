"""Hearing from the kernel that firewall rules or addresses changed, without asking."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from enum import Enum

PROTOCOL_ROUTE = 0
PROTOCOL_NETFILTER = 12

MAXIMUM_READS = 1000
"""One call empties the queue this far at most, so that a storm of changes can't hold the loop."""


class Subject(Enum):
    """What to hear of: the netlink protocol and the mask of its multicast group."""

    FIREWALL = (PROTOCOL_NETFILTER, 1 << 6)  # NFNLGRP_NFTABLES
    ADDRESSES = (PROTOCOL_ROUTE, 0x10)  # RTMGRP_IPV4_IFADDR


@contextlib.contextmanager
def watch(subject: Subject) -> Iterator[asyncio.Event]:
    """Yield an event that is set after each change. Where the kernel offers none it is never set."""
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        listener = _listen(subject)
    except OSError:  # the caller looks by itself from time to time
        yield changed
        return
    with listener:
        loop.add_reader(listener, _heard, listener, changed)
        try:
            yield changed
        finally:
            loop.remove_reader(listener)


def _listen(subject: Subject) -> socket.socket:
    protocol, groups = subject.value
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    try:
        listener.setblocking(False)
        listener.bind((0, groups))
    except OSError:
        listener.close()
        raise
    return listener


def _heard(listener: socket.socket, changed: asyncio.Event) -> None:
    changed.set()
    with contextlib.suppress(BlockingIOError):
        for _ in range(MAXIMUM_READS):
            try:
                listener.recv(65536)
            except BlockingIOError:
                raise
            except OSError:  # more changes than its buffer holds (ENOBUFS): that too is a change
                continue
