"""A port that leads to a Droplet is not used up by clients whose machine is gone."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

from dew.compute import relay_entry

KEEPALIVE_TIMER = "02"
LIMIT_SECONDS = 10.0


def timer_of(local: int, remote: int) -> str:
    """Return which timer the kernel runs for a connection, by its ports ("" if it is not there)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, here, there, _, _, timer, *_ = line.split()
        if (int(here[9:], 16), int(there[9:], 16)) == (local, remote):
            return timer[:2]
    return ""


def test_a_connection_that_says_nothing_is_probed() -> None:
    with contextlib.ExitStack() as stack:
        listener, droplet = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        number, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-I", "-S", relay_entry.__file__, str(number), "127.0.0.1"]
        relay = subprocess.Popen([*command, str(droplet.getsockname()[1])], pass_fds=[number])
        stack.callback(relay.wait, LIMIT_SECONDS)
        stack.callback(relay.kill)
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS))
        droplet.settimeout(LIMIT_SECONDS)
        inside, _ = droplet.accept()
        stack.enter_context(inside)
        client.sendall(b"hello")
        assert inside.recv(5) == b"hello"
        until = time.monotonic() + LIMIT_SECONDS
        while timer_of(port, client.getsockname()[1]) != KEEPALIVE_TIMER:
            assert time.monotonic() < until, "nobody would notice that the client's machine is gone"
            time.sleep(0.05)
