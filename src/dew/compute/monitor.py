"""One guest's QMP monitor: a single connection, commands one after another, each with a time limit.

QEMU serves one client per monitor; a second one's connection just hangs until the first is gone. So there
is one Monitor per guest and everybody shares it. It connects when first needed and again after a loss.
Events that QEMU sends meanwhile are lost: whoever learns of a loss has to ask for the state afterwards.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from qemu.qmp import ExecuteError, QMPClient, QMPError, Runstate

from dew.model.errors import GuestRefused, MonitorLost

COMMAND_LIMIT_SECONDS = 5.0
"""QEMU answers in about 1 ms. It is late when its disk is: some commands wait for a flush."""

DISCONNECT_LIMIT_SECONDS = 2.0
"""It tries to send what is still unsent, to a QEMU that may have stopped reading."""

# The library logs every refused connection as an error. Whether it is one is decided here, once.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)

Event = tuple[str, Mapping[str, Any]]


class Monitor:
    """Speaks QMP on the UNIX socket at ``path``."""

    def __init__(self, path: Path, on_event: Callable[[Event], None], on_lost: Callable[[], None]) -> None:
        """``on_event`` and ``on_lost`` are called in the running loop and must not block or raise."""
        self._path = path
        self._on_event = on_event
        self._on_lost = on_lost
        self._turn = asyncio.Lock()
        self._client: QMPClient | None = None
        self._lost: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def connect(self, timeout_seconds: float = COMMAND_LIMIT_SECONDS) -> None:
        """Be connected. Raises MonitorLost."""
        async with self._turn_within(timeout_seconds, "connecting"):
            await self._connected()

    async def execute(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        timeout_seconds: float = COMMAND_LIMIT_SECONDS,
    ) -> Any:
        """Return what the command returns.

        Raises GuestRefused (QEMU said no, with its words) or MonitorLost (whether it acted is unknown).
        """
        async with self._turn_within(timeout_seconds, command):
            client = await self._connected()
            return await client.execute(command, arguments)

    async def add_client(self, protocol: str, descriptor: int) -> None:
        """Have QEMU serve whoever holds the other end of a socket. Raises GuestRefused, MonitorLost."""
        async with self._turn_within(COMMAND_LIMIT_SECONDS, "add_client"):
            client = await self._connected()
            client.send_fd_scm(descriptor)  # it is kept until the next command, which names it
            await client.execute("getfd", {"fdname": protocol})
            await client.execute("add_client", {"protocol": protocol, "fdname": protocol, "skipauth": True})

    async def close(self) -> None:
        """Let go of the guest."""
        if self._lost is not None and self._watch is not None:
            self._lost.cancel()
            await asyncio.wait([self._watch])
        self._lost = self._watch = self._client = None

    @contextlib.asynccontextmanager
    async def _turn_within(self, timeout_seconds: float, doing: str) -> AsyncIterator[None]:
        """Hold the monitor; translate what can go wrong."""
        try:
            async with asyncio.timeout(timeout_seconds), self._turn:
                yield
        except ExecuteError as error:
            raise GuestRefused(f"QEMU refused {doing}: {error.error.error.desc}") from error
        except TimeoutError as error:
            raise MonitorLost(f"QEMU did not answer within {timeout_seconds:.1f} s ({doing}).") from error
        except (QMPError, OSError, EOFError) as error:
            raise MonitorLost(f"QEMU's monitor is not there ({doing}): {error}") from error

    async def _connected(self) -> QMPClient:
        if self._client is not None and self._client.runstate is Runstate.RUNNING:
            return self._client
        await self.close()
        client: QMPClient = QMPClient()
        client.events.event_filter = self._seen
        await client.connect(str(self._path))
        self._client = client
        self._lost = asyncio.create_task(_no_longer_running(client))
        self._watch = asyncio.create_task(self._until_over(client, self._lost))
        return client

    def _seen(self, message: Mapping[str, Any]) -> bool:
        """Pass an event on. Saying no keeps it out of the library's queue and history, which never shrink:

        a guest can cause as many events as it likes.
        """
        self._on_event((str(message["event"]), message.get("data", {})))
        return False

    async def _until_over(self, client: QMPClient, lost: asyncio.Task[None]) -> None:
        """Disconnect when the connection is lost or ``lost`` is cancelled: here only, once, to its end."""
        await asyncio.wait([lost])
        with contextlib.suppress(Exception):  # it repeats why the connection ended
            async with asyncio.timeout(DISCONNECT_LIMIT_SECONDS):
                await client.disconnect()
        if not lost.cancelled():
            self._on_lost()


async def _no_longer_running(client: QMPClient) -> None:
    while client.runstate is Runstate.RUNNING:
        await client.runstate_changed()
