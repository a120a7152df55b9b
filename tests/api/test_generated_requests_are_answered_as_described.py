"""Requests made up from DigitalOcean's description, valid and not, sent to a running Dew (schemathesis)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from tests.api import description
from tests.api.beside import house_beside
from tests.api.house import House
from tests.api.judging import METHODS
from tests.api.overlay import mend
from tests.api.test_answers_fit_digitaloceans_description import CLAIMED

pytestmark = pytest.mark.skipif(
    not description.FILE.is_file(), reason=f"DigitalOcean's description is not at {description.FILE.name}"
)

EXAMPLES = 5  # of each operation in each mode: 350 requests
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


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


def few(examples: int) -> settings:
    """So many made-up requests, always the same ones."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


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
    return schemathesis.openapi.from_dict(raw)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_no_generated_request_is_our_fault(running: Running, mode: GenerationMode) -> None:
    sent = 0
    for result in _claimed().get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy(generation_mode=mode))
        @few(EXAMPLES)
        def send(case: Any) -> None:
            nonlocal sent
            headers = {"Authorization": f"Bearer {running.token}"}
            response = case.call(base_url=running.url, headers=headers)
            sent += 1
            path = response.request.url.split("?")[0].removeprefix(running.url)
            assert response.status_code < 500 or response.status_code == 501, (case, response.content)
            if response.status_code in (405, 404) or path.endswith("/"):
                return
            body = response.json() if response.content else None
            assert description.judge(case.method, path, response.status_code, body) == [], case

        send()
    assert sent >= len(CLAIMED)
