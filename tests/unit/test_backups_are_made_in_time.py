"""Backups are made in their window, once, whatever happens: tried with a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.crash.machine import Fault, Life, life_with_a_droplet

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.database import actions, backups, events, images, layers
from dew.model.backup import EVERY, SPREAD, WINDOW, BackupPolicy, Plan, Schedule, Window
from dew.model.errors import GuestRefused, MonitorLost
from dew.model.image import Image, ImageKind
from dew.reconcile import consolidation
from dew.reconcile.backups import Backups
from dew.reconcile.consolidation import DEEP_LAYERS, Consolidation
from dew.reconcile.layers import Sweeper

ID = 1
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 50  # a history that only grew would be twice as deep as it may become


class Year:
    """A dewd with Droplet 1, Backups enabled, and a clock that the test moves."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.now = MONDAY
        self.start()

    def start(self) -> None:
        """Begin as a dewd does that knows nothing but its database."""
        world = replace(self.life.world, now=lambda: self.now)
        self.engine = Engine(world, KINDS, reached=self.life._reach, patience_seconds=0.05)
        self.backups = Backups(world, self.engine)

    async def at(self, now: datetime) -> None:
        """Let it be ``now``, and the scheduler look once."""
        assert now >= self.now
        self.now = now
        await self.backups.make_due()

    async def through(self, until: datetime, step: timedelta = timedelta(minutes=20)) -> None:
        """Let time pass, with a look every ``step``."""
        while self.now < until:
            await self.at(min(self.now + step, until))

    async def do(self, kind: str, **params: object) -> None:
        (action,) = await self.engine.accept(Request(kind, ID, params))
        await self.engine.finished(action.id)

    async def made(self) -> list[Image]:
        async with self.life.database.read() as tx:
            wanted = images.Filter(kinds=(ImageKind.BACKUP,), droplet_id=ID)
            return list((await images.page(tx, wanted, 0, 1000))[0])

    async def times(self) -> list[datetime]:
        return [image.created_at for image in await self.made()]

    async def backups_begun(self, *, ended: bool = False) -> int:
        """Return how many Backups are open now, or have been made."""
        async with self.life.database.read() as tx:
            found, _ = await actions.page(tx, actions.Filter(), 0, 1000)
        return sum(each.kind == "backup" and each.state.open != ended for each in found)

    async def schedule(self) -> Schedule:
        async with self.life.database.read() as tx:
            found = await backups.schedule(tx, ID)
        assert found is not None
        return found


@asynccontextmanager
async def a_year(directory: Path, policy: dict[str, object]) -> AsyncIterator[Year]:
    async with life_with_a_droplet(directory) as life:
        year = Year(life)
        await year.do("enable_backups", policy=policy)
        yield year
        await year.engine.close()


@pytest.fixture
async def daily(tmp_path: Path) -> AsyncIterator[Year]:
    async with a_year(tmp_path, {"plan": "daily", "hour": 4}) as year:
        yield year


@pytest.fixture
async def weekly(tmp_path: Path) -> AsyncIterator[Year]:
    async with a_year(tmp_path, {"plan": "weekly", "hour": 20, "weekday": "SUN"}) as year:
        yield year


async def test_a_daily_backup_is_made_once_a_day_in_its_window_and_seven_are_kept(daily: Year) -> None:
    await daily.through(MONDAY + 10 * DAY, HOUR)
    times = await daily.times()
    assert [time.date() for time in times] == [(MONDAY + day * DAY).date() for day in range(3, 10)]
    assert all(4 <= time.hour < 8 for time in times)


async def test_a_weekly_backup_is_made_once_a_week_on_its_day_and_four_are_kept(weekly: Year) -> None:
    await weekly.through(MONDAY + 43 * DAY, 2 * HOUR)
    times = await weekly.times()
    assert len(times) == 4
    assert {time.strftime("%a") for time in times} == {"Sun"}
    assert all(later - earlier == 7 * DAY for earlier, later in pairwise(times))


async def test_a_backup_is_live_and_holds_what_the_guest_had_written(daily: Year) -> None:
    await daily.life.write(ID, "data", b"before")
    await daily.at(MONDAY + 8 * HOUR)
    await daily.life.write(ID, "data", b"after")
    (backup,) = await daily.made()
    assert await daily.life.read_image(backup.id, "data") == b"before"
    assert backup.name == "web 2026-03-02"
    assert (await daily.life.host.observe(ID)).state == "running"


async def test_what_was_missed_is_caught_up_with_once(daily: Year) -> None:
    await daily.at(MONDAY + 8 * HOUR)
    daily.start()  # dewd was away for three days
    await daily.at(MONDAY + 3 * DAY + 15 * HOUR)
    await daily.through(MONDAY + 4 * DAY)
    assert [time.day for time in await daily.times()] == [2, 5]
    await daily.through(MONDAY + 5 * DAY)
    assert [time.day for time in await daily.times()] == [2, 5, 6]


async def test_windows_from_before_backups_were_enabled_are_not_caught_up_with(daily: Year) -> None:
    await daily.do("disable_backups")
    daily.now = MONDAY + 10 * HOUR
    await daily.do("enable_backups", policy={"plan": "daily", "hour": 4})
    await daily.through(MONDAY + DAY)
    assert await daily.made() == []
    assert (await daily.schedule()).next_window(daily.now) == Window(MONDAY + DAY + 4 * HOUR)


async def test_a_backup_that_fails_is_told_and_tried_again_within_the_window(daily: Year) -> None:
    daily.life._faults.append(Fault("backup.prepare_successor.act.before", "fail", 1))
    daily.life._faults.append(Fault("backup.prepare_successor.act.before", "fail", 2))
    daily.now = MONDAY + 6 * HOUR
    await daily.at(MONDAY + 6 * HOUR)
    schedule = await daily.schedule()
    assert "injected" in schedule.error
    assert schedule.next_window(daily.now) == Window(MONDAY + 4 * HOUR), "it is still to come"
    await daily.at(MONDAY + 6 * HOUR + timedelta(minutes=5))
    assert daily.life.reached.count("backup.prepare_successor.act.before") == 1, "not at once"
    await daily.through(MONDAY + 8 * HOUR)
    assert len(await daily.made()) == 1
    assert (await daily.schedule()).error == ""
    async with daily.life.database.read() as tx:
        told = [each.data["error"] for each in await events.after(tx, 0) if each.type == "backup"]
    assert ["injected" in each for each in told] == [True, True, False]


async def test_a_backup_that_fails_for_its_whole_window_is_given_up_until_the_next(daily: Year) -> None:
    for number in range(1, 100):
        daily.life._faults.append(Fault("backup.prepare_successor.act.before", "fail", number))
    await daily.through(MONDAY + DAY)
    tries = daily.life.reached.count("backup.prepare_successor.act.before")
    assert 5 < tries < 17
    assert "injected" in (await daily.schedule()).error
    daily.life._faults.clear()
    await daily.through(MONDAY + 2 * DAY)
    assert [time.day for time in await daily.times()] == [3]


async def test_old_backups_stay_while_new_ones_fail(daily: Year) -> None:
    await daily.through(MONDAY + 8 * DAY)
    before = await daily.times()
    for number in range(1, 100):
        daily.life._faults.append(Fault("backup.switch_disk.act.before", "fail", number))
    await daily.through(MONDAY + 12 * DAY, HOUR)
    assert await daily.times() == before
    assert len(before) == 7


async def test_a_busy_droplet_is_backed_up_as_soon_as_it_is_free(daily: Year) -> None:
    async with daily.life.database.write() as tx:
        held = actions.NewAction("power_off", 1, "droplet", ID, "nyc3", {})
        action_id = await actions.add(tx, held, MONDAY)
        await actions.lock(tx, "droplet", ID, action_id)
    await daily.through(MONDAY + 9 * HOUR)
    assert await daily.made() == []
    assert "pending event" in (await daily.schedule()).error
    async with daily.life.database.write() as tx:
        await actions.unlock(tx, action_id)
    await daily.at(MONDAY + 9 * HOUR)
    assert len(await daily.made()) == 1


async def test_two_backups_are_never_made_at_once(daily: Year) -> None:
    """Nor one beside another that a dewd before this one began."""
    for name in ("second", "third"):
        wanted = {"name": name, "size": "s-1vcpu-1gb", "image": 1, "public_keys": ["ssh-ed25519 A"]}
        (created,) = await daily.engine.accept(
            Request("create", None, wanted | {"backup_policy": {"hour": 4}})
        )
        await daily.engine.finished(created.id)
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold(place: str) -> None:
        if place == "backup.switch_disk.act.before":
            begun.set()
            await may_go_on.wait()

    daily.now = MONDAY + 10 * HOUR
    world = replace(daily.life.world, now=lambda: daily.now)
    engine = Engine(world, KINDS, reached=hold)
    window = (MONDAY + 4 * HOUR).isoformat()
    await engine.accept(Request("backup", 3, {"window": window}))
    await begun.wait()
    making = asyncio.create_task(Backups(world, engine).make_due())
    for droplet_id in (ID, 2):
        for _ in range(20):
            await asyncio.sleep(0.005)
            assert await daily.backups_begun() == 1
        begun.clear()
        may_go_on.set()
        may_go_on.clear()
        await begun.wait()
        assert await daily.backups_begun() == 1, droplet_id
    may_go_on.set()
    await making
    assert await daily.backups_begun(ended=True) == 3
    await engine.close()


async def test_daily_backups_leave_a_history_short_and_every_byte_where_it_was(daily: Year) -> None:
    world = replace(daily.life.world, now=lambda: daily.now)
    consolidation, sweeper = Consolidation(world, daily.engine), Sweeper(world, 0, 0)
    depths = []
    for day in range(DAYS):
        await daily.life.write(ID, f"day {day % 40}", str(day).encode())
        await daily.at(MONDAY + day * DAY + 10 * HOUR)
        await consolidation.consolidate()
        await sweeper.sweep()
        async with daily.life.database.read() as tx:
            depths.append(await layers.depth(tx, await daily.life.head(ID)))
    assert max(depths) < DEEP_LAYERS
    assert len(daily.life.machine.disks.layers) < DEEP_LAYERS + 10
    for day in range(DAYS - 40, DAYS):
        assert await daily.life.read(ID, f"day {day % 40}") == str(day).encode()
    for age, backup in enumerate(reversed(await daily.made())):
        made_on = DAYS - 1 - age
        for day in (made_on, made_on - 39):
            assert await daily.life.read_image(backup.id, f"day {day % 40}") == str(day).encode()
    assert (await daily.schedule()).error == ""


async def test_a_history_that_changes_while_it_is_merged_is_left_as_it_is(daily: Year) -> None:
    for _ in range(3):
        await daily.do("snapshot", name="one")
    merged, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold(place: str) -> None:
        if place == "consolidate.take_droplet.act.before":
            merged.set()
            await may_go_on.wait()

    engine = Engine(daily.life.world, KINDS, reached=hold)
    (accepted,) = await engine.accept(Request("consolidate", ID))
    await merged.wait()
    await daily.do("snapshot", name="another")  # nobody waits for a merge
    async with daily.life.database.read() as tx:
        before = await layers.chain(tx, await daily.life.head(ID))
    may_go_on.set()
    ended = await engine.finished(accepted.id)
    assert "meanwhile" in ended.error
    async with daily.life.database.read() as tx:
        assert await layers.chain(tx, await daily.life.head(ID)) == before
        assert await actions.lock_holder(tx, "droplet", ID) is None
    assert accepted.params["layer"] not in daily.life.machine.disks.layers
    await engine.close()


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("error", [GuestRefused("no"), MonitorLost("gone")])
async def test_a_guest_that_does_not_take_its_merged_history_is_asked_again_until_it_does(
    daily: Year, monkeypatch: pytest.MonkeyPatch, restarted: bool, error: Exception
) -> None:
    monkeypatch.setattr(consolidation, "DEEP_LAYERS", 4)
    for number in range(4):
        await daily.life.write(ID, "data", str(number).encode())
        await daily.do("snapshot", name=str(number))
    guest, host = daily.life.machine.guests.running[ID], daily.life.host
    before = guest.chain

    async def refuse(*_: object) -> None:
        raise error

    loop = Consolidation(daily.life.world, daily.engine)
    with monkeypatch.context() as broken:
        broken.setattr(host, "shorten_chain", refuse)
        await loop.consolidate()
    async with daily.life.database.read() as tx:
        short = await layers.chain(tx, await daily.life.head(ID))
    assert (guest.chain, len(short)) == (before, 3)
    if restarted:
        loop = Consolidation(daily.life.world, daily.engine)
    await loop.consolidate()
    assert guest.chain == short
    assert await daily.life.read(ID, "data") == b"3"


async def test_changing_the_policy_counts_from_the_next_window(daily: Year) -> None:
    await daily.at(MONDAY + 7 * HOUR)
    await daily.do("change_backup_policy", policy={"plan": "weekly", "hour": 0, "weekday": "WED"})
    await daily.through(MONDAY + 2 * DAY + 4 * HOUR)
    assert [time.day for time in await daily.times()] == [2, 4]


@pytest.mark.parametrize(
    "policy", [BackupPolicy(Plan.DAILY, hour) for hour in (0, 4, 20)] + [BackupPolicy(Plan.WEEKLY, 20, "SUN")]
)
def test_windows_never_drift(policy: BackupPolicy) -> None:
    """Asked at any minute of a year, the windows are the same, one after another."""
    seen = set()
    for minute in range(0, 366 * 24 * 60, 7):
        now = MONDAY + timedelta(minutes=minute)
        window = policy.latest_window(now)
        assert window.start <= now < window.start + EVERY[policy.plan]
        seen.add(window.start)
    starts = sorted(seen)
    assert {later - earlier for earlier, later in pairwise(starts)} == {EVERY[policy.plan]}
    assert {start.hour for start in starts} == {policy.hour}


def test_droplets_take_their_turns_all_over_the_first_half_of_the_window() -> None:
    first = []
    for droplet_id in range(1, 101):
        schedule = Schedule(droplet_id, BackupPolicy(), since=MONDAY)
        minutes = next(m for m in range(300) if schedule.due(MONDAY + m * timedelta(minutes=1)))
        first.append(timedelta(minutes=minutes))
    assert max(first) <= SPREAD < WINDOW
    quarter = SPREAD / 4
    for start in (0 * quarter, quarter, 2 * quarter, 3 * quarter):
        assert sum(start <= each < start + quarter for each in first) > 15
