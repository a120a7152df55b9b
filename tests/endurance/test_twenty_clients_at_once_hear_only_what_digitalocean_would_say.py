"""Twenty clients on five Droplets: no strange refusal, no server error, no hanging Action, no lock left."""

import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.endurance.crowd import Crowd
from tests.guest.dewd import Dewd, dewd_on, eventually

CLIENTS = 20
THINGS = 20  # that each does
FEWEST_COMPLETED = 10
SETTLE_SECONDS = 60.0
SERIOUS = ('"level": "error"', '"level": "critical"', "Traceback")
ENDS_BADLY = {"It was cancelled."}  # by somebody who destroyed its Droplet


@pytest.fixture
def dewd(tmp_path: Path) -> Iterator[Dewd]:
    with dewd_on(tmp_path, DEW_SIMULATE="1") as running:
        yield running


async def test_a_crowd_on_simulated_droplets(dewd: Dewd) -> None:
    seed = int(os.environ.get("DEW_TEST_SEED") or secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    token = (dewd.data / "token").read_text().strip()
    crowd = Crowd(dewd.client.url, token, "s-1vcpu-512mb-10gb", "dew-micro", [dewd.key_id()])
    await crowd.press(CLIENTS, THINGS, seed)
    ended = await crowd.settled(SETTLE_SECONDS)
    print(f"sent {crowd.sent.total()}: {dict(crowd.sent)}; refused: {dict(crowd.refused)}")
    ends = Counter((action["status"], action["error"]) for action in ended)
    print(f"{len(ended)} Actions ended: {dict(ends)}")
    assert {error for status, error in ends if status == "errored"} <= ENDS_BADLY
    assert ends["completed", ""] >= FEWEST_COMPLETED, "so little is no crowd"
    assert crowd.refused["Droplet already has a pending event."], "nobody was ever in another's way"
    check_that_nothing_is_left(dewd)


def check_that_nothing_is_left(dewd: Dewd) -> None:
    eventually("no Action is open", lambda: not rows(dewd, "actions WHERE completed_at IS NULL"))
    assert rows(dewd, "locks") == []
    for droplet in dewd.client.droplets():
        assert (droplet.locked, droplet.status in ("active", "off")) == (False, True), droplet
    log = (dewd.data / "log" / "dewd.log").read_text().splitlines()
    assert [line for line in log if any(mark in line for mark in SERIOUS)] == []


def rows(dewd: Dewd, what: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{dewd.data / 'simulated.db'}?mode=ro", uri=True)) as database:
        return database.execute(f"SELECT * FROM {what}").fetchall()
