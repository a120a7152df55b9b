"""Shut down, Snapshot, power on as one Action: what happens to guests that do not do as they are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.crash.machine import Life, life_with_a_droplet

from dew.actions.kind import Request
from dew.compute.host import GuestSpec
from dew.database import images
from dew.model.action import ActionState
from dew.model.droplet import Power, Status

ID = 1
GRACE_SECONDS = 0.6
WANTED = Request("snapshot_off", ID, {"name": "clean"})


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with life_with_a_droplet(tmp_path) as living:
        yield living


async def snapshots(life: Life) -> int:
    async with life.database.read() as tx:
        return len(await images.ids_of_droplet(tx, ID, images.ImageKind.SNAPSHOT))


async def test_a_guest_that_ignores_the_power_button_runs_on_and_no_snapshot_is_taken(life: Life) -> None:
    life.machine.guests.ignore_shutdown.add(ID)
    before = life.machine.guests.running[ID]
    (action,) = await life.do(WANTED)
    assert (action.state, "did not shut down" in action.error) == (ActionState.ERRORED, True)
    assert life.machine.guests.running[ID] is before
    await life.tidy()
    assert (await life.droplet(ID)).status is Status.ACTIVE
    assert await snapshots(life) == 0


async def test_a_guest_that_shuts_down_too_late_is_started_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(life.world.settings, shutdown_grace_seconds=GRACE_SECONDS)
    object.__setattr__(life.world, "settings", settings)

    async def feel_it_late(droplet_id: int) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(1.5 * GRACE_SECONDS, life.host.guest_powers_off, droplet_id)

    monkeypatch.setattr(life.host, "ask_shutdown", feel_it_late)
    (action,) = await life.do(WANTED)
    assert action.state is ActionState.ERRORED
    await life.tidy()
    droplet = await life.droplet(ID)
    assert (droplet.status, droplet.desired_power) == (Status.ACTIVE, Power.ON)


async def test_a_guest_that_is_lost_while_it_shuts_down_gives_no_snapshot_and_is_started_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die_of_it(droplet_id: int) -> None:
        life.host.guest_crashes(droplet_id)

    monkeypatch.setattr(life.host, "ask_shutdown", die_of_it)
    (action,) = await life.do(WANTED)
    assert (action.state, "was lost" in action.error) == (ActionState.ERRORED, True)
    await life.tidy()
    assert (await life.droplet(ID)).status is Status.ACTIVE
    assert await snapshots(life) == 0


async def test_a_droplet_that_crashed_and_is_to_come_back_is_not_taken_for_one_that_is_off(
    life: Life,
) -> None:
    life.host.guest_crashes(ID)
    (action,) = await life.do(WANTED)
    assert (action.state, "meant to be on" in action.error) == (ActionState.ERRORED, True)
    await life.tidy()
    assert (await life.droplet(ID)).status is Status.ACTIVE


async def test_a_guest_that_does_not_start_again_stays_meant_to_be_on(life: Life) -> None:
    life.machine.guests.refuse_start.add(ID)
    (action,) = await life.do(WANTED)
    assert (action.state, "taken, but" in action.error) == (ActionState.ERRORED, True)
    assert await snapshots(life) == 1
    assert (await life.droplet(ID)).desired_power is Power.ON
    life.machine.guests.refuse_start.discard(ID)
    await life.tidy()
    assert (await life.droplet(ID)).status is Status.ACTIVE


@pytest.mark.parametrize("how", ["by Dew", "inside, just now"])
async def test_a_droplet_that_is_off_stays_off(life: Life, how: str) -> None:
    if how == "by Dew":
        await life.do(Request("power_off", ID))
    else:
        life.host.guest_powers_off(ID)
    (action,) = await life.do(WANTED)
    assert action.state is ActionState.COMPLETED
    await life.tidy()
    droplet = await life.droplet(ID)
    assert (droplet.status, droplet.desired_power) == (Status.OFF, Power.OFF)
    async with life.database.read() as tx:
        assert (await images.get(tx, action.params["image"])).consistency == "off"


async def test_a_droplet_destroyed_meanwhile_is_gone(life: Life) -> None:
    accepted = await life.engine.accept(WANTED)
    destroyed = await life.engine.accept(Request("destroy", ID))
    for action in (*accepted, *destroyed):
        await life.follow(action.id)
    await life.tidy()
    assert life.machine.guests.running == {}
    assert await snapshots(life) in (0, 1)


async def test_a_droplet_that_is_destroyed_meanwhile_is_neither_waited_for_nor_started_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    async def be_destroyed(droplet_id: int) -> None:
        await life.engine.accept(Request("destroy", droplet_id))
        life.host.guest_powers_off(droplet_id)

    async def note(spec: GuestSpec) -> None:
        started.append(spec)

    monkeypatch.setattr(life.host, "ask_shutdown", be_destroyed)
    monkeypatch.setattr(life.host, "ensure_running", note)
    (action,) = await life.do(WANTED)
    assert (action.error, started) == ("It was cancelled.", [])
