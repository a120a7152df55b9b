"""Several clients do random things to a simulated Dew, beside a model of a few dictionaries that must agree.

``--steps 20000`` for a night; the build server does a few hundred.
"""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dew.actions.kind import Request
from tests.api.beside import house_beside
from tests.api.clients import Clients, Running
from tests.api.house import House
from tests.api.story import Story
from tests.conftest import STEPS

CLIENTS = 3
STEPS_OF_ONE_STORY = 40
STEPS_BY_DEFAULT = 200  # what the build server has time for
BACKUP_SECONDS = 20.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    async def furnish(house: House, url: str) -> Running:
        wishes = [{"name": f"client {number}"} for number in range(CLIENTS)]
        made = [await house.ok("POST", "/dew/v1/tokens", wish) for wish in wishes]
        loop = asyncio.get_running_loop()

        async def make(droplet_id: int) -> int:
            wanted = Request("backup", droplet_id, {"window": "2026-01-01T00:00:00+00:00"})
            (accepted,) = await house.engine.accept(wanted)
            return int((await house.finished(accepted.id)).params["image"])

        def back_up(droplet_id: int) -> int:
            return asyncio.run_coroutine_threadsafe(make(droplet_id), loop).result(BACKUP_SECONDS)

        return Running(url, tuple(each["token"]["token"] for each in made), house.key_id, back_up)

    with house_beside(tmp_path_factory.mktemp("model"), furnish) as found:
        yield found


@pytest.mark.timeout(0)  # as long as the steps take that were asked for; each has its own limit
def test_random_clients_agree_with_a_simple_model(running: Running, request: pytest.FixtureRequest) -> None:
    asked: int = request.config.getoption("--steps")
    Clients.running, Clients.steps = running, 0
    stories = max((asked if asked != STEPS else STEPS_BY_DEFAULT) // STEPS_OF_ONE_STORY, 1)
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=stories,
            stateful_step_count=STEPS_OF_ONE_STORY,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Clients.steps > stories * STEPS_OF_ONE_STORY
