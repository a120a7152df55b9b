"""What a guest says of its network is asked for seldom, and believed only where it can be so."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dew.compute import qemu_meter
from dew.compute.guest_agent import MARKER, GuestAgent
from dew.compute.qemu_meter import LONGEST_PAUSE_SECONDS, TrafficCount

LOOPBACK = {"name": "lo", "statistics": {"rx-bytes": 10**9, "tx-bytes": 10**9}}
ETH0 = {"name": "eth0", "statistics": {"rx-bytes": 5000, "tx-bytes": 700}}


class Guest:
    """The far end of the agent's port: syncs, and says ``interfaces``."""

    def __init__(self) -> None:
        self.interfaces: Any = [LOOPBACK, ETH0, {"name": "eth1"}]
        self.asked = 0
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            message = json.loads(line.lstrip(MARKER))
            if self.silent:
                continue
            if message["execute"] == "guest-sync-delimited":
                writer.write(MARKER + json.dumps({"return": message["arguments"]["id"]}).encode() + b"\n")
            else:
                self.asked += 1
                writer.write(json.dumps({"return": self.interfaces}).encode() + b"\n")
            await writer.drain()
        writer.close()


@pytest.fixture
async def guest(tmp_path: Path) -> AsyncIterator[tuple[Guest, TrafficCount]]:
    guest = Guest()
    server = await asyncio.start_unix_server(guest.serve, tmp_path / "agent")
    agent = GuestAgent(tmp_path / "agent")
    count = TrafficCount(agent)
    yield guest, count
    await count.close()
    await agent.close()
    server.close()


async def asked(count: TrafficCount) -> None:
    count.refresh()
    assert count._task is not None
    await asyncio.wait([count._task])


async def test_all_interfaces_but_the_loopback_are_added_up(guest: tuple[Guest, TrafficCount]) -> None:
    _, count = guest
    await asked(count)
    assert count.last is not None
    assert (count.last.received_bytes, count.last.sent_bytes) == (5000, 700)


async def test_however_often_it_is_looked_at_the_guest_is_asked_once_a_minute(
    guest: tuple[Guest, TrafficCount],
) -> None:
    far, count = guest
    for _ in range(10):
        await asked(count)
    assert far.asked == 1
    count._ask_again_at = time.monotonic()
    await asked(count)
    assert far.asked == 2


async def test_a_silent_guest_is_asked_ever_less_often_until_it_speaks(
    guest: tuple[Guest, TrafficCount], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu_meter, "SYNC_LIMIT_SECONDS", 0.02)
    far, count = guest
    far.silent = True
    pauses = []
    for _ in range(6):
        count._ask_again_at = 0
        await asked(count)
        pauses.append(count._pause_seconds)
    assert pauses == [60, 120, 240, 480, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]
    far.silent, count._ask_again_at = False, 0
    await asked(count)
    assert (count._pause_seconds, count.last is not None) == (60, True)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "nonsense",
        [7],
        [{"name": "eth0", "statistics": {"rx-bytes": -1, "tx-bytes": 0}}],
        [{"name": "eth0", "statistics": {"rx-bytes": 2**70, "tx-bytes": 0}}],
        [{"name": "eth0", "statistics": {"rx-bytes": "many", "tx-bytes": 0}}],
        [{"name": "eth0", "statistics": {"rx-bytes": 1e400, "tx-bytes": 0}}],
        [{"statistics": {}}],
    ],
)
async def test_nonsense_of_a_guest_is_no_traffic(guest: tuple[Guest, TrafficCount], said: Any) -> None:
    far, count = guest
    far.interfaces = said
    await asked(count)
    assert count.last is None
    assert count._task is not None
    assert count._task.exception() is None
