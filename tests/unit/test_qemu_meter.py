"""What a guest says of its network is asked for seldom, and believed only where it can be so."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dew.compute import qemu_meter
from dew.compute.guest_agent import MARKER, GuestAgent
from dew.compute.meter import Filesystem, Inside
from dew.compute.qemu_meter import LONGEST_PAUSE_SECONDS, GuestsWord

LOOPBACK = {"name": "lo", "statistics": {"rx-bytes": 10**9, "tx-bytes": 10**9}}
BOOT = {"mountpoint": "/boot", "name": "vda1", "type": "vfat", "total-bytes": 10, "used-bytes": 1}
ROOT = {"mountpoint": "/", "name": "vda2", "type": "ext4", "total-bytes": 9000, "used-bytes": 2000}
MEMINFO = b"MemTotal: 500 kB\nMemFree:  100 kB\nMemAvailable: 300 kB\nCached: 150 kB\nHugePages_Total: 0\n"
ETH0 = {"name": "eth0", "statistics": {"rx-bytes": 5000, "tx-bytes": 700}}


class Guest:
    """The far end of the agent's port: syncs, and says ``interfaces``."""

    def __init__(self) -> None:
        self.interfaces: Any = [LOOPBACK, ETH0, {"name": "eth1"}]
        self.filesystems: Any = [BOOT, ROOT]
        self.files = {"/proc/meminfo": MEMINFO, "/proc/loadavg": b"0.50 1.25 2.00 1/99 4711\n"}
        self.knows = {"guest-get-fsinfo", "guest-file-open", "guest-file-read", "guest-file-close"}
        self.open: list[str] = []
        self.closed = 0
        self.asked = 0
        self.silent = False

    def answer(self, execute: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
        if execute == "guest-network-get-interfaces":
            return {"return": self.interfaces}
        if execute not in self.knows:
            return {"error": {"class": "CommandNotFound", "desc": "not allowed here"}}
        if execute == "guest-get-fsinfo":
            return {"return": self.filesystems}
        arguments = arguments or {}
        if execute == "guest-file-open":
            self.open.append(arguments["path"])
            return {"return": len(self.open)}
        if execute == "guest-file-read":
            content = self.files[self.open[arguments["handle"] - 1]]
            return {"return": {"count": len(content), "buf-b64": base64.b64encode(content).decode()}}
        self.closed += 1
        return {"return": {}}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            message = json.loads(line.lstrip(MARKER))
            if self.silent:
                continue
            if message["execute"] == "guest-sync-delimited":
                writer.write(MARKER + json.dumps({"return": message["arguments"]["id"]}).encode() + b"\n")
            else:
                self.asked += message["execute"] == "guest-network-get-interfaces"
                writer.write(json.dumps(self.answer(**message)).encode() + b"\n")
            await writer.drain()
        writer.close()


@pytest.fixture
async def guest(tmp_path: Path) -> AsyncIterator[tuple[Guest, GuestsWord]]:
    guest = Guest()
    server = await asyncio.start_unix_server(guest.serve, tmp_path / "agent")
    agent = GuestAgent(tmp_path / "agent")
    count = GuestsWord(agent)
    yield guest, count
    await count.close()
    await agent.close()
    server.close()


async def asked(count: GuestsWord) -> None:
    count.refresh()
    assert count._task is not None
    await asyncio.wait([count._task])


async def test_all_interfaces_but_the_loopback_are_added_up(guest: tuple[Guest, GuestsWord]) -> None:
    _, count = guest
    await asked(count)
    assert count.traffic is not None
    assert (count.traffic.received_bytes, count.traffic.sent_bytes) == (5000, 700)


async def test_however_often_it_is_looked_at_the_guest_is_asked_once_a_minute(
    guest: tuple[Guest, GuestsWord],
) -> None:
    far, count = guest
    for _ in range(10):
        await asked(count)
    assert far.asked == 1
    count._ask_again_at = time.monotonic()
    await asked(count)
    assert far.asked == 2


async def test_a_silent_guest_is_asked_ever_less_often_until_it_speaks(
    guest: tuple[Guest, GuestsWord], monkeypatch: pytest.MonkeyPatch
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
    assert (count._pause_seconds, count.traffic is not None) == (60, True)


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
async def test_nonsense_of_a_guest_is_no_traffic(guest: tuple[Guest, GuestsWord], said: Any) -> None:
    far, count = guest
    far.interfaces = said
    await asked(count)
    assert count.traffic is None
    assert count._task is not None
    assert count._task.exception() is None


MEMORY, LOAD = (100 * 1024, 150 * 1024, 300 * 1024), (0.5, 1.25, 2.0)
UNTOLD = (None, None, None)
FILESYSTEM = Filesystem("/dev/vda2", "ext4", 9000, 7000)


async def test_a_guest_tells_of_its_memory_load_and_root(guest: tuple[Guest, GuestsWord]) -> None:
    far, word = guest
    await asked(word)
    assert word.inside == Inside(*MEMORY, *LOAD, FILESYSTEM)
    assert far.closed == len(far.open) == 2


@pytest.mark.parametrize("name", ["guest-get-fsinfo", "guest-file-open", "guest-file-read"])
async def test_what_an_agent_refuses_is_left_out_and_the_rest_told(
    guest: tuple[Guest, GuestsWord], name: str
) -> None:
    far, word = guest
    far.knows.remove(name)
    await asked(word)
    told = (*MEMORY, *LOAD) if name == "guest-get-fsinfo" else (*UNTOLD, *UNTOLD)
    assert word.inside == Inside(*told, None if name == "guest-get-fsinfo" else FILESYSTEM)
    assert far.closed == len(far.open)
    assert word.traffic is not None


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/proc/meminfo", b""),
        ("/proc/meminfo", b"MemFree: -1 kB\n"),
        ("/proc/meminfo", b"MemFree: 99999999999999999999 kB\n"),
        ("/proc/meminfo", b"MemFree\n"),
        ("/proc/meminfo", b"\xff\xfe"),
        ("/proc/loadavg", b""),
        ("/proc/loadavg", b"nan nan nan"),
        ("/proc/loadavg", b"-1 0 0"),
        ("/proc/loadavg", b"1e99 0 0"),
    ],
)
async def test_nonsense_in_a_file_of_a_guest_is_left_out(
    guest: tuple[Guest, GuestsWord], path: str, content: bytes
) -> None:
    far, word = guest
    far.files[path] = content
    await asked(word)
    memory, load = (UNTOLD, LOAD) if path == "/proc/meminfo" else (MEMORY, UNTOLD)
    assert word.inside == Inside(*memory, *load, FILESYSTEM)


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        [7],
        [BOOT],
        [{**ROOT, "used-bytes": 10_000}],
        [{**ROOT, "total-bytes": "many"}],
        [{**ROOT, "name": "x" * 100}],
        [{**ROOT, "type": "ext4\n"}],
        [{"mountpoint": "/", "name": "vda2", "type": "ext4"}],
    ],
)
async def test_nonsense_about_filesystems_is_left_out(guest: tuple[Guest, GuestsWord], said: Any) -> None:
    far, word = guest
    far.filesystems = said
    await asked(word)
    assert word.inside == Inside(*MEMORY, *LOAD, None)
