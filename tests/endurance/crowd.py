"""Many clients that do random things to a few Droplets at once, and what they may be told."""

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx2

from tests.guest.dewd import Dewd, eventually

IMAGE = "dew-micro"
MOST_DROPLETS = 5
REQUEST_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.1
PATIENT = 0.7  # of the clients wait for the end of what they asked for
NOWHERE = 10**6  # an id that is never reached here
SERIOUS = ('"level": "error"', '"level": "critical"', "Traceback")  # in the log

REFUSALS = {
    (404, "not_found"): ("The resource you were accessing could not be found.",),
    (422, "unprocessable_entity"): (
        "Droplet already has a pending event.",
        "Droplet is already powered off.",
        "You specified an invalid image for Droplet creation.",
        "You specified an invalid image for Droplet restore.",
        "You can only restore a Droplet from its own Snapshots and Backups.",
    ),
}
"""What DigitalOcean says, in its words; nothing else may be heard."""

SENT_TO_DROPLETS = (
    "power_on",
    "power_off",
    "power_cycle",
    "reboot",
    "shutdown",
    "snapshot",
    "restore",
    "rename",
)


@dataclass
class Crowd:
    """What the clients share: where Dew is, and what they were told."""

    dewd: Dewd
    size: str
    keys: Sequence[int]
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


class Somebody:
    """One client; it does not know what the others do."""

    def __init__(self, crowd: Crowd, connection: httpx2.AsyncClient, random: Random) -> None:
        self._crowd = crowd
        self._connection = connection
        self._random = random

    async def do_something(self) -> None:
        droplets = await self._ids("/v2/droplets")
        wishes = [self._act] * 12 + [self._look] * 4 + [self._create, self._delete, self._delete_snapshot]
        if len(droplets) < MOST_DROPLETS:  # not all may have the same thought
            wishes += [self._create] * 2
        elif len(droplets) > MOST_DROPLETS:
            wishes += [self._delete] * 2
        await self._random.choice(wishes)([*droplets, NOWHERE])

    async def _create(self, droplets: list[int]) -> None:
        if len(droplets) > MOST_DROPLETS:  # with the one that is nowhere
            return
        image = self._random.choice([IMAGE, IMAGE, *await self._ids("/v2/snapshots")])
        name, keys = f"crowd-{self._random.randrange(1000)}", list(self._crowd.keys)
        body = {"name": name, "size": self._crowd.size, "image": image, "ssh_keys": keys}
        await self._send("POST", "/v2/droplets", body, 202)

    async def _act(self, droplets: list[int]) -> None:
        droplet, type_ = self._random.choice(droplets), self._random.choice(SENT_TO_DROPLETS)
        body: dict[str, Any] = {"type": type_, "name": f"name-{self._random.randrange(1000)}"}
        if type_ == "restore":
            own = await self._ids(f"/v2/droplets/{droplet}/snapshots") if droplet != NOWHERE else []
            body["image"] = self._random.choice([*own, *own, *await self._ids("/v2/snapshots"), NOWHERE])
        answer = await self._send("POST", f"/v2/droplets/{droplet}/actions", body, 201)
        if answer and self._random.random() < PATIENT:
            await self._end_of(answer["action"]["id"])

    async def _end_of(self, action_id: int) -> None:
        while (await self._send("GET", f"/v2/actions/{action_id}", None, 200))["action"][
            "completed_at"
        ] is None:
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _delete(self, droplets: list[int]) -> None:
        await self._send("DELETE", f"/v2/droplets/{self._random.choice(droplets)}", None, 204)

    async def _delete_snapshot(self, _: list[int]) -> None:
        snapshot = self._random.choice([*await self._ids("/v2/snapshots"), NOWHERE])
        await self._send("DELETE", f"/v2/snapshots/{snapshot}", None, 204)

    async def _look(self, droplets: list[int]) -> None:
        droplet = self._random.choice(droplets)
        paths = ("/v2/actions", "/v2/images", f"/v2/droplets/{droplet}", f"/v2/droplets/{droplet}/actions")
        await self._send("GET", self._random.choice(paths), None, 200)

    async def _ids(self, path: str) -> list[int]:
        body = await self._send("GET", f"{path}?per_page=200", None, 200)
        return [int(each["id"]) for each in body.get(path.rsplit("/", 1)[1], ())]

    async def _send(self, method: str, path: str, body: Any, success: int) -> dict[str, Any]:
        answer = await self._connection.request(method, path, json=body)
        self._crowd.sent[
            f"{method} {body['type'] if body and 'type' in body else re.sub('[0-9]+', 'N', path)}"
        ] += 1
        content: dict[str, Any] = answer.json() if answer.content else {}
        if answer.status_code != success:
            self._check_refusal(answer, content, f"{method} {path} {body}")
            return {}
        action = content.get("action") or next(iter(content.get("links", {}).get("actions", ())), None)
        if method == "POST" and action:
            self._crowd.accepted.add(action["id"])
        return content

    def _check_refusal(self, answer: httpx2.Response, content: dict[str, Any], asked: str) -> None:
        known = REFUSALS.get((answer.status_code, content.get("id", "")), ())
        assert content.get("message") in known, f"{asked}: {answer.status_code} {answer.text}"
        assert content["request_id"] == answer.headers["x-request-id"]
        self._crowd.refused[content["message"]] += 1


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
