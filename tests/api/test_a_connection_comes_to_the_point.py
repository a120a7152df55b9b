"""Connections that send nothing do not stay; those that asked for something do."""

import asyncio
import contextlib
import socket

import pytest

from dew.api import connections
from tests.api.house import House
from tests.api.test_events_tell_of_every_change import LIMIT_SECONDS, served

IMPATIENCE_SECONDS = 0.3


async def ends(reader: asyncio.StreamReader) -> bool:
    """Whether the server hangs up soon."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(10 * IMPATIENCE_SECONDS):
            while await reader.read(4096):
                pass
        return True
    return False


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nhost: lo"])
async def test_who_says_nothing_whole_is_hung_up_on(
    house: House, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", IMPATIENCE_SECONDS)
    async with served(house) as (url, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(said)
        async with asyncio.timeout(LIMIT_SECONDS):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()


async def test_who_follows_the_events_may_be_silent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", IMPATIENCE_SECONDS)
    async with served(house) as (url, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        head = (
            f"GET /dew/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {house.token}\r\n\r\n"
        )
        writer.write(head.encode())
        assert not await ends(reader)
        writer.close()


async def test_an_answer_is_sent_at_once(house: House) -> None:
    """Not when the client has acknowledged its headers, which takes it 40 ms."""
    async with served(house) as (url, server):
        _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        async with asyncio.timeout(LIMIT_SECONDS):
            while not server.server_state.connections:
                await asyncio.sleep(0.01)
        (connection,) = server.server_state.connections
        ours = connection.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
