"""Setting a password inside a guest: what the agent may answer, and what a user is told then."""

import asyncio
import base64
import json
from typing import Any

import pytest
from tests.unit.test_guest_agent import Guest, agent_in, honest, played_guest

from dew.compute import guest_password
from dew.compute.guest_agent import AgentSilent, GuestAgent
from dew.model.errors import GuestRefused

__all__ = ["agent_in", "played_guest"]  # fixtures

HASH = "$6$salt$hash"
REFUSED = b'{"error": {"class": "GenericError", "desc": "no such user"}}\n'


class Asked:
    """Answers as an agent that can do everything; remembers what it was asked."""

    def __init__(self, **answers: bytes) -> None:
        self.requests: list[dict[str, Any]] = []
        self._answers = answers

    def __call__(self, request: dict[str, Any]) -> bytes:
        self.requests.append(request)
        command = request["execute"].removeprefix("guest-").replace("-", "_")
        ready = {"exec": b'{"return": {"pid": 7}}\n', "exec_status": b'{"return": {"exited": true}}\n'}
        return (ready | self._answers).get(command) or honest(request)


async def test_the_hash_is_set_and_then_put_on_the_disk(guest: Guest, agent: GuestAgent) -> None:
    guest.reply = asked = Asked()
    await guest_password.set_password(agent, "root", HASH)
    _, setting, flushing, _ = asked.requests
    encoded = base64.b64encode(HASH.encode()).decode()
    assert setting["arguments"] == {"username": "root", "password": encoded, "crypted": True}
    assert flushing["arguments"]["path"] == "sync"


async def test_a_guest_that_may_not_run_programs_gets_its_password_all_the_same(
    guest: Guest, agent: GuestAgent
) -> None:
    guest.reply = Asked(exec=REFUSED)
    await guest_password.set_password(agent, "root", HASH)


async def test_why_the_agent_refuses_is_told(guest: Guest, agent: GuestAgent) -> None:
    guest.reply = Asked(set_user_password=REFUSED)
    with pytest.raises(GuestRefused, match="no such user"):
        await guest_password.set_password(agent, "root", HASH)


async def test_an_agent_that_falls_silent_leaves_the_outcome_unknown(
    guest: Guest, agent: GuestAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_password, "SET_LIMIT_SECONDS", 0.1)
    guest.reply = lambda request: b"" if "set-user" in json.dumps(request) else honest(request)
    with pytest.raises(AgentSilent):
        await guest_password.set_password(agent, "root", HASH)


async def test_a_guest_without_an_agent_is_refused_in_time_and_one_that_boots_is_waited_for(
    guest: Guest, agent: GuestAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_password, "SYNC_LIMIT_SECONDS", 0.05)
    monkeypatch.setattr(guest_password, "LISTEN_LIMIT_SECONDS", 0.2)
    guest.reply = lambda _: b""
    with pytest.raises(GuestRefused, match="Install and start qemu-guest-agent"):
        await guest_password.set_password(agent, "root", HASH)
    asyncio.get_running_loop().call_later(0.1, setattr, guest, "reply", Asked())
    await guest_password.set_password(agent, "root", HASH)
