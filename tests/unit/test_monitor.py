"""The monitor keeps its promises whatever QEMU does at the other end; QEMU is played by a server here."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dew.compute.monitor import Event, Monitor
from dew.model.errors import GuestRefused, MonitorLost

GREETING = {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}}, "capabilities": []}}
SETTLE_SECONDS = 0.1


class Qemu:
    """Serves one client at a time, answering what it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers: dict[str, Any] = {}
        self.heard: list[str] = []
        self.clients = 0
        self.most_at_once = 0
        self._connections: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Qemu":
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.hang_up()
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        for connection in self._connections:
            connection.close()

    def tell(self, event: str) -> None:
        for connection in self._connections:
            self._send(connection, {"event": event, "data": {"id": 1}, "timestamp": {}})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        self.clients += 1
        self.most_at_once = max(self.most_at_once, len(self._connections))
        self._send(writer, GREETING)
        try:
            while text := await reader.readuntil(b"}"):  # there is no other end of a request
                while text.count(b"{") > text.count(b"}"):
                    text += await reader.readuntil(b"}")
                self._answer(writer, json.loads(text))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    def _answer(self, writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        command = request["execute"]
        self.heard.append(command)
        match self.answers.get(command, {}):
            case "silence":
                return
            case "hang-up":
                writer.close()
            case "error":
                error = {"class": "GenericError", "desc": "it can't be done"}
                self._send(writer, {"error": error, "id": request.get("id")})
            case answer:
                self._send(writer, {"return": answer, "id": request.get("id")})

    def _send(self, writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(json.dumps(message).encode() + b"\r\n")


class Ears:
    """What a monitor has told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lost = asyncio.Event()


@pytest.fixture
async def qemu(tmp_path: Path) -> AsyncIterator[Qemu]:
    async with Qemu(tmp_path / "monitor.sock") as qemu:
        yield qemu


@pytest.fixture
async def ears() -> Ears:
    return Ears()


@pytest.fixture
async def monitor(qemu: Qemu, ears: Ears) -> AsyncIterator[Monitor]:
    monitor = Monitor(qemu.path, ears.events.append, ears.lost.set)
    yield monitor
    await monitor.close()


async def test_a_command_connects_and_returns_what_qemu_returns(qemu: Qemu, monitor: Monitor) -> None:
    qemu.answers["query-status"] = {"status": "running"}
    assert await monitor.execute("query-status") == {"status": "running"}


async def test_all_share_one_connection(qemu: Qemu, monitor: Monitor) -> None:
    await asyncio.gather(*(monitor.execute("query-status") for _ in range(20)))
    assert (qemu.clients, qemu.most_at_once) == (1, 1)


async def test_a_refusal_carries_qemus_words(qemu: Qemu, monitor: Monitor) -> None:
    qemu.answers["cont"] = "error"
    with pytest.raises(GuestRefused, match="it can't be done"):
        await monitor.execute("cont")


async def test_silence_ends_in_time_and_the_next_command_is_answered(qemu: Qemu, monitor: Monitor) -> None:
    qemu.answers["stop"] = "silence"
    with pytest.raises(MonitorLost):
        await monitor.execute("stop", timeout_seconds=0.1)
    qemu.answers["query-status"] = {"status": "running"}
    assert await monitor.execute("query-status") == {"status": "running"}


async def test_waiting_for_ones_turn_counts(qemu: Qemu, monitor: Monitor) -> None:
    qemu.answers["stop"] = "silence"
    slow = asyncio.ensure_future(monitor.execute("stop", timeout_seconds=0.5))
    await asyncio.sleep(0)
    with pytest.raises(MonitorLost):
        await monitor.execute("cont", timeout_seconds=0.1)
    with pytest.raises(MonitorLost):
        await slow
    assert "cont" not in qemu.heard


async def test_a_connection_lost_in_mid_command_is_told_and_made_again(
    qemu: Qemu, monitor: Monitor, ears: Ears
) -> None:
    qemu.answers["stop"] = "hang-up"
    with pytest.raises(MonitorLost):
        await monitor.execute("stop")
    await asyncio.wait_for(ears.lost.wait(), 5)
    await monitor.execute("query-status")
    assert qemu.clients == 2


async def test_a_connection_lost_between_commands_is_told(qemu: Qemu, monitor: Monitor, ears: Ears) -> None:
    await monitor.connect()
    qemu.hang_up()
    await asyncio.wait_for(ears.lost.wait(), 5)


async def test_letting_go_is_no_loss(qemu: Qemu, monitor: Monitor, ears: Ears) -> None:
    await monitor.connect()
    await monitor.close()
    await asyncio.sleep(SETTLE_SECONDS)
    assert not ears.lost.is_set()


async def test_events_arrive_and_none_is_hoarded(qemu: Qemu, monitor: Monitor, ears: Ears) -> None:
    await monitor.connect()
    for _ in range(100):
        qemu.tell("RTC_CHANGE")
    await asyncio.sleep(SETTLE_SECONDS)
    assert ears.events == [("RTC_CHANGE", {"id": 1})] * 100
    assert monitor._client is not None
    assert monitor._client.events.empty()
    assert monitor._client.events.history == ()


async def test_nobody_at_the_socket_is_told_as_lost(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path / "nobody.sock", lambda _: None, lambda: None)
    with pytest.raises(MonitorLost):
        await monitor.connect()
    await monitor.close()


async def test_a_cancelled_command_leaves_the_monitor_usable(qemu: Qemu, monitor: Monitor) -> None:
    qemu.answers["stop"] = "silence"
    waiting = asyncio.ensure_future(monitor.execute("stop"))
    await asyncio.sleep(SETTLE_SECONDS)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await monitor.execute("query-status") == {}
