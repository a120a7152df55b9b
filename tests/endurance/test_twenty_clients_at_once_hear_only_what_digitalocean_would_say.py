"""Twenty clients on five Droplets: no strange refusal, no server error, no hanging Action, no lock left."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.endurance.crowd import Crowd, check_that_nothing_is_left
from tests.guest.dewd import Dewd, dewd_on

CLIENTS = 20
THINGS = 20  # that each does
FEWEST_COMPLETED = 10
SETTLE_SECONDS = 60.0


@pytest.fixture
def dewd(tmp_path: Path) -> Iterator[Dewd]:
    with dewd_on(tmp_path, DEW_SIMULATE="1") as running:
        yield running


async def test_a_crowd_on_simulated_droplets(dewd: Dewd) -> None:
    seed = int(os.environ.get("DEW_TEST_SEED") or secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    crowd = Crowd(dewd, "s-1vcpu-512mb-10gb", [dewd.key_id()], fetches=True)
    await crowd.press(CLIENTS, THINGS, seed)
    ended = await crowd.settled(SETTLE_SECONDS)
    print(crowd)
    assert ended["completed", ""] >= FEWEST_COMPLETED, "so little is no crowd"
    assert ended.keys() <= {("completed", ""), ("errored", "It was cancelled.")}  # its Droplet was destroyed
    assert crowd.refused["Droplet already has a pending event."], "nobody was ever in another's way"
    check_that_nothing_is_left(dewd, "simulated.db")
