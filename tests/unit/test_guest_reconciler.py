"""What the reconciler makes of what it sees, with simulated guests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.crash.machine import Killed, Life, life_with_a_droplet

from dew.actions.kind import Request
from dew.compute.host import GuestSpec
from dew.database import actions
from dew.model.droplet import Observed, Power, Status
from dew.model.errors import DatabaseBusy, DatabaseFull, DewError, NoSpace
from dew.reconcile.guests import ACCIDENTS_FORGIVEN, GuestReconciler, remove_orphans

ID = 1


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A dewd with one Droplet, which is on."""
    async with life_with_a_droplet(tmp_path) as living:
        yield living


@pytest.fixture
def look(life: Life) -> Callable[[], object]:
    async def looked() -> object:
        await GuestReconciler(life.world).look(ID)
        return await life.droplet(ID)

    return looked


async def test_a_guest_that_powers_itself_off_stays_off(life: Life, look) -> None:
    life.host.guest_powers_off(ID)
    droplet = await look()
    assert (droplet.desired_power, droplet.status) == (Power.OFF, Status.OFF)
    assert (await life.host.observe(ID)).state is Observed.ABSENT, "the paused process is ended"
    assert (await look()).status is Status.OFF


async def test_a_guest_that_is_lost_comes_back(life: Life, look) -> None:
    life.host.guest_crashes(ID)
    droplet = await look()
    assert (droplet.desired_power, droplet.status) == (Power.ON, Status.ACTIVE)


async def test_too_many_accidents_leave_it_off_with_the_reason_until_it_is_switched_on(
    life: Life, look
) -> None:
    for _ in range(ACCIDENTS_FORGIVEN + 1):
        life.host.guest_crashes(ID)
        droplet = await look()
    assert droplet.desired_power is Power.OFF
    assert "accidents" in droplet.observed_reason
    assert (await look()).observed_reason == droplet.observed_reason, "the reason is kept"
    await life.do(Request("power_on", ID))
    life.host.guest_crashes(ID)
    assert (await look()).status is Status.ACTIVE, "the count began afresh"


async def test_stopping_guests_together_with_dewd_is_no_accident(life: Life, look) -> None:
    for _ in range(2 * ACCIDENTS_FORGIVEN):
        await life.host.ensure_stopped(ID)
        assert (await look()).status is Status.ACTIVE


async def test_an_accident_counts_once_however_often_dewd_is_killed_while_it_brings_the_guest_back(
    life: Life, look, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(_: object) -> None:
        raise Killed

    life.host.guest_crashes(ID)
    with monkeypatch.context() as patched:
        patched.setattr(life.host, "ensure_running", killed)
        for _ in range(ACCIDENTS_FORGIVEN + 1):
            with pytest.raises(Killed):
                await look()
    assert (await look()).status is Status.ACTIVE
    for _ in range(ACCIDENTS_FORGIVEN):
        life.host.guest_crashes(ID)
        droplet = await look()
    assert droplet.desired_power is Power.OFF, "those after it count"


async def test_a_guest_that_does_not_start_is_not_tried_for_ever(life: Life, look) -> None:
    life.machine.guests.refuse_start.add(ID)
    life.host.guest_crashes(ID)
    for _ in range(ACCIDENTS_FORGIVEN):
        try:
            droplet = await look()
        except DewError:
            droplet = await life.droplet(ID)
    assert droplet.desired_power is Power.OFF
    assert "not to start" in droplet.observed_reason


async def test_a_halted_guest_shows_why_and_goes_on_when_it_can(life: Life, look) -> None:
    life.host.guest_halts(ID, "The machine's disk is full.")
    assert (await look()).status is Status.ACTIVE
    assert (await life.host.observe(ID)).state is Observed.RUNNING


async def test_what_is_halted_is_known_while_the_database_takes_no_writes(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise NoSpace("still full")

    async def takes_no_writes(*_: object) -> None:
        raise DatabaseFull("full")

    reconciler = GuestReconciler(life.world)
    monkeypatch.setattr(life.host, "ensure_running", full)
    monkeypatch.setattr(reconciler, "_write", takes_no_writes)
    life.host.guest_halts(ID, "The machine's disk is full.")
    with pytest.raises(DatabaseFull):
        await reconciler.look(ID)
    assert await reconciler.halted() == [{"id": ID, "name": "web", "reason": "The machine's disk is full."}]
    monkeypatch.undo()
    await reconciler.look(ID)
    assert await reconciler.halted() == []
    assert (await life.host.observe(ID)).state is Observed.RUNNING


async def test_a_halted_guest_goes_on_long_before_the_next_look_around(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dew.reconcile.guests.LOOK_AT_HALTED_EVERY_SECONDS", 0.02)
    ensure_running, room = life.host.ensure_running, False

    async def unless_full(spec: GuestSpec) -> None:
        if not room:
            raise NoSpace("still full")
        await ensure_running(spec)

    monkeypatch.setattr(life.host, "ensure_running", unless_full)
    life.host.guest_halts(ID, "The machine's disk is full.")
    reconciler = GuestReconciler(life.world)
    task = asyncio.create_task(reconciler.run())
    async with asyncio.timeout(5):
        while not await reconciler.halted():
            await asyncio.sleep(0.02)
        while (await life.droplet(ID)).observed is not Observed.PAUSED:
            await asyncio.sleep(0.02)
        written = life.database.next_commit()
        await asyncio.sleep(0.2)
        assert not written.is_set(), "a full disk is not written to for what is known"
        room = True
        while await reconciler.halted():
            await asyncio.sleep(0.02)
    assert (await life.host.observe(ID)).state is Observed.RUNNING
    async with life.database.quiet():
        task.cancel()
    await asyncio.wait([task])


async def test_a_guest_that_is_meant_to_be_off_is_stopped(life: Life, look) -> None:
    async with life.database.write() as tx:
        await tx.exec_driver_sql("UPDATE droplets SET desired_power = 'off'")
    assert (await look()).status is Status.OFF
    assert (await life.host.observe(ID)).state is Observed.ABSENT


async def test_a_droplet_with_an_open_action_is_left_alone(life: Life, look) -> None:
    async with life.database.write() as tx:
        new = actions.NewAction("snapshot", 1, "droplet", ID, "nyc3", {})
        await actions.lock(tx, "droplet", ID, await actions.add(tx, new, life.world.now()))
    life.host.guest_powers_off(ID)
    assert (await look()).desired_power is Power.ON
    assert (await life.host.observe(ID)).state is Observed.POWERED_OFF, "the proof is kept"


async def test_a_failed_look_does_not_end_the_looking(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dew.reconcile.guests.LOOK_AROUND_EVERY_SECONDS", 0.01)
    reconciler = GuestReconciler(life.world)
    looks: list[int] = []

    async def look_around() -> None:
        looks.append(1)
        raise DatabaseBusy("busy")

    monkeypatch.setattr(reconciler, "look_around", look_around)
    task = asyncio.create_task(reconciler.run())
    while len(looks) < 3:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_guests_of_deleted_droplets_are_ended_and_unknown_ones_left_alone(life: Life) -> None:
    guests = life.machine.guests
    guests.running[99] = guests.running[ID]  # a database older than the machine knows nothing of it
    guests.traces[99] = ""
    assert await remove_orphans(life.world) == []
    async with life.database.write() as tx:
        await tx.exec_driver_sql("UPDATE droplets SET gone_at = created_at")
    assert await remove_orphans(life.world) == [ID]
    assert 99 in guests.running
