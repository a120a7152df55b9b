"""What Droplets and Backups cost, to the second and the cent: tried with a clock that tests move."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.crash.machine import Fault, Life, life_with_a_droplet

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.database import billing
from dew.model.backup import Plan
from dew.model.billing import CENT, Interval, Item, Month, Prices, Product, bill, total
from dew.reconcile.history import History

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SMALL, BIG = "s-1vcpu-1gb", "s-1vcpu-2gb"  # 6 and 12 USD a month


class Months:
    """A dewd with a clock that the test moves, and no Droplet since then but those of the test."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.now = MARCH
        self.start(Prices())

    def start(self, prices: Prices) -> None:
        settings = replace(self.life.world.settings, prices=prices)
        self.world = replace(self.life.world, now=lambda: self.now, settings=settings)
        self.engine = Engine(self.world, KINDS, reached=self.life._reach, patience_seconds=0.05)

    async def restart(self, prices: Prices) -> None:
        """Begin again with other prices, as dewd does when its configuration changed."""
        self.start(prices)
        async with self.life.database.write() as tx:
            await billing.settle_all(tx, prices, self.now)

    async def do(self, at: datetime, kind: str, droplet_id: int | None = None, **params: object) -> int:
        """Do something at an instant; return the id of what it was done to."""
        self.now = at
        (action,) = await self.engine.accept(Request(kind, droplet_id, params))
        return (await self.engine.finished(action.id)).resource_id

    async def create(self, at: datetime, size: str = SMALL, **more: object) -> int:
        wanted = {"name": "web", "size": size, "image": 1, "public_keys": ["ssh-ed25519 A"], **more}
        return await self.do(at, "create", None, **wanted)

    async def bill(self, now: datetime, month: datetime = MARCH) -> dict[tuple[str, str], str]:
        async with self.life.database.read() as tx:
            intervals = await billing.of_month(tx, Month.of(month))
        items = bill(intervals, Month.of(month), now)
        return {(item.product.value, item.description): str(item.amount) for item in items}


@pytest.fixture
async def months(tmp_path: Path) -> AsyncIterator[Months]:
    async with life_with_a_droplet(tmp_path) as life:
        await life.do(Request("destroy", 1))
        async with life.database.write() as tx:
            await billing.forget_droplet(tx, 1)
        opened = Months(life)
        yield opened
        await opened.engine.close()


async def test_a_droplet_costs_its_price_by_the_second_from_creation_to_deletion(months: Months) -> None:
    droplet_id = await months.create(MARCH)
    assert await months.bill(MARCH + 336 * HOUR) == {("Droplets", SMALL): "3.00"}
    await months.do(MARCH + 56 * HOUR, "destroy", droplet_id)
    assert await months.bill(MARCH + 30 * DAY) == {("Droplets", SMALL): "0.50"}


async def test_a_whole_month_costs_the_monthly_price_however_long_it_is(months: Months) -> None:
    await months.create(MARCH - 90 * DAY)
    for start in (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), MARCH):
        assert await months.bill(MARCH + 31 * DAY, start) == {("Droplets", SMALL): "6.00"}
    assert await months.bill(MARCH + 672 * HOUR) == {("Droplets", SMALL): "6.00"}
    assert await months.bill(MARCH + 671 * HOUR) == {("Droplets", SMALL): "5.99"}


async def test_a_droplet_that_is_off_is_billed_as_one_that_is_on(months: Months) -> None:
    droplet_id = await months.create(MARCH)
    await months.do(MARCH + HOUR, "power_off", droplet_id)
    assert await months.bill(MARCH + 336 * HOUR) == {("Droplets", SMALL): "3.00"}


async def test_a_resize_is_billed_at_each_size_for_its_time(months: Months) -> None:
    droplet_id = await months.create(MARCH)
    await months.do(MARCH + 112 * HOUR, "power_off", droplet_id)
    await months.do(MARCH + 112 * HOUR, "resize", droplet_id, size=BIG)
    assert await months.bill(MARCH + 224 * HOUR) == {("Droplets", SMALL): "1.00", ("Droplets", BIG): "2.00"}
    await months.do(MARCH + 224 * HOUR, "resize", droplet_id, size=SMALL)
    assert await months.bill(MARCH + 336 * HOUR) == {("Droplets", SMALL): "2.00", ("Droplets", BIG): "2.00"}


async def test_backups_cost_their_share_while_they_are_enabled(months: Months) -> None:
    droplet_id = await months.create(MARCH, BIG, backup_policy={"plan": "weekly"})
    await months.do(MARCH + 336 * HOUR, "change_backup_policy", droplet_id, policy={"plan": "daily"})
    await months.do(MARCH + 504 * HOUR, "disable_backups", droplet_id)
    assert await months.bill(MARCH + 600 * HOUR) == {
        ("Droplets", BIG): "10.71",
        ("Backups", f"weekly, 20 % of {BIG}"): "1.20",
        ("Backups", f"daily, 30 % of {BIG}"): "0.90",
    }


async def test_snapshots_and_converted_backups_cost_nothing(months: Months) -> None:
    droplet_id = await months.create(MARCH)
    await months.do(MARCH, "snapshot", droplet_id, name="free")
    await months.do(MARCH, "destroy", droplet_id)
    assert await months.bill(MARCH + 600 * HOUR) == {}


async def test_a_create_that_failed_costs_nothing(months: Months) -> None:
    months.life._faults.append(Fault("create.start.act.before", "fail", 2))  # the first was the fixture's
    await months.create(MARCH)
    assert months.life.reached.count("create.start.act.before") == 2
    assert await months.bill(MARCH + 336 * HOUR) == {}


async def test_new_prices_count_from_the_start_that_reads_them(months: Months) -> None:
    await months.create(MARCH, backup_policy={})
    months.now = MARCH + 336 * HOUR
    await months.restart(Prices({SMALL: Decimal("13.44")}, daily_backups_percent=Decimal("12.5")))
    await months.restart(Prices({SMALL: Decimal("13.44")}, daily_backups_percent=Decimal("12.5")))
    async with months.life.database.read() as tx:
        intervals = await billing.of_month(tx, Month.of(MARCH))
    assert len(intervals) == 2, "a start that changes nothing records nothing"
    amounts = [str(item.amount) for item in bill(intervals, Month.of(MARCH), MARCH + 436 * HOUR)]
    assert sorted(amounts) == ["0.25", "0.90", "2.00", "3.00"]


async def test_a_bill_outlives_its_droplet_and_is_forgotten_after_a_year(months: Months) -> None:
    await months.do(MARCH + 336 * HOUR, "destroy", await months.create(MARCH))
    for days, bills in ((400, {("Droplets", SMALL): "3.00"}), (420, {})):
        months.now = MARCH + days * DAY
        history = History(months.world, 90, 100_000, months.life.machine.directory / "none")
        await history.forget()
        assert await months.bill(months.now) == bills


def interval(
    began_at: datetime, ended_at: datetime | None, price: str = "6", percent: str = "30"
) -> Interval:
    return Interval(1, "web", SMALL, Decimal(price), Plan.DAILY, Decimal(percent), began_at, ended_at)


def test_a_month_ends_where_the_next_begins() -> None:
    december = Month.of(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert (str(december), december.end) == ("2026-12", datetime(2027, 1, 1, tzinfo=UTC))
    assert str(Month.of(december.end).before) == "2026-12"


def test_a_clock_that_was_set_back_costs_nothing() -> None:
    assert bill([interval(MARCH + HOUR, MARCH)], Month.of(MARCH), MARCH + DAY) == []
    assert bill([interval(MARCH + 2 * DAY, None)], Month.of(MARCH), MARCH + DAY) == []


@given(
    cuts=st.lists(st.integers(0, 31 * 86_400_000_000), max_size=6),
    price=st.decimals(0, 1000, places=2),
    percent=st.decimals(0, 100, places=1),
)
def test_how_often_an_interval_is_cut_changes_no_bill(
    cuts: list[int], price: Decimal, percent: Decimal
) -> None:
    """And no line costs more than its monthly price, nor a fraction of a cent."""
    month = Month.of(MARCH)
    edges = [MARCH, *(MARCH + timedelta(microseconds=cut) for cut in sorted(cuts)), month.end]
    pieces = [interval(*pair, str(price), str(percent)) for pair in pairwise(edges)]
    whole = bill([interval(MARCH, month.end, str(price), str(percent))], month, month.end)
    assert [item.amount for item in bill(pieces, month, month.end)] == [item.amount for item in whole]
    assert total(whole) == total(whole, Product.DROPLETS) + total(whole, Product.BACKUPS)
    assert all(_is_sane(item) for item in whole)


def _is_sane(item: Item) -> bool:
    return item.amount <= item.price_monthly.quantize(CENT) + CENT and item.amount == item.amount.quantize(
        CENT
    )
