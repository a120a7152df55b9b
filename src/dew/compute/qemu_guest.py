"""One guest whose process lives, as this daemon holds it: process, monitor, agent and console together."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from dew.compute.console import Console, last_words
from dew.compute.guest_agent import AgentSilent, GuestAgent
from dew.compute.guest_directory import GuestDirectory
from dew.compute.monitor import Event, Monitor
from dew.compute.qemu_args import ROOT_DEVICE
from dew.compute.qemu_meter import GuestsWord
from dew.compute.qemu_process import GuestProcess, ProcessIdentity
from dew.compute.screen import Screen
from dew.model.droplet import Observed
from dew.model.errors import GuestRefused, MonitorLost

START_LIMIT_SECONDS = 30.0
"""QEMU's first answer takes 50 ms; with a hundred Layers on a busy disk, seconds."""

QUIT_LIMIT_SECONDS = 5.0
"""A QEMU told to quit flushes its files; one that takes longer is killed, as by a power cut."""

DEATH_NOTICE_SECONDS = 1.0
"""Between the end of a process's sockets and that of the process."""

RECONNECT_PAUSE_SECONDS = 1.0
"""There is no event for "the monitor can be reached again"."""

TELLING_EVENTS = frozenset(
    {"SHUTDOWN", "STOP", "RESUME", "RESET", "BLOCK_IO_ERROR", "GUEST_PANICKED", "POWERDOWN"}
)
"""Events after which a guest's state may be another one."""

RESUMABLE = frozenset({"io-error", "paused"})
"""Run states out of which ``cont`` leads; out of the other halts only a new process does."""

HALT_REASONS = {
    "io-error": "QEMU halted it: the machine's disk is full or failing.",
    "paused": "QEMU holds it paused.",
    "internal-error": "QEMU halted it: it could not go on executing its instructions.",
}


class QemuGuest:
    """Hold a guest. ``on_change`` is called, in the loop, whenever something may have happened to it."""

    def __init__(
        self, directory: GuestDirectory, process: GuestProcess, on_change: Callable[[], None]
    ) -> None:
        self.directory = directory
        self.process = process
        self.monitor = Monitor(directory.socket_path("monitor"), self._on_event, self._on_monitor_lost)
        self.agent = GuestAgent(directory.socket_path("agent"))
        self.console = Console(directory.socket_path("console"), directory.console_log)
        self.word = GuestsWord(self.agent)
        self._on_change = on_change
        self._reconnecting: asyncio.Task[None] | None = None

    @classmethod
    def take_up(
        cls,
        directory: GuestDirectory,
        identity: ProcessIdentity,
        on_change: Callable[[], None],
        on_gone: Callable[[], None],
    ) -> "QemuGuest | None":
        """Hold the guest with this process, or None if it has ended."""
        process = GuestProcess.find(identity, on_gone)
        return None if process is None else cls(directory, process, on_change)

    async def attach(self, timeout_seconds: float) -> None:
        """Connect everything. Raises MonitorLost; the rest is tried again when it is needed."""
        self.console.open()
        with contextlib.suppress(AgentSilent):
            await self.agent.open()
        await self.monitor.connect(timeout_seconds)

    async def first_contact(self) -> None:
        """Attach to a process just started. Raises GuestRefused with QEMU's last words."""
        try:
            await self.attach(START_LIMIT_SECONDS)
        except MonitorLost as error:
            if await self.process.wait_gone(DEATH_NOTICE_SECONDS):
                said = await asyncio.to_thread(last_words, self.directory.qemu_log)
                raise GuestRefused(f"QEMU ended at once: {said or 'it said nothing'}") from error
            raise GuestRefused(f"QEMU did not get ready: {error}") from error

    async def run_state(self) -> str:
        """Return QEMU's word for what the guest does now. Raises MonitorLost, GuestRefused."""
        return str((await self.monitor.execute("query-status"))["status"])

    async def state(self) -> tuple[Observed, str]:
        """Return what the guest does now, with the reason if it is halted. Raises MonitorLost.

        A QEMU that lives but does not answer has no known state: asking again is all one can do.
        """
        try:
            run_state = await self.run_state()
        except MonitorLost:
            if await self.process.wait_gone(DEATH_NOTICE_SECONDS):
                return Observed.ABSENT, ""
            raise
        match run_state:
            case "running":
                return Observed.RUNNING, ""
            case "shutdown":
                return Observed.POWERED_OFF, ""
            case "prelaunch" | "inmigrate":
                return Observed.ABSENT, "It is being started, or its start was cut short."
            case "io-error":
                return Observed.PAUSED, await self._io_error_reason()
        return Observed.PAUSED, HALT_REASONS.get(run_state, f"QEMU halted it ({run_state}).")

    async def _io_error_reason(self) -> str:
        """Tell a full disk from a failing one."""
        if (await self._root_device()).get("io-status") == "nospace":
            return "The machine's disk is full. It goes on by itself as soon as there is room."
        return HALT_REASONS["io-error"]

    async def disk_bytes(self) -> int:
        """Return the size of its disk as the guest sees it. Raises MonitorLost, GuestRefused."""
        return int((await self._root_device())["inserted"]["image"]["virtual-size"])

    async def _root_device(self) -> dict[str, Any]:
        """Return what QEMU tells of the guest's disk."""
        for entry in await self.monitor.execute("query-block"):
            if ROOT_DEVICE in str(entry.get("qdev", "")).split("/"):
                return dict(entry)
        raise GuestRefused("QEMU knows no root disk.")

    async def screen(self) -> Screen:
        """Return a new connection to its screen. Raises GuestRefused, MonitorLost."""
        if not await self.monitor.execute("query-vnc-servers"):
            raise GuestRefused(
                "The Droplet has no screen yet, since an older Dew started it: power it off and on again."
            )
        return await Screen.open(self.monitor)

    async def end(self) -> None:
        """Return when the process has ended, by its own doing or by force. Raises MonitorLost."""
        with contextlib.suppress(MonitorLost, GuestRefused):
            await self.monitor.execute("quit", timeout_seconds=QUIT_LIMIT_SECONDS)
            await self.process.wait_gone(QUIT_LIMIT_SECONDS)
        await self.process.kill()

    async def detach(self) -> None:
        """Let go of the guest; it goes on, if it lives."""
        self.process.close()
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            await asyncio.wait([self._reconnecting])
        await self.word.close()
        await self.monitor.close()
        await self.agent.close()
        await self.console.close()

    def _on_event(self, event: Event) -> None:
        if event[0] in TELLING_EVENTS:
            self._on_change()

    def _on_monitor_lost(self) -> None:
        self._on_change()
        if self._reconnecting is None or self._reconnecting.done():
            self._reconnecting = asyncio.create_task(self._reconnect())

    async def _reconnect(self) -> None:
        """Connect again while the process lives: only a connected monitor hears of events."""
        while not await self.process.wait_gone(RECONNECT_PAUSE_SECONDS):
            with contextlib.suppress(MonitorLost):
                await self.monitor.connect()
                self.console.open()
                self._on_change()  # what happened meanwhile was heard by nobody
                return
