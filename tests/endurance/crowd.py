"""Many clients that do random things to a few Droplets at once, and what they may be told."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from tests.endurance.somebody import LOOK_EVERY_SECONDS, Somebody
from tests.guest.dewd import Dewd, eventually

REQUEST_SECONDS = 30.0
SERIOUS = ('"level": "error"', '"level": "critical"', "Traceback")  # in the log


@dataclass
class Crowd:
    """What the clients share: where Dew is, and what they were told."""

    dewd: Dewd
    size: str
    keys: Sequence[int]
    fetches: bool = False  # images of the catalogue: where dewd does not ask the Internet for them
    sent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    accepted: set[int] = field(default_factory=set)  # the ids of Actions
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)  # how they did: status and error

    def __str__(self) -> str:
        figures = {"sent": self.sent, "refused": self.refused, "ended": self.ended}
        return "; ".join(f"{name} {each.total()}: {dict(each)}" for name, each in figures.items())

    def connection(self) -> httpx2.AsyncClient:
        """Return a client of its own, to be closed."""
        token = (self.dewd.data / "token").read_text().strip()
        headers = {"authorization": f"Bearer {token}"}
        return httpx2.AsyncClient(base_url=self.dewd.client.url, headers=headers, timeout=REQUEST_SECONDS)

    async def press(self, clients: int, things: int, seed: int) -> None:
        """Let so many clients do so many things each, at once."""
        await asyncio.gather(*(self._play(Random(seed + number), things) for number in range(clients)))

    async def _play(self, random: Random, things: int) -> None:
        async with self.connection() as connection:
            client = Somebody(self, connection, random)
            for _ in range(things):
                await client.do_something()

    async def settled(self, within_seconds: float) -> Counter[tuple[str, str]]:
        """Wait until no accepted Action is open; return how many ended how."""
        async with self.connection() as connection, asyncio.timeout(within_seconds):
            for action_id in self.accepted:
                while (action := await self._action(connection, action_id))["status"] == "in-progress":
                    await asyncio.sleep(LOOK_EVERY_SECONDS)
                self.ended[action["status"], action["error"]] += 1
        return self.ended

    async def _action(self, connection: httpx2.AsyncClient, action_id: int) -> dict[str, Any]:
        action: dict[str, Any] = (await connection.get(f"/dew/v1/actions/{action_id}")).json()["action"]
        return action


def check_that_nothing_is_left(dewd: Dewd, database: str) -> None:
    """No open Action, no lock, no Droplet in between, and nothing serious in the log."""
    with closing(sqlite3.connect(f"file:{dewd.data / database}?mode=ro", uri=True)) as connection:
        unfinished = "SELECT id FROM actions WHERE completed_at IS NULL"
        eventually("no Action is open", lambda: connection.execute(unfinished).fetchall() == [])
        assert connection.execute("SELECT * FROM locks").fetchall() == []
    for droplet in dewd.client.droplets():
        assert (droplet.locked, droplet.status in ("active", "off")) == (False, True), droplet
    log = (dewd.data / "log" / "dewd.log").read_text().splitlines()
    assert [line for line in log if any(mark in line for mark in SERIOUS)] == []
