"""Reading a guest's meter: QEMU's process from /proc, its disk from QMP, the rest from its agent.

The network is counted by nobody outside: QEMU's stream has no counters, and what passt does with sockets is
not in its /proc/PID/io. So the guest is asked, seldom, since under emulation an answer costs it a tenth of a
second; and one that does not answer is left alone for longer.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from dew.compute import guest_inside
from dew.compute.guest_agent import AgentSilent, GuestAgent
from dew.compute.meter import Inside, Meter, Traffic
from dew.compute.monitor import Monitor
from dew.compute.qemu_args import ROOT_DEVICE
from dew.compute.qemu_process import ProcessIdentity
from dew.model.errors import GuestRefused, MonitorLost

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

USER_TICKS, SYSTEM_TICKS, RESIDENT_PAGES = 14, 15, 24
"""Fields of /proc/PID/stat, counted from 1 (proc(5))."""

ASK_EVERY_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 600.0
"""One that boots is silent, too: so the pause begins short and is doubled with every silence."""

SYNC_LIMIT_SECONDS = 1.0
"""Short, because a Snapshot that wants to freeze the filesystems waits meanwhile."""

ANSWER_LIMIT_SECONDS = 3.0

LARGEST_COUNT = 2**63
"""The guest says it, so it may be anything."""


class GuestsWord:
    """What the guest said last of its network and its inside; asks it in the background, and not often."""

    def __init__(self, agent: GuestAgent) -> None:
        self._agent = agent
        self._task: asyncio.Task[None] | None = None
        self._ask_again_at = 0.0
        self._pause_seconds = ASK_EVERY_SECONDS / 2
        self.traffic: Traffic | None = None
        self.inside: Inside | None = None

    def refresh(self) -> None:
        """Have it asked if it is time to; the answer is there the next time."""
        if time.monotonic() >= self._ask_again_at and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._ask())

    async def close(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _ask(self) -> None:
        try:
            async with self._agent.conversation():
                await self._agent.sync(SYNC_LIMIT_SECONDS)
                self.traffic = await _traffic(self._agent)
                self.inside = await guest_inside.ask(self._agent)
            self._pause_seconds = ASK_EVERY_SECONDS
        except (AgentSilent, ValueError, KeyError, TypeError):
            self._pause_seconds = min(2 * self._pause_seconds, LONGEST_PAUSE_SECONDS)
            self.traffic = self.inside = None
        self._ask_again_at = time.monotonic() + self._pause_seconds


async def read(process: ProcessIdentity, monitor: Monitor, word: GuestsWord) -> Meter:
    """Return what the meter shows. Raises MonitorLost, GuestRefused."""
    cpu_seconds, memory_bytes = await asyncio.to_thread(_process_usage, process.pid)
    stats = await _root_disk(monitor)
    return Meter(
        process=f"{process.boot_id}/{process.pid}/{process.start_ticks}",
        cpu_seconds=cpu_seconds,
        memory_bytes=memory_bytes,
        disk_read_bytes=stats["rd_bytes"],
        disk_written_bytes=stats["wr_bytes"],
        disk_reads=stats["rd_operations"],
        disk_writes=stats["wr_operations"],
        traffic=word.traffic,
        inside=word.inside,
    )


def _process_usage(pid: int) -> tuple[float, int]:
    """Return the seconds of processor that a process has used, and the memory that it takes."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError as error:
        raise MonitorLost("The guest's process has just ended.") from error
    fields = ["", "", "", *stat.rpartition(")")[2].split()]  # the name before it may hold spaces
    ticks = int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])
    return ticks / TICKS_PER_SECOND, int(fields[RESIDENT_PAGES]) * PAGE_BYTES


async def _root_disk(monitor: Monitor) -> dict[str, int]:
    for entry in await monitor.execute("query-blockstats"):
        if ROOT_DEVICE in str(entry.get("qdev", "")).split("/"):
            return dict(entry["stats"])
    raise GuestRefused("QEMU knows no root disk.")


async def _traffic(agent: GuestAgent) -> Traffic:
    """Ask what went over its network. Raises AgentSilent, and ValueError and such for nonsense."""
    interfaces = await agent.ask("guest-network-get-interfaces", ANSWER_LIMIT_SECONDS)
    at_seconds = time.monotonic()
    counts = [each["statistics"] for each in interfaces if each["name"] != "lo" and "statistics" in each]
    return Traffic(at_seconds, _sum(counts, "rx-bytes"), _sum(counts, "tx-bytes"))


def _sum(counts: list[Any], name: str) -> int:
    found = [count[name] for count in counts]
    if not all(isinstance(each, int) and 0 <= each < LARGEST_COUNT for each in found):
        raise ValueError("the guest counts in no numbers of bytes")
    return sum(found)
