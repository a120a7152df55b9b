"""The engine's own rules, on an Action made for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.crash.machine import Life, Machine

from dew.actions import engine as engine_module
from dew.actions.engine import Engine
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import actions, facts
from dew.database.connect import Tx
from dew.database.tables import locks
from dew.model.action import Action, ActionState
from dew.model.errors import (
    Broken,
    Busy,
    DatabaseBusy,
    Forbidden,
    Invalid,
    LimitReached,
    MonitorLost,
    StepFailed,
)

LIMIT_SECONDS = 10


class Play:
    """An Action of three steps, b the pivot, that does as it is told and notes what it did."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.raises: dict[str, list[Exception]] = {}
        self.hold: dict[str, asyncio.Event] = {}
        steps = (
            Step("a", self._half("a"), undo=self._half("-a")),
            Step("b", self._half("b"), undo=self._half("-b"), pivot=True),
            Step("c", self._half("c")),
        )
        self.kind = Kind("play", 1, "thing", self._accept, steps)

    async def _accept(self, tx: Tx, world: World, request: Request) -> Accepted:
        return Accepted(request.resource_id or 1, "nyc3", {})

    def _half(self, name: str):
        async def half(run: Run) -> Writes:
            self.did.append(name)
            if name in self.hold:
                await self.hold[name].wait()
            if self.raises.get(name):
                raise self.raises[name].pop(0)

            async def write(tx: Tx) -> None:
                await facts.put(tx, f"wrote {name}", "yes")

            return write

        return half


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with Life(Machine(tmp_path)) as living:
        yield living


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
async def engine(life: Life, play: Play) -> AsyncIterator[Engine]:
    made = Engine(life.world, [play.kind], patience_seconds=1.0)
    yield made
    await made.close()


async def run(engine: Engine, resource_id: int = 1) -> Action:
    (action,) = await engine.accept(Request("play", resource_id))
    return await finished(engine, action.id)


async def finished(engine: Engine, action_id: int) -> Action:
    return await asyncio.wait_for(engine.finished(action_id), LIMIT_SECONDS)


async def held(life: Life) -> int:
    async with life.database.read() as tx:
        return len((await tx.execute(locks.select())).all())


async def wrote(life: Life, name: str) -> bool:
    async with life.database.read() as tx:
        return await facts.get(tx, f"wrote {name}") == "yes"


async def test_steps_run_in_order_and_the_lock_goes_with_the_action(life, engine, play) -> None:
    action = await run(engine)
    assert (action.state, action.progress, play.did) == (ActionState.COMPLETED, 100, ["a", "b", "c"])
    assert await held(life) == 0


async def test_a_failed_step_is_undone_too_and_so_are_those_before_it(life, engine, play) -> None:
    play.raises["b"] = [StepFailed("no")]
    action = await run(engine)
    assert (action.state, action.error, play.did) == (ActionState.ERRORED, "no", ["a", "b", "-b", "-a"])
    assert await held(life) == 0
    assert not await wrote(life, "b"), "what a failed step wanted to write is not written"


async def test_transient_trouble_is_tried_again(engine, play) -> None:
    play.raises["a"] = [MonitorLost("wait"), MonitorLost("wait")]
    assert (await run(engine)).state is ActionState.COMPLETED
    assert play.did == ["a", "a", "a", "b", "c"]


async def test_patience_with_transient_trouble_ends(engine, play) -> None:
    play.raises["a"] = [MonitorLost("gone for good")] * 100
    action = await run(engine)
    assert (action.state, action.error) == (ActionState.ERRORED, "gone for good")


async def test_a_pivot_of_unknown_outcome_is_never_walked_back_over(engine, play) -> None:
    play.raises["b"] = [MonitorLost("who knows")] * 4
    assert (await run(engine)).state is ActionState.COMPLETED
    assert "-b" not in play.did


@pytest.mark.parametrize("error", [StepFailed("late"), Broken("odd"), ZeroDivisionError("a bug")])
async def test_a_failure_past_the_pivot_gets_stuck_with_its_lock_and_can_be_retried(
    life, engine, play, error
) -> None:
    play.raises["c"] = [error]
    action = await run(engine)
    assert action.state is ActionState.STUCK
    assert action.state.wire == "errored"
    assert str(error) in action.error
    assert await held(life) == 1
    with pytest.raises(Busy):
        await engine.accept(Request("play", 1))
    await engine.retry(action.id)
    assert (await finished(engine, action.id)).state is ActionState.COMPLETED
    assert play.did == ["a", "b", "c", "c"]
    assert await held(life) == 0


async def test_a_failed_undo_gets_stuck_and_a_retry_goes_on_undoing(engine, play) -> None:
    play.raises |= {"b": [StepFailed("no")], "-a": [StepFailed("can't")]}
    action = await run(engine)
    assert action.state is ActionState.STUCK
    await engine.retry(action.id)
    assert (await finished(engine, action.id)).state is ActionState.ERRORED
    assert play.did == ["a", "b", "-b", "-a", "-a"]


async def test_only_what_is_stuck_can_be_retried(engine) -> None:
    action = await run(engine)
    with pytest.raises(Invalid):
        await engine.retry(action.id)


async def test_a_cancelled_action_walks_back_before_its_pivot_and_goes_on_past_it(life, engine, play) -> None:
    for holding, state in (("a", ActionState.ERRORED), ("b", ActionState.COMPLETED)):
        play.hold = {holding: asyncio.Event()}
        (action,) = await engine.accept(Request("play", 1))
        while holding not in play.did:
            await asyncio.sleep(0.01)
        async with life.database.write() as tx:
            await actions.request_cancel(tx, action.id)
        play.hold[holding].set()
        assert (await finished(engine, action.id)).state is state
        play.did.clear()


async def test_one_action_at_a_time_per_resource(engine, play) -> None:
    play.hold["a"] = asyncio.Event()
    (first,) = await engine.accept(Request("play", 1))
    with pytest.raises(Busy, match="Droplet already has a pending event"):
        await engine.accept(Request("play", 1))
    (other,) = await engine.accept(Request("play", 2))
    play.hold["a"].set()
    for action in (first, other):
        assert (await finished(engine, action.id)).state is ActionState.COMPLETED


async def test_requests_that_come_together_are_accepted_together_or_not_at_all(life, engine) -> None:
    with pytest.raises(Busy):
        await engine.accept(Request("play", 1), Request("play", 1))
    async with life.database.read() as tx:
        assert (await actions.page(tx, actions.Filter(), 0, 10))[1] == 0


async def test_with_a_database_that_does_not_fit_nothing_is_accepted_or_gone_on_with(life, play) -> None:
    play.hold["a"] = asyncio.Event()
    before = Engine(life.world, [play.kind])
    (action,) = await before.accept(Request("play", 1))
    await before.close()
    engine = Engine(life.world, [play.kind], refusal="It does not fit.")
    with pytest.raises(Forbidden, match="does not fit"):
        await engine.accept(Request("play", 2))
    with pytest.raises(Forbidden):
        await engine.retry(action.id)
    assert await engine.resume() == []
    await engine.close()


async def test_a_request_that_turns_out_wrong_in_a_step_walks_back(engine, play) -> None:
    play.raises["a"] = [Invalid("no such name")]
    action = await run(engine)
    assert (action.state, action.error) == (ActionState.ERRORED, "no such name")


async def test_an_action_is_not_forgotten_when_the_database_can_not_be_read(
    life, engine, play, monkeypatch
) -> None:
    monkeypatch.setattr("dew.actions.engine.WRITE_AGAIN_SECONDS", 0.01)
    failures = [DatabaseBusy("busy")] * 3
    read = engine._read

    async def unreliable(action_id: int) -> Action:
        if failures:
            raise failures.pop()
        return await read(action_id)

    monkeypatch.setattr(engine, "_read", unreliable)
    assert (await run(engine)).state is ActionState.COMPLETED


async def test_there_is_a_limit_to_open_actions(life, play) -> None:
    settings = replace(life.world.settings, max_open_actions=2)
    engine = Engine(replace(life.world, settings=settings), [play.kind])
    play.hold["a"] = asyncio.Event()
    await engine.accept(Request("play", 1), Request("play", 2))
    with pytest.raises(LimitReached):
        await engine.accept(Request("play", 3))
    await engine.close()


async def test_an_owner_that_was_replaced_changes_nothing_more(life, engine, play) -> None:
    play.hold["a"] = asyncio.Event()
    (action,) = await engine.accept(Request("play", 1))
    while "a" not in play.did:
        await asyncio.sleep(0.01)
    async with life.database.write() as tx:
        await actions.take_over(tx, action.id)
    play.hold["a"].set()
    await asyncio.sleep(0.1)
    async with life.database.read() as tx:
        assert (await actions.get(tx, action.id)).step == ""
    assert not await wrote(life, "a")


async def test_what_was_open_goes_on_with_the_next_engine(life, engine, play) -> None:
    play.hold["b"] = asyncio.Event()
    (action,) = await engine.accept(Request("play", 1))
    while "b" not in play.did:
        await asyncio.sleep(0.01)
    await engine.close()
    play.hold.clear()
    following = Engine(life.world, [play.kind])
    await following.resume()
    assert (await finished(following, action.id)).state is ActionState.COMPLETED
    assert play.did == ["a", "b", "b", "c"]
    await following.close()


async def test_a_pivot_that_stays_unknown_is_stuck_and_not_walked_back_over(
    life, engine, play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PIVOT_PATIENCE_SECONDS", 0.3)
    play.raises["b"] = [MonitorLost("who knows")] * 100
    action = await run(engine)
    assert action.state is ActionState.STUCK
    assert {"-a", "-b"}.isdisjoint(play.did)
