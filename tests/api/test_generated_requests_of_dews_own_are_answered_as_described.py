"""Requests made up from our own description of /dew/v1, valid and not, sent to a running Dew."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from schemathesis.generation import GenerationMode

from dew.api.parts import OWN
from tests.api.own_description import DESCRIPTION
from tests.api.test_generated_requests_are_answered_as_described import (
    MODES,
    Running,
    few,
    running,
    steps,
)

__all__ = ["running", "steps"]  # fixtures
EXAMPLES = 2  # of each operation in each mode: 200 requests
UNASKED = ("/dew/v1/events",)  # it has no end


def _own() -> Any:
    paths = DESCRIPTION.document["paths"].items()
    asked = {path: item for path, item in paths if path.startswith(OWN) and path not in UNASKED}
    return schemathesis.openapi.from_dict({**DESCRIPTION.document, "paths": asked})


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_no_generated_request_to_dews_own_is_our_fault(
    running: Running, mode: GenerationMode, steps: int | None
) -> None:
    sent, operations = 0, list(_own().get_all_operations())
    for result in operations:

        @given(case=result.ok().as_strategy(generation_mode=mode))
        @few(EXAMPLES, steps, len(operations))
        def send(case: Any) -> None:
            nonlocal sent
            headers = {"Authorization": f"Bearer {running.token}"}
            response = case.call(base_url=running.url, headers=headers)
            sent += 1
            path = response.request.url.split("?")[0].removeprefix(running.url)
            assert response.status_code < 500, (case, response.content)
            if DESCRIPTION.find(case.method, path) is None:  # a made-up name with a slash in it
                return
            media_type = response.headers.get("content-type", [""])[0]
            body = response.json() if response.content and media_type == "application/json" else None
            assert DESCRIPTION.judge(case.method, path, response.status_code, body) == [], case

        send()
    assert sent >= len(operations) > 0
