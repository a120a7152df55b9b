"""Whatever the guest sends instead of an answer, the conversation ends in time; the agent is played here."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from dew.compute.guest_agent import ANSWER_LIMIT_BYTES, MARKER, AgentSilent, GuestAgent

Reply = Callable[[dict[str, Any]], bytes]
SHORT_SECONDS = 0.2


def honest(request: dict[str, Any]) -> bytes:
    if request["execute"] == "guest-sync-delimited":
        return MARKER + json.dumps({"return": request["arguments"]["id"]}).encode() + b"\n"
    return b'{"return": 1}\n'


class Guest:
    """Answers each request as it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reply: Reply = honest
        self.first_words = b""

    async def __aenter__(self) -> "Guest":
        self._server = await asyncio.start_unix_server(self._serve, self.path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(self.first_words)
            while line := await reader.readline():
                writer.write(self.reply(json.loads(line.lstrip(MARKER))))
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture(name="guest")
async def played_guest(tmp_path: Path) -> AsyncIterator[Guest]:
    async with Guest(tmp_path / "agent.sock") as guest:
        yield guest


@pytest.fixture(name="agent")
async def agent_in(guest: Guest) -> AsyncIterator[GuestAgent]:
    agent = GuestAgent(guest.path)
    yield agent
    await agent.close()


async def test_an_agent_that_listens_answers(agent: GuestAgent) -> None:
    async with agent.conversation():
        await agent.sync(1)
        assert await agent.ask("guest-fsfreeze-freeze", 1) == 1


async def test_what_was_left_in_the_pipe_is_not_taken_for_an_answer(guest: Guest, agent: GuestAgent) -> None:
    guest.first_words = b'{"return": 99}\n' + MARKER + b'{"return": 12345}\n{"ret'
    await agent.sync(1)
    assert await agent.ask("guest-ping", 1) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\n",
        b'{"error": {"class": "CommandNotFound", "desc": "no"}}\n',
        b"[]\n",
        b"\xc3\x28\n",
        b"x" * (2 * ANSWER_LIMIT_BYTES),
    ],
    ids=["silence", "nonsense", "error", "no object", "no text", "flood"],
)
async def test_anything_but_an_answer_is_silence_in_time(
    guest: Guest, agent: GuestAgent, answer: bytes
) -> None:
    await agent.sync(1)
    guest.reply = lambda _: answer
    async with asyncio.timeout(5):
        with pytest.raises(AgentSilent):
            await agent.ask("guest-fsfreeze-freeze", SHORT_SECONDS)


async def test_an_agent_that_was_late_is_understood_again_after_a_sync(
    guest: Guest, agent: GuestAgent
) -> None:
    await agent.sync(1)
    guest.reply = lambda _: b""
    with pytest.raises(AgentSilent):
        await agent.ask("guest-fsfreeze-freeze", SHORT_SECONDS)
    guest.reply = lambda request: b'{"return": 77}\n' + honest(request)
    await agent.sync(1)
    guest.reply = honest
    assert await agent.ask("guest-fsfreeze-thaw", 1) == 1


async def test_nobody_at_the_socket_is_silence(tmp_path: Path) -> None:
    with pytest.raises(AgentSilent):
        await GuestAgent(tmp_path / "nobody.sock").sync(1)


async def test_a_flood_before_the_marker_is_cut_off(guest: Guest, agent: GuestAgent) -> None:
    guest.first_words = b"x" * (2 * ANSWER_LIMIT_BYTES)
    async with asyncio.timeout(5):
        with pytest.raises(AgentSilent):
            await agent.sync(1)
