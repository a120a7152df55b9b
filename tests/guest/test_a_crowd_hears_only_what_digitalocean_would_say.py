"""Twenty clients on a few real Droplets at once: no strange refusal, no hanging Action, no lock left."""

import os
import secrets

import pytest

from tests.endurance.crowd import Crowd, check_that_nothing_is_left
from tests.guest.dewd import SIZE, Dewd

pytestmark = pytest.mark.guest

CLIENTS = 20
THINGS = 8  # that each does
FEWEST_ENDED = 5
SETTLE_SECONDS = 150.0
ENDS = (  # destroyed, or still booting
    *(
        "It was cancelled.",
        "The guest did not shut down within",
        "The Droplet is meant to be on, but does not run",
    ),
    *("No guest agent answers", "The Droplet is not running, so it can't be given a password"),
)


async def test_a_crowd_on_real_droplets(own_dewd: Dewd) -> None:
    seed = int(os.environ.get("DEW_TEST_SEED") or secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    crowd = Crowd(own_dewd, SIZE, [own_dewd.key_id()])
    await crowd.press(CLIENTS, THINGS, seed)
    ended = await crowd.settled(SETTLE_SECONDS)
    print(crowd)
    assert ended.total() >= FEWEST_ENDED, "so little is no crowd"
    assert [error for status, error in ended if status != "completed" and not error.startswith(ENDS)] == []
    check_that_nothing_is_left(own_dewd, "dew.db")
