"""Ports of the machine lead to real Droplets, and opening and closing one disturbs no other."""

import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.guest.dewd import Dewd, Guest, eventually

pytestmark = pytest.mark.guest

HERE, ELSEWHERE = "127.0.0.1", "127.99.0.1"  # the second as another address of this machine
LIMIT_SECONDS = 20.0


@pytest.fixture
def guest(own_dewd: Dewd) -> Guest:
    guest = own_dewd.create("reached")
    guest.ssh("dropbear -p 30022 -r /etc/dropbear/ed25519")
    return guest


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HERE, 0))
        return int(trial.getsockname()[1])


def connect(port: int, address: str = HERE) -> socket.socket:
    """Connect and speak first: passt of 2023 completes a connection only then."""
    connection = socket.create_connection((address, port), LIMIT_SECONDS)
    connection.sendall(b"SSH-2.0-test\r\n")
    return connection


def greets(port: int, address: str = HERE) -> bool:
    """Whether an SSH server answers there."""
    try:
        with closing(connect(port, address)) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def is_open(connection: socket.socket) -> bool:
    """Whether the other side has neither ended the connection nor broken it."""
    connection.settimeout(0)
    try:
        while connection.recv(4096):  # the rest of its greeting
            pass
    except BlockingIOError:
        return True
    return False


def relays(guest: Guest) -> dict[int, int]:
    """Return the pids of the Droplet's relays, by port."""
    found = {}
    for path in guest.directory.glob("relay-*.json"):
        pid = int(path.read_text().partition('"pid": ')[2].partition(",")[0])
        found[int(path.stem.rpartition("-")[2])] = pid
    return found


def refusal(guest: Guest, *words: object) -> str:
    action = guest.dewd.wait(guest.dewd.client.expose_port(guest.id, *words))  # type: ignore[arg-type]
    assert action.status == "errored"
    return action.error


def test_a_port_leads_inside_while_others_come_go_and_die(guest: Guest) -> None:
    dewd, first, second, everywhere = guest.dewd, free_port(), free_port(), free_port()
    dewd.done(dewd.client.expose_port(guest.id, HERE, first, 22))
    with closing(connect(first)) as held:
        assert held.recv(4) == b"SSH-"
        dewd.done(dewd.client.expose_port(guest.id, ELSEWHERE, second, 22))
        assert greets(second, ELSEWHERE)
        assert not greets(second, HERE), "it was exposed at another address"
        assert "not carry port 30022" in refusal(guest, "127.99.0.2", second, 30022)
        dewd.done(dewd.client.hide_port(guest.id, ELSEWHERE, second))
        assert not greets(second, ELSEWHERE)
        dewd.done(dewd.client.expose_port(guest.id, "0.0.0.0", everywhere, 22))
        assert greets(everywhere, HERE)
        assert greets(everywhere, ELSEWHERE)
        dewd.kill()
        assert greets(first), "relays outlive dewd"
        dewd.start()
        os.kill(relays(guest)[first], 0)
        assert is_open(held), "a connection outlives the end of another port, and of dewd"
    os.kill(relays(guest)[first], signal.SIGKILL)
    eventually("a killed relay is replaced", lambda: greets(first), LIMIT_SECONDS)


def test_a_port_that_is_not_carried_takes_a_new_connection_of_the_network_or_a_start(guest: Guest) -> None:
    dewd, port, taken = guest.dewd, free_port(), socket.create_server((HERE, 0))
    assert "not carry port 30022" in refusal(guest, HERE, port, 30022)
    assert not greets(port)
    dewd.done(dewd.client.expose_port(guest.id, HERE, port, 30022, reconnect=True))
    eventually("the guest's own port answers", lambda: greets(port), LIMIT_SECONDS)
    with closing(taken):
        assert "something else listens" in refusal(guest, HERE, taken.getsockname()[1], 22)
    assert "no such address" in refusal(guest, "192.0.2.77", free_port(), 22)
    assert [each.port for each in dewd.client.ports(guest.id)] == [port]
    guest.act("power_off")
    assert not greets(port)
    assert relays(guest) == {}
    guest.act("power_on")
    guest.ssh("dropbear -p 30022 -r /etc/dropbear/ed25519")
    assert greets(port), "it leads inside again after the next start"


def test_a_relay_has_no_rights(guest: Guest) -> None:
    port = free_port()
    guest.dewd.done(guest.dewd.client.expose_port(guest.id, HERE, port, 22))
    assert greets(port)
    status = Path(f"/proc/{relays(guest)[port]}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert fields["CapEff"].strip() == "0" * 16
    assert fields["NoNewPrivs"].strip() == "1"
    assert os.geteuid() != 0 or "0" not in fields["Uid"].split()
