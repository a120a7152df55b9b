"""Every Action, failed at every step with and without effect, killed at every place and pair of places."""

import asyncio
from collections.abc import Callable

import pytest

from dew.actions.catalogue import KINDS
from dew.model.action import Action, ActionState
from tests.crash.machine import Fault, Life, Machine, check_invariants
from tests.crash.scenarios import SCENARIOS, Scenario

Clone = Callable[[], Machine]

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
one_of_each_sort = pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if not (scenario.own_steps or scenario.shares_steps)],
    ids=str,
)


PIVOTS = {f"{kind.name}.{step.name}" for kind in KINDS for step in kind.steps if step.pivot}


def failure(place: str) -> Fault:
    """A step that fails. A pivot that took effect can't say it failed, only that it does not know."""
    step, way, when = place.rsplit(".", 2)
    took_effect = when == "after" and way == "act" and step in PIVOTS
    return Fault(place, "lose" if took_effect else "fail")


async def play(machine: Machine, scenario: Scenario, *lives: list[Fault]) -> tuple[Action, list[list[str]]]:
    """Ask for the scenario's Action in a first life; live on, with faults, until it has ended and hold it to
    its promises. Return the ended Action and the places each life reached."""
    reached, action_id = [], 0
    for number, faults in enumerate([*lives, []]):
        async with Life(machine, faults) as life:
            if number == 0:
                await scenario.begin(life)
                (action,) = await life.do(scenario.request)
                action_id = action.id
            else:
                await life.resume()
            reached.append(life.reached)
            if life.ended.is_set():
                continue
            action = await life.follow(action_id)
            await life.tidy()
            await check_invariants(life)
            await scenario.holds(life, action)
            return action, reached
    raise AssertionError("the last life has no faults")


async def places(clone: Clone, scenario: Scenario, *faults: Fault) -> list[str]:
    """Return the places that a life with ``faults`` reaches and faults are tried at, each once, in order."""
    _, reached = await play(clone(), scenario, list(faults))
    return [place for place in dict.fromkeys(reached[0]) if scenario.tried_at(place)]


def distinct(reached: list[str]) -> list[str]:
    """Return the places between which something that outlives dewd changes, each once, in order.

    A kill just before a step leaves what a kill just after the commit before it leaves; likewise for a commit
    and the act before it. Single kills try all places; pairs need only one of each such two.
    """
    return [place for place in dict.fromkeys(reached) if place.endswith(".after")]


@every_scenario
async def test_it_completes_when_nothing_goes_wrong(clone: Clone, scenario: Scenario) -> None:
    action, _ = await play(clone(), scenario, [])
    assert action.state is ActionState.COMPLETED
    assert action.progress == 100


@every_scenario
async def test_a_step_that_fails_is_undone_or_gone_through_with(clone: Clone, scenario: Scenario) -> None:
    for place in await places(clone, scenario):
        if ".act." in place:
            action, _ = await play_until_settled(clone(), scenario, [failure(place)])
            assert action.state in (ActionState.COMPLETED, ActionState.ERRORED)


@every_scenario
async def test_it_survives_being_killed_anywhere(clone: Clone, scenario: Scenario) -> None:
    for place in await places(clone, scenario):
        await play(clone(), scenario, [Fault(place, "kill")])


@one_of_each_sort
async def test_it_survives_being_killed_anywhere_and_anywhere_again(clone: Clone, scenario: Scenario) -> None:
    for first in distinct(await places(clone, scenario)):
        _, reached = await play(clone(), scenario, [Fault(first, "kill")])
        for second in distinct(reached[1]):
            await play(clone(), scenario, [Fault(first, "kill")], [Fault(second, "kill")])


@one_of_each_sort
async def test_it_survives_being_killed_while_it_walks_back(clone: Clone, scenario: Scenario) -> None:
    for failing in await places(clone, scenario):
        if ".act." not in failing:
            continue
        action, reached = await play_until_settled(clone(), scenario, [failure(failing)])
        if action.state is not ActionState.ERRORED:
            continue
        for place in distinct(reached[0][reached[0].index(failing) + 1 :]):
            faults = [Fault(failing, "fail"), Fault(place, "kill", _times(reached[0], place, failing))]
            await play(clone(), scenario, faults)


def _times(reached: list[str], place: str, failing: str) -> int:
    """Return how often ``place`` has been reached when it is reached first after ``failing``."""
    return reached[: reached.index(failing) + 1].count(place) + 1


async def play_until_settled(
    machine: Machine, scenario: Scenario, faults: list[Fault]
) -> tuple[Action, list[list[str]]]:
    """As play, but where the fault leaves the Action stuck past its pivot, retry it as an operator would."""
    async with Life(machine, faults) as life:
        await scenario.begin(life)
        (action,) = await life.do(scenario.request)
        if action.state is ActionState.STUCK:
            await life.engine.retry(action.id)
            action = await life.follow(action.id)
        await life.tidy()
        await check_invariants(life)
        await scenario.holds(life, action)
        return action, [life.reached]


async def test_faults_are_really_injected(clone: Clone) -> None:
    """The tests above would prove nothing if kill and fail did nothing."""
    snapshot = next(scenario for scenario in SCENARIOS if scenario.name == "snapshot running")
    action, _ = await play_until_settled(
        clone(), snapshot, [Fault("snapshot.prepare_successor.act.after", "fail")]
    )
    assert action.state is ActionState.ERRORED
    assert "injected" in action.error
    async with Life(clone(), [Fault("snapshot.switch_disk.act.after", "kill")]) as life:
        (action,) = await life.do(snapshot.request)
        assert life.ended.is_set()
        assert action.state is ActionState.RUNNING
        assert action.step == "prepare_successor"
    assert asyncio.get_running_loop().is_running()
