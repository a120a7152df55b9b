"""Consoles and screens over WebSockets: who may look, who may type, and how it ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from dew.api import connections
from dew.streams import consoles
from tests.api.house import House, client_of
from tests.api.test_events_tell_of_every_change import LIMIT_SECONDS, served, url

__all__ = ["url"]


@asynccontextmanager
async def at(
    url: str, path: str, token: str = "", origin: str | None = None, port: int | None = None, **headers: str
) -> AsyncIterator[ClientConnection]:
    """Sit at a console."""
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    asked_by = None if origin is None else Origin(origin)
    where = url.replace("http", "ws", 1) + path
    elsewhere = {} if port is None else {"host": "127.0.0.1", "port": port}  # than the name says
    async with connect(
        where, origin=asked_by, additional_headers=headers, proxy=None, **elsewhere
    ) as console:
        yield console


def upgrade(path: str, token: str) -> bytes:
    """The request that begins a WebSocket."""
    return (
        f"GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()


async def said_by(console: ClientConnection) -> AsyncIterator[bytes]:
    with suppress(ConnectionClosed):
        while True:
            yield await console.recv(decode=False)


async def until(console: ClientConnection, wanted: bytes) -> bytes:
    """Read until something was said."""
    said = b""
    async with asyncio.timeout(LIMIT_SECONDS):
        while wanted not in said:
            said += await console.recv(decode=False)
    return said


async def ending(console: ClientConnection) -> tuple[int, str]:
    """Read to the end; return why it is one."""
    async with asyncio.timeout(LIMIT_SECONDS):
        async for _ in said_by(console):
            pass
    assert console.close_code not in (None, 1006), "hung up without a word"
    return int(console.close_code or 0), console.close_reason or ""


async def refused(url: str, path: str, token: str = "", **more: Any) -> int:
    """Return the status that a WebSocket is refused with."""
    with pytest.raises(InvalidStatus) as error:
        async with at(url, path, token, **more):
            pass
    return int(error.value.response.status_code)


async def test_who_types_poweroff_switches_the_droplet_off(house: House, url: str) -> None:
    droplet = await house.create("web")
    async with at(url, f"/dew/v1/droplets/{droplet['id']}/console", house.token) as console:
        await until(console, b"web login: ")
        await console.send(b"root\r")
        await until(console, b"root@web:~# ")
        await console.send(b"poweroff\r")
        await until(console, b"Power down\r\n")
        await console.send(b"ls\r")
        async with at(url, f"/dew/v1/droplets/{droplet['id']}/console", house.token) as late:
            assert (await until(late, b"Power down\r\n")).endswith(b"Power down\r\n"), "it is off"
    assert (await house.host.observe(droplet["id"])).state.value == "powered_off"


async def test_who_types_reboot_is_asked_to_log_in_again(house: House, url: str) -> None:
    droplet = await house.create("web")
    async with at(url, f"/dew/v1/droplets/{droplet['id']}/console", house.token) as console:
        await until(console, b"web login: ")
        for command in (b"reboot", b"shutdown -r now"):
            await console.send(b"root\r")
            await until(console, b"# ")
            await console.send(command + b"\r")
            assert b"Restarting system" in await until(console, b"web login: ")
    assert (await house.host.observe(droplet["id"])).state.value == "running"


async def test_all_who_look_see_the_same_and_each_may_type(house: House, url: str) -> None:
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    async with at(url, path, house.token) as one, at(url, path, house.token) as two:
        await until(one, b"login: ")
        await until(two, b"login: ")
        await one.send(b"ro")
        assert await until(two, b"ro") == b"ro"
        await two.send(b"ot\r")
        assert b"root@web-01" in await until(one, b"# ")
        async with at(url, path, house.token) as late:
            assert b"login: root" in await until(late, b"# ")


async def test_who_may_only_look_does_only_that(house: House, url: str) -> None:
    droplet = await house.create()
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "viewer", "scopes": ["read"]}))["token"]
    path = f"/dew/v1/droplets/{droplet['id']}"
    async with at(url, f"{path}/console", made["token"]) as looker:
        await until(looker, b"login: ")
        await looker.send(b"intruder\r")
        async with at(url, f"{path}/console", house.token) as console:
            await until(console, b"login: ")
            await console.send(b"x")
            assert await until(looker, b"x") == b"x"
    assert await refused(url, f"{path}/screen", made["token"]) == 403


async def test_strangers_and_their_pages_see_nothing(house: House, url: str) -> None:
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        client.base_url = url
        signed_in = await client.post("/dew/v1/session", json={"token": house.token})
    cookie = {"cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    assert await refused(url, path) == 401
    assert await refused(url, path, "wrong") == 401
    assert await refused("http://evil.example", path, house.token, port=int(url.rpartition(":")[2])) == 403
    assert await refused(url, path, **cookie) == 403
    for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
        assert await refused(url, path, origin=origin, **cookie) == 403, origin
    async with at(url, path, origin=url, **cookie) as console:
        await until(console, b"login: ")
        await house.ok("DELETE", f"/dew/v1/sessions/{signed_in.json()['session']['id']}")
        assert await ending(console) == (4401, "You were signed out.")


async def test_a_console_ends_with_its_token_its_droplet_and_dewd(house: House) -> None:
    kept, gone = await house.create("kept"), await house.create("gone")
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "x"}))["token"]
    path = "/dew/v1/droplets/{}/console"
    async with served(house) as (url, _), at(url, path.format(kept["id"]), house.token) as last:
        async with at(url, path.format(kept["id"]), made["token"]) as console:
            await until(console, b"login: ")
            await house.ok("DELETE", f"/dew/v1/tokens/{made['id']}")
            assert (await ending(console))[0] == 4401
        async with at(url, path.format(gone["id"]), house.token) as console:
            await until(console, b"login: ")
            await house.ok("DELETE", f"/v2/droplets/{gone['id']}")
            assert (await ending(console))[0] in (1000, 4404)
        assert await refused(url, path.format(gone["id"]), house.token) == 404
        assert await refused(url, path.format("x"), house.token) == 404
        await until(last, b"login: ")
        house.parts.closing.set()
        assert await ending(last) == (1001, "dewd stops.")


async def test_a_console_ends_when_the_droplet_starts_anew_and_says_why_there_is_none(
    house: House, url: str
) -> None:
    droplet = await house.create()
    path = f"/dew/v1/droplets/{droplet['id']}/console"
    async with at(url, path, house.token) as console:
        await until(console, b"login: ")
        await house.act(droplet["id"], "power_off")
        assert await ending(console) == (1000, "It has ended.")
    async with at(url, path, house.token) as console:
        code, reason = await ending(console)
    assert (code, "power it on" in reason) == (4422, True)
    async with at(url, path.replace("console", "screen"), house.token) as screen:
        assert (await ending(screen))[0] == 4422
    await house.act(droplet["id"], "power_on")
    async with at(url, path.replace("console", "screen"), house.token) as screen:
        assert "simulated" in (await ending(screen))[1]


async def test_viewers_are_bounded_and_forgotten_when_they_leave(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consoles, "MOST_OF_ONE", 1)
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    for _ in range(2):
        async with at(url, path, house.token) as console:
            await until(console, b"login: ")
            async with at(url, path, house.token) as second:
                assert (await ending(second))[0] == 4429
        while house.parts.consoles._viewers:
            await asyncio.sleep(0.01)
    monkeypatch.setattr(consoles, "MOST_VIEWERS", 0)
    async with at(url, path, house.token) as console:
        assert (await ending(console))[0] == 4429


async def test_only_binary_messages_of_bounded_size_are_taken(house: House, url: str) -> None:
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    async with at(url, path, house.token) as console:
        await console.send("poweroff")
        assert (await ending(console))[0] == 4422
    async with at(url, path, house.token) as console:
        await console.send(b"x" * (consoles.LARGEST_MESSAGE_BYTES + 1))
        assert (await ending(console))[0] == 1009


async def test_a_viewer_that_takes_nothing_is_hung_up_on(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consoles, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(connections, "FAREWELL_SECONDS", 0.2)
    droplet = await house.create()
    path, port = f"/dew/v1/droplets/{droplet['id']}/console", int(url.rpartition(":")[2])
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.setblocking(False)
        await asyncio.get_running_loop().sock_connect(stuck, ("127.0.0.1", port))
        await asyncio.get_running_loop().sock_sendall(stuck, upgrade(path, house.token))
        while not house.parts.consoles._viewers:
            await asyncio.sleep(0.01)
        guest = house.host.guests.running[droplet["id"]]
        async with asyncio.timeout(LIMIT_SECONDS):
            while house.parts.consoles._viewers:
                guest.console._say("x" * 100_000)
                await asyncio.sleep(0.01)
    async with at(url, path, house.token) as console:
        await until(console, b"x")


async def test_clients_that_vanish_or_send_garbage_cost_nothing(house: House, url: str) -> None:
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    garbage = (
        b"",
        b"\xff" * 500,
        b"\x82\xff\x7f" + b"\xff" * 7,
        b"\x89\x80abcd" * 2000,
        b"\x02\x81abcdx" * 50,
    )
    with capture_logs() as logged:
        for sent in garbage * 3:
            _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            writer.write(upgrade(path, house.token) + sent)
            await writer.drain()
            writer.transport.abort()
        async with asyncio.timeout(LIMIT_SECONDS), at(url, path, house.token) as console:
            await until(console, b"login: ")
            while house.parts.consoles._viewers.total() > 1:
                await asyncio.sleep(0.01)
    assert [line for line in logged if line["log_level"] == "error"] == []


async def test_who_sits_at_a_console_may_be_silent_for_longer_than_a_connection_may(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", 0.3)
    path = f"/dew/v1/droplets/{(await house.create())['id']}/console"
    async with served(house) as (url, _), at(url, path, house.token) as console:
        await until(console, b"login: ")
        await asyncio.sleep(0.6)
        await console.send(b"y")
        await until(console, b"y")
