"""Requests made up from DigitalOcean's description, valid and not, sent to a running Dew (schemathesis).

``--steps 20000`` for a night; the build server has time for a few hundred, always the same ones.
"""

from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.generation import GenerationMode

from tests.api import description
from tests.api.beside import house_beside
from tests.api.house import House
from tests.api.judging import METHODS
from tests.api.links import OF_MACHINES, linked
from tests.api.overlay import mend
from tests.api.test_answers_fit_digitaloceans_description import CLAIMED
from tests.conftest import STEPS

pytestmark = pytest.mark.skipif(
    not description.FILE.is_file(), reason=f"DigitalOcean's description is not at {description.FILE.name}"
)

EXAMPLES = 3  # of each operation in each mode: 540 requests
STORIES, STEPS_OF_ONE = 2, 25  # of requests that lead from one to the next, each told twice
LEAST_SUCCEEDED = 8  # operations, of some 20 in so few stories
ANSWER_SECONDS = 30.0  # however busy the machine
NOWHERE = "http://127.0.0.1:9/disk.raw"  # the description's example would have a real host looked up
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SENDING = settings(
    deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck)
)
ONE_BY_ONE = settings(SENDING, max_examples=2)  # hypothesis begins with what is simplest, however few


@dataclass
class Running:
    """A Dew in a thread of its own: schemathesis sends from here and waits."""

    url: str
    token: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    async def furnish(house: House, url: str) -> Running:
        await house.snapshot((await house.create())["id"])
        return Running(url, house.token)

    with house_beside(tmp_path_factory.mktemp("generated"), furnish) as found:
        yield found


@pytest.fixture
def steps(request: pytest.FixtureRequest) -> int | None:
    """How many requests are asked for, None if nobody did."""
    asked: int = request.config.getoption("--steps")
    return asked if asked != STEPS else None


def few(examples: int, steps: int | None, steps_of_one: int) -> settings:
    """So many examples, always the same ones; or others, for as many steps as are asked for."""
    if steps is not None:
        return settings(SENDING, max_examples=max(steps // steps_of_one, 1))
    return settings(SENDING, max_examples=examples, derandomize=True)


def _claimed() -> Any:
    """Return the part of the description that is claimed, with ids that exist where they can."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = mend(yaml.load(Path(description.FILE).read_text(), Loader=loader))
    paths = {
        path: {
            key: value for key, value in item.items() if key not in METHODS or value["operationId"] in CLAIMED
        }
        for path, item in raw["paths"].items()
    }
    raw["paths"] = {path: item for path, item in paths.items() if set(item) & set(METHODS)}
    image = raw["components"]["schemas"]["image_new_custom"]
    image["allOf"][1]["properties"]["url"] = {"type": "string", "enum": [NOWHERE]}
    del image["example"]
    return raw


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_no_generated_request_is_our_fault(running: Running, mode: GenerationMode, steps: int | None) -> None:
    sent = 0
    for result in schemathesis.openapi.from_dict(_claimed()).get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @few(EXAMPLES, steps, len(CLAIMED))
        def send(case: Any) -> None:
            nonlocal sent
            _hold(running, case, case.call(**_to(running)))
            sent += 1

        send()
    assert sent >= len(CLAIMED)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("told", [OF_MACHINES, CLAIMED - OF_MACHINES], ids=["of machines", "of the rest"])
def test_requests_that_lead_from_one_to_the_next_are_answered_as_described(
    running: Running, steps: int | None, told: Set[str]
) -> None:
    schema = schemathesis.openapi.from_dict(linked(_claimed())).include(operation_id=sorted(told))
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    schema.config.phases.stateful.inference.algorithms = []  # what it would guess leads nowhere
    succeeded: set[str] = set()
    faults: list[AssertionError] = []

    class Story(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return _to(running)

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            try:
                _hold(running, case, response)
            except AssertionError as fault:
                faults.append(fault)
            if response.status_code < 300:
                succeeded.add(case.operation.definition.raw["operationId"])

    for _ in range(STORIES if steps is None else steps // (4 * STEPS_OF_ONE)):
        with suppress(FlakyStrategyDefinition):  # a Dew that has lived since does not answer the same again
            run_state_machine_as_test(Story, settings=settings(ONE_BY_ONE, stateful_step_count=STEPS_OF_ONE))
        assert faults == []
    assert len(succeeded) > LEAST_SUCCEEDED


def _to(running: Running) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {running.token}"}
    return {"base_url": running.url, "headers": headers, "timeout": ANSWER_SECONDS}


def _hold(running: Running, case: Any, response: Any) -> None:
    """Fail the test if an answer is our fault or is not as described."""
    path = response.request.url.split("?")[0].removeprefix(running.url)
    assert response.status_code < 500 or response.status_code == 501, (case, response.content)
    if response.status_code in (405, 404) or path.endswith("/"):
        return
    is_json = "application/json" in response.headers.get("content-type", ())
    body = response.json() if is_json else None
    assert description.judge(case.method, path, response.status_code, body) == [], case
