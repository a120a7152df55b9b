"""The event stream, over a real connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import pytest_asyncio
import uvicorn

from dew.api import events as api_events
from dew.daemon.listening import listen, uvicorn_config
from dew.database import events
from tests.api.house import House, client_of, open_house

LIMIT_SECONDS = 10.0


class Stream:
    """An open event stream."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, int, Any]:
        """Return (event, id, data) of the next message that is no comment; ("", 0, None) at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(LIMIT_SECONDS):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    return fields["event"], int(fields["id"]), msgspec.json.decode(fields["data"])
                else:
                    fields = {}
        return "", 0, None

    async def until(self, wanted: str, **members: Any) -> tuple[int, Any]:
        """Return (id, data) of the next ``wanted`` event whose data has ``members``."""
        while True:
            event, id_, data = await self.next()
            assert event, f"the stream ended before {wanted} {members}"
            if event == wanted and members.items() <= data.items():
                return id_, data


@asynccontextmanager
async def served(house: House) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """Serve a house on a port of its own."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn_config(house.app))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    port = listener.getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        house.parts.closing.set()
        server.should_exit = True
        async with asyncio.timeout(LIMIT_SECONDS):
            await serving


@pytest_asyncio.fixture
async def url(house: House) -> AsyncIterator[str]:
    async with served(house) as (url, _):
        yield url


@asynccontextmanager
async def stream(url: str, token: str, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    headers = {"authorization": f"Bearer {token}", **headers}
    async with (
        httpx2.AsyncClient(timeout=LIMIT_SECONDS) as client,
        client.stream("GET", f"{url}/dew/v1/events{query}", headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


async def test_a_snapshots_progress_is_told_until_it_is_done(house: House, url: str) -> None:
    droplet = await house.create()
    async with stream(url, house.token) as told:
        assert (await told.next())[0] == "ready"
        action = await house.act(droplet["id"], "snapshot", name="a")
        _, data = await told.until("action", action_id=action.id, status="completed")
    assert (data["progress"], data["kind"], data["resource_id"]) == (100, "snapshot", droplet["id"])


async def test_a_client_that_reads_after_ready_misses_nothing(house: House, url: str) -> None:
    async with stream(url, house.token) as told:
        ready, position, _ = await told.next()
        async with house.database.read() as tx:
            assert (ready, position) == ("ready", (await events.bounds(tx))[1])


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_stream_is_taken_up_where_it_broke(house: House, url: str, how: str) -> None:
    async with stream(url, house.token) as told:
        _, position, _ = await told.next()
    await house.create("while-away")
    resumed = (
        stream(url, house.token, **{"last-event-id": str(position)})
        if how == "header"
        else stream(url, house.token, f"?after={position}")
    )
    async with house.database.read() as tx:
        missed = [(event.type, event.id) for event in await events.after(tx, position)]
    assert missed
    async with resumed as told:
        assert [(await told.next())[:2] for _ in missed] == missed


async def test_a_client_whose_place_is_forgotten_is_told_to_start_afresh(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "KEPT_EVENTS", 10)
    async with house.database.write() as tx:
        for number in range(2 * events._DROP_EVERY):
            await events.append(tx, "test", "test", number)
    async with stream(url, house.token, "?after=1") as told:
        reset, position, _ = await told.next()
        assert reset == "reset"
        async with house.database.write() as tx:
            await events.append(tx, "test", "test", 1)
        assert (await told.next())[:2] == ("test", position + 1)
    async with stream(url, house.token, "?after=999999") as told:  # of a database that was put back
        assert (await told.next())[0] == "reset"


async def test_a_backlog_longer_than_one_batch_arrives_whole_and_in_order(house: House, url: str) -> None:
    async with stream(url, house.token) as told:
        _, position, _ = await told.next()
        count = 2 * api_events.BATCH + 3
        async with house.database.write() as tx:
            for number in range(count):
                await events.append(tx, "test", "test", number)
        got = [(await told.next())[1] for _ in range(count)]
    assert got == list(range(position + 1, position + count + 1))


async def test_silence_is_broken_by_heartbeats(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_events, "HEARTBEAT_SECONDS", 0.05)
    headers = {"authorization": f"Bearer {house.token}"}
    async with (
        asyncio.timeout(LIMIT_SECONDS),
        httpx2.AsyncClient() as client,
        client.stream("GET", f"{url}/dew/v1/events", headers=headers) as response,
    ):
        comments = 0
        async for line in response.aiter_lines():
            comments += line.startswith(":")
            if comments == 3:
                break


async def test_the_stream_ends_the_moment_its_token_is_revoked(house: House, url: str) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "x"}))["token"]
    async with stream(url, made["token"]) as told:
        await told.next()
        await house.ok("DELETE", f"/dew/v1/tokens/{made['id']}")
        event = "-"
        while event:
            event, _, data = await told.next()
            assert not (event == "token" and data.get("gone"))


async def test_the_daemon_stops_at_once_with_streams_open(house: House) -> None:
    async with served(house) as (url, server), stream(url, house.token) as told:
        await told.next()
        house.parts.closing.set()
        server.should_exit = True
        assert (await told.next())[0] == ""


async def test_streams_are_counted_and_bounded(directory: Path) -> None:
    async with open_house(directory, max_streams=2) as house, served(house) as (url, _):
        async with stream(url, house.token) as first, stream(url, house.token) as second:
            await first.next()
            await second.next()
            assert (await house.get("/dew/v1/events")).status_code == 429
        async with asyncio.timeout(LIMIT_SECONDS):
            while house.app.state.open_streams:  # noticed when the next event is written
                async with house.database.write() as tx:
                    await events.append(tx, "test", "test", 1)
                await asyncio.sleep(0.05)


async def test_a_place_that_is_no_number_is_refused(house: House) -> None:
    await house.refused("GET", "/dew/v1/events?after=yesterday")
    async with client_of(house.app, "") as client:
        assert (await client.get("/dew/v1/events")).status_code == 401


async def test_a_client_that_leaves_does_not_break_off_a_read_of_the_database(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, left, read_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    looking = api_events._news

    async def slow(*args: Any) -> Any:
        inside.set()
        await left.wait()
        news = await looking(*args)
        read_on.set()
        return news

    async with stream(url, house.token) as told:
        await told.next()
        monkeypatch.setattr(api_events, "_news", slow)
        await house.create()
        await inside.wait()
    await house.get("/healthz")  # by now the server has noticed
    left.set()
    async with asyncio.timeout(LIMIT_SECONDS):
        await read_on.wait()
