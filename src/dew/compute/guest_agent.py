"""The QEMU guest agent: a program inside the guest that answers questions, if it is there and in the mood.

Whatever it says comes from the guest: untrusted, maybe late, maybe never. Old answers may still be in the
pipe (of a request that was given up, or from before the guest's reset), so a conversation starts with a
sync: a marker byte and a number that must come back.

The connection stays open: with no one at the other end of its port, the agent polls it ten times a second
and burns the guest's time.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from dew.model.errors import Transient

MARKER = b"\xff"
"""No JSON text holds this byte; the agent drops all it has read so far when it sees it, and sends it back."""

ANSWER_LIMIT_BYTES = 256 * 1024
"""Far above any answer that Dew asks for; a guest that sends more is cut off."""

CONNECT_LIMIT_SECONDS = 2.0
"""QEMU accepts at once, except while it is busy with something that is taking much too long already."""


class AgentSilent(Transient):
    """The guest agent is not there, did not answer in time, or answered nonsense or an error."""


class AgentRefused(AgentSilent):
    """The guest agent answered, and its answer is an error; the message is what it said."""


class GuestAgent:
    """Speaks to the agent through QEMU's UNIX socket at ``path``; one conversation at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Be connected to the port, whether or not an agent is at its other end. Raises AgentSilent."""
        if self._streams is not None and not self._streams[0].at_eof():
            return
        await self.close()
        with _translated("connecting"):
            async with asyncio.timeout(CONNECT_LIMIT_SECONDS):
                self._streams = await asyncio.open_unix_connection(str(self._path), limit=ANSWER_LIMIT_BYTES)

    @contextlib.asynccontextmanager
    async def conversation(self) -> AsyncIterator[None]:
        """Have the agent to oneself. What is asked inside has its own limits, so the wait has one too."""
        async with self._turn:
            yield

    async def sync(self, timeout_seconds: float) -> None:
        """Find out that the agent listens, and drop everything it had left to say. Raises AgentSilent."""
        await self.open()
        number = next(self._numbers)
        with _translated("guest-sync"):
            async with asyncio.timeout(timeout_seconds):
                await self._send({"execute": "guest-sync-delimited", "arguments": {"id": number}}, MARKER)
                while await self._marked_answer() != number:
                    pass

    async def ask(self, command: str, timeout_seconds: float, **arguments: Any) -> Any:
        """Return the answer to a command, in a conversation and after a sync. Raises AgentSilent."""
        with _translated(command):
            async with asyncio.timeout(timeout_seconds):
                await self._send({"execute": command, "arguments": arguments})
                return _returned(await self._line())

    async def close(self) -> None:
        """Let go of the port."""
        if self._streams is not None:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()
        self._streams = None

    async def _marked_answer(self) -> Any:
        assert self._streams is not None
        await self._streams[0].readuntil(MARKER)
        return _returned(await self._line())

    async def _send(self, message: dict[str, Any], prefix: bytes = b"") -> None:
        assert self._streams is not None
        self._streams[1].write(prefix + json.dumps(message).encode() + b"\n")
        await self._streams[1].drain()

    async def _line(self) -> bytes:
        assert self._streams is not None
        return await self._streams[0].readuntil(b"\n")


def _returned(line: bytes) -> Any:
    """Return what an answer holds; raises AgentRefused for an error, ValueError for nonsense."""
    answer = json.loads(line)
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        raise AgentRefused(f"The guest agent refused: {str(answer['error'].get('desc'))[:200]!r}")
    if not isinstance(answer, dict) or "return" not in answer:
        raise ValueError(f"the guest agent answered {line[:200]!r}")
    return answer["return"]


@contextlib.contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turn everything that a connection to a guest can do into AgentSilent."""
    try:
        yield
    except TimeoutError as error:
        raise AgentSilent(f"The guest agent did not answer in time ({doing}).") from error
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        raise AgentSilent(f"The guest agent can't be used ({doing}): {error}") from error
