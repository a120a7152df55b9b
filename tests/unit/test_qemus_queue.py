"""Connecting to a QEMU whose queue is full of what killed daemons left there."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dew.compute import wall_users
from dew.compute.wall_users import connect_to_qemu
from dew.model.errors import GuestRefused

LIMIT_SECONDS = 10.0
GREETING = b"hello"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[socket.socket]:
    """A listener whose queue takes nobody any more."""
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(tmp_path / "network.sock"))
        listener.listen(0)
        with closing(socket.socket(socket.AF_UNIX)) as first:
            first.connect(str(tmp_path / "network.sock"))
            yield listener


async def test_it_waits_for_a_place_and_is_really_connected(full: socket.socket) -> None:
    connecting = asyncio.create_task(connect_to_qemu(Path(full.getsockname()), GREETING))
    await asyncio.sleep(2 * wall_users.QUEUE_FULL_SECONDS)
    assert not connecting.done(), "there was no place yet"
    full.accept()[0].close()
    connection = await asyncio.wait_for(connecting, LIMIT_SECONDS)
    accepted, _ = full.accept()
    with connection, accepted:
        assert accepted.recv(100) == GREETING
        assert connection.getblocking()


async def test_it_does_not_wait_for_ever(full: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_users, "QEMU_CONNECT_SECONDS", 0.3)
    with pytest.raises(GuestRefused, match="takes no connection"):
        await connect_to_qemu(Path(full.getsockname()), GREETING)


async def test_a_qemu_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuestRefused, match="takes no connection"):
        await connect_to_qemu(tmp_path / "network.sock", GREETING)
