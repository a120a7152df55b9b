"""An open Action that another Dew began: gone on with if it can be, else refused, never tried in a loop."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dew.actions.engine import Engine
from dew.actions.kind import Kind, Request
from dew.actions.rename import RENAME
from dew.actions.restore import RESTORE
from dew.database import actions
from dew.database.tables import locks
from dew.model.action import Action, ActionState
from tests.crash.machine import Life, life_with_a_droplet

DROPLET = 1


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with life_with_a_droplet(tmp_path) as living:
        yield living


async def leave_open(life: Life, kind: str, version: int = 1, step: str = "", name: str = "renamed") -> int:
    """Write an Action down as another Dew would have."""
    async with life.database.write() as tx:
        new = actions.NewAction(kind, version, "droplet", DROPLET, "nyc3", {"name": name})
        action_id = await actions.add(tx, new, life.world.now())
        await actions.change(tx, action_id, 1, step=step)
        await actions.lock(tx, "droplet", DROPLET, action_id)
    return action_id


async def gone_on_with(life: Life, action_id: int, *kinds: Kind) -> Action:
    engine = Engine(life.world, kinds) if kinds else life.engine
    await engine.resume()
    try:
        return await life.follow(action_id)
    finally:
        if kinds:
            await engine.close()


@pytest.mark.parametrize(
    ("kind", "version", "step", "words"),
    [
        ("teleport", 1, "beam", "teleport, version 1, step beam"),
        ("teleport", 1, "", "teleport, version 1, step none yet"),
        ("restore", 1, "a_step_of_old", "restore, version 1, step a_step_of_old"),
        ("rename", RENAME.version + 1, "", "rename, version 2, step none yet"),
    ],
)
async def test_what_cannot_be_gone_on_with_is_stuck_with_its_lock_and_says_what_to_do(
    life: Life, kind: str, version: int, step: str, words: str
) -> None:
    action_id = await leave_open(life, kind, version, step)
    for _ in range(2):  # the second time as an operator who tries again here
        action = await gone_on_with(life, action_id)
        assert action.state is ActionState.STUCK
        assert f"another one began it ({words})" in action.error
        assert f"dew action retry {action_id}" in action.error
        assert (await life.droplet(DROPLET)).locked
        await life.engine.retry(action_id)


async def test_destroying_the_droplet_closes_what_cannot_be_gone_on_with(life: Life) -> None:
    action_id = await leave_open(life, "teleport", step="beam")
    await gone_on_with(life, action_id)
    (destroyed,) = await life.do(Request("destroy", DROPLET))
    assert destroyed.state is ActionState.COMPLETED
    assert (await life.follow(action_id)).state is ActionState.ERRORED
    async with life.database.read() as tx:
        assert (await tx.execute(locks.select())).all() == []


async def test_the_dew_that_began_it_finishes_it_when_it_is_back(life: Life) -> None:
    action_id = await leave_open(life, "rename")
    await gone_on_with(life, action_id, RESTORE)
    await life.engine.retry(action_id)
    assert (await life.follow(action_id)).state is ActionState.COMPLETED
    assert (await life.droplet(DROPLET)).name == "renamed"


async def test_a_step_that_has_another_name_now_is_found_under_its_former_one(life: Life) -> None:
    (step,) = RENAME.steps
    first = replace(step, name="look_twice", pivot=False)
    renamed = replace(RENAME, steps=(first, step), formerly={"look": "look_twice"})
    action_id = await leave_open(life, "rename", step="look")
    assert (await gone_on_with(life, action_id, renamed)).state is ActionState.COMPLETED


async def test_an_action_of_an_older_version_goes_on(life: Life) -> None:
    action_id = await leave_open(life, "rename", version=1)
    newer = replace(RENAME, version=2)
    assert (await gone_on_with(life, action_id, newer)).state is ActionState.COMPLETED
