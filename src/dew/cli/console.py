"""``dew droplet console``: a Droplet's serial console in this terminal, until Ctrl-] is typed."""

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.home import open_client
from dew.cli.parameters import DropletName

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

LEAVE = b"\x1d"  # Ctrl-], as with telnet and virsh
READ_BYTES = 4096
ENDED = 1000  # the code of a console that ended by itself


def console(droplet: DropletName, /) -> None:
    """Sit at a Droplet's serial console. Ctrl-] leaves it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Failure("A console needs a terminal. To run a command, use: dew droplet ssh", Exit.USAGE)
    client = open_client()
    found = names.droplet(client, droplet)
    with client.open_console(found.id) as connection:
        show.note(f"This is the console of {found.name}. Ctrl-] leaves it; Enter may make it say something.")
        with _raw_terminal():
            left = _sit_at(connection)
    print()
    if not left and connection.close_code != ENDED:
        raise Failure(connection.close_reason or "The connection to dewd broke.")


def _sit_at(connection: "ClientConnection") -> bool:
    """Carry what is typed and what is said; return whether the user left, else it ended."""
    ended, at_end = os.pipe()
    reader = threading.Thread(target=_show, args=(connection, at_end), daemon=True)
    reader.start()
    try:
        while ended not in select.select([sys.stdin, ended], [], [])[0]:
            typed = os.read(sys.stdin.fileno(), READ_BYTES)
            if LEAVE in typed or not typed:
                return True
            _send(connection, typed)
        return False
    finally:
        connection.close()
        reader.join()
        os.close(ended)


def _send(connection: "ClientConnection", typed: bytes) -> None:
    from websockets.exceptions import ConnectionClosed

    with suppress(ConnectionClosed):  # which the other side of us tells
        connection.send(typed)


def _show(connection: "ClientConnection", at_end: int) -> None:
    """Print what comes; close ``at_end`` afterwards."""
    from websockets.exceptions import ConnectionClosed

    with suppress(ConnectionClosed):
        for said in connection:
            os.write(sys.stdout.fileno(), said if isinstance(said, bytes) else said.encode())
    os.close(at_end)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Have every key come at once and unchanged: the Droplet's terminal does the rest."""
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
