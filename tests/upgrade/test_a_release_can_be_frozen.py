"""What is to be taken over later has to be frozen at the release: Actions of every kind must come into it."""

from pathlib import Path

import pytest

from dew.actions.kind import Request
from dew.model.action import ActionState
from tests.crash.machine import Life, Machine
from tests.crash.scenarios import SCENARIOS, Scenario
from tests.upgrade.freeze import WITH_FILES, subject_of

MAKES_ITS_OWN = WITH_FILES | {"build_image"}
FIRST_OF_KIND = {each.request.kind: each for each in reversed(SCENARIOS)}
FROZEN = [each for kind, each in FIRST_OF_KIND.items() if kind not in MAKES_ITS_OWN]


@pytest.mark.parametrize("scenario", FROZEN, ids=str)
async def test_there_is_something_for_each_kind_of_action_to_act_on(
    tmp_path: Path, scenario: Scenario
) -> None:
    async with Life(Machine(tmp_path)) as life:
        await life.do(Request("build_image", None, {"name": "dew-micro"}))
        request = await subject_of(life, scenario)
        (done,) = await life.do(request)
        assert done.state is ActionState.COMPLETED, done.error
