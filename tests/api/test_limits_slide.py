"""DigitalOcean's limits: an hour that slides, and a shorter one against bursts."""

import asyncio
import time
from pathlib import Path

import pytest

from dew.api import guard
from dew.api.limits import Limits, TooFast
from dew.client import Client
from tests.api.house import House, open_house
from tests.api.test_events_tell_of_every_change import served


async def test_every_answer_says_where_the_client_stands(house: House) -> None:
    first = await house.get("/v2/account")
    second = await house.get("/v2/nothing")
    assert first.headers["ratelimit-limit"] == "5000"
    assert int(first.headers["ratelimit-remaining"]) == int(second.headers["ratelimit-remaining"]) + 1
    assert 3590 < int(first.headers["ratelimit-reset"]) - time.time() <= 3601
    unknown = await house.client.get("/v2/account", headers={"authorization": "Bearer x"})
    assert unknown.headers["ratelimit-limit"] == "5000"


async def test_a_burst_is_stopped_and_told_how_long_to_wait(directory: Path) -> None:
    async with open_house(directory, requests_per_minute=3) as house:
        statuses = [(await house.get("/v2/account")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = await house.get("/v2/account")
        assert refused.json()["id"] == "too_many_requests"
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert (await house.get("/dew/v1/status")).status_code == 200  # the panel is not held to it


async def test_no_limit_means_no_limit(directory: Path) -> None:
    async with open_house(directory, requests_per_minute=None, requests_per_hour=None) as house:
        response = await house.get("/v2/account")
        assert "ratelimit-limit" not in response.headers


def test_the_oldest_request_is_the_first_to_stop_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("dew.api.limits.time.time", lambda: now)
    limits = Limits(per_hour=2, per_minute=None)
    limits.admit(1)
    now = 2000.0
    assert limits.admit(1)["ratelimit-reset"] == "4600"  # when the first leaves
    now = 4599.0
    with pytest.raises(TooFast) as refused:
        limits.admit(1)
    assert refused.value.retry_after_seconds is None  # DigitalOcean says it for bursts only
    limits.admit(2)  # another client
    now = 4600.0
    assert limits.admit(1)["ratelimit-remaining"] == "0"


async def test_lists_of_keys_have_a_limit_of_their_own(directory: Path) -> None:
    async with open_house(directory, key_lists_per_minute=2) as house:
        path = "/v2/account/keys"
        assert [(await house.get(path)).status_code for _ in range(3)] == [200, 200, 429]
        refused = await house.get(path)
        assert refused.json()["message"] == "API Rate limit exceeded."
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert (await house.get(f"{path}/{house.key_id}")).status_code == 200
        assert (await house.get("/v2/account")).status_code == 200


async def test_the_dew_command_is_not_held_to_digitaloceans_limits(directory: Path) -> None:
    async with (
        open_house(directory, requests_per_minute=1, key_lists_per_minute=1) as house,
        served(house) as (url, _),
    ):
        command = Client(url, house.token)
        command.patience_seconds = 0
        for _ in range(3):
            await asyncio.to_thread(command.ssh_keys)


async def test_a_dew_command_that_runs_wild_is_stopped(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_OWN_REQUESTS", 2)
    async with open_house(directory) as house:
        headers = {"user-agent": "dew"}
        answers = [await house.client.get("/v2/account", headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
