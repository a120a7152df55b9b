"""Setting a password inside a running guest, through its agent."""

import asyncio
import base64
import contextlib
import time

from dew.compute.guest_agent import AgentRefused, AgentSilent, GuestAgent
from dew.model.errors import GuestRefused

LISTEN_LIMIT_SECONDS = 10.0
"""A guest that was only just switched on answers as soon as its agent is up; one without an agent never."""

SYNC_LIMIT_SECONDS = 3.0
"""An agent that is up answers within milliseconds, under emulation on a busy machine within a second."""

SET_LIMIT_SECONDS = 15.0
"""It starts a program, which under emulation takes a second or two."""

FLUSH_LIMIT_SECONDS = 10.0

LOOK_EVERY_SECONDS = 0.1  # the agent tells nobody that a program has ended

NO_AGENT = (
    "No guest agent answers in the Droplet, and only that can change the password. Install and start "
    "qemu-guest-agent inside, or wait until the Droplet has booted, then try again."
)


async def set_password(agent: GuestAgent, user: str, password_hash: str) -> None:
    """Set it and put it on the disk. Raises GuestRefused; AgentSilent when the outcome is unknown."""
    encoded = base64.b64encode(password_hash.encode()).decode()
    async with agent.conversation():
        await _listening(agent)
        try:
            arguments = {"username": user, "password": encoded, "crypted": True}
            await agent.ask("guest-set-user-password", SET_LIMIT_SECONDS, **arguments)
        except AgentRefused as error:
            raise GuestRefused(f"The password was not changed. {error}") from error
        await _flush(agent)


async def _listening(agent: GuestAgent) -> None:
    deadline = time.monotonic() + LISTEN_LIMIT_SECONDS
    while True:
        try:
            return await agent.sync(SYNC_LIMIT_SECONDS)
        except AgentSilent as error:
            if time.monotonic() > deadline:
                raise GuestRefused(NO_AGENT) from error
        await asyncio.sleep(LOOK_EVERY_SECONDS)  # a port that can't be connected to fails at once


async def _flush(agent: GuestAgent) -> None:
    """Write what the guest has cached to its disk, so that the password outlives a power cut from now on.

    An agent that may not run programs is no reason to fail: the guest does it by itself, seconds later.
    """
    with contextlib.suppress(AgentSilent, TimeoutError, KeyError, TypeError):
        async with asyncio.timeout(FLUSH_LIMIT_SECONDS):
            begun = await agent.ask("guest-exec", FLUSH_LIMIT_SECONDS, path="sync")
            while True:
                told = await agent.ask("guest-exec-status", FLUSH_LIMIT_SECONDS, pid=begun["pid"])
                if told["exited"]:
                    return
                await asyncio.sleep(LOOK_EVERY_SECONDS)
