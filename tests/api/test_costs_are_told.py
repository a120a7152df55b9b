"""What Droplets and Backups cost, as DigitalOcean's balance and invoices and as Dew's own bill."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from dew.database.tables import billing_intervals
from dew.model.billing import Prices
from tests.api import description
from tests.api.house import SIZE, House, open_house

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def ok(house: House, path: str) -> Any:
    response = await house.get(path)
    assert response.is_success, response.text
    if description.FILE.exists():
        assert description.judge("GET", path.partition("?")[0], response.status_code, response.json()) == []
    return response.json()


@pytest_asyncio.fixture
async def billed(house: House) -> AsyncIterator[House]:
    """A Droplet of 4 USD a month with daily Backups and a Snapshot, since the beginning of April."""
    droplet = await house.create(backups=True)
    await house.snapshot(droplet["id"])
    async with house.database.write() as tx:
        await tx.execute(update(billing_intervals).values(began_at=datetime(2026, 4, 1, tzinfo=UTC)))
    let_it_be(house, JUNE + 336 * HOUR)
    yield house


def let_it_be(house: House, now: datetime) -> None:
    house.app.state.parts = replace(house.app.state.parts, now=lambda: now)


async def test_the_balance_is_this_months_usage(billed: House) -> None:
    assert await ok(billed, "/v2/customers/my/balance") == {
        "month_to_date_balance": "2.60",
        "account_balance": "0.00",
        "month_to_date_usage": "2.60",
        "generated_at": "2026-06-15T00:00:00Z",
    }


async def test_each_month_has_an_invoice_and_this_one_a_preview(billed: House) -> None:
    told = await ok(billed, "/v2/customers/my/invoices")
    assert [(each["invoice_period"], each["amount"]) for each in told["invoices"]] == [
        ("2026-05", "5.20"),
        ("2026-04", "5.20"),
    ]
    preview = told["invoice_preview"]
    assert (preview["invoice_period"], preview["amount"]) == ("2026-06", "2.60")
    for uuid in (preview["invoice_uuid"], "preview"):
        items = (await ok(billed, f"/v2/customers/my/invoices/{uuid}"))["invoice_items"]
        assert [(each["product"], each["amount"]) for each in items] == [
            ("Droplets", "2.00"),
            ("Backups", "0.60"),
        ]
        assert (items[0]["duration"], items[0]["duration_unit"]) == ("336.00", "Hours")
    may = told["invoices"][0]["invoice_uuid"]
    summary = await ok(billed, f"/v2/customers/my/invoices/{may}/summary")
    assert summary["product_charges"]["items"][1] == {"name": "Backups", "amount": "1.20", "count": "1"}
    assert await billed.refused("GET", "/v2/customers/my/invoices/nobody", status=404)


async def test_an_invoice_is_had_as_csv(billed: House) -> None:
    response = await billed.get("/v2/customers/my/invoices/preview/csv")
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["product"], row["USD"]) for row in rows] == [("Droplets", "$2.00"), ("Backups", "$0.60")]


async def test_what_is_billed_is_taken_off_again(billed: House) -> None:
    entries = (await ok(billed, "/v2/customers/my/billing_history"))["billing_history"]
    assert [(each["type"], each["amount"]) for each in entries] == [
        ("Credit", "-5.20"),
        ("Invoice", "5.20"),
    ] * 2
    assert entries[0]["date"] == "2026-06-01T00:00:00Z"


async def test_the_costs_have_backups_apart_and_snapshots_at_zero(billed: House) -> None:
    costs = (await billed.ok("GET", "/dew/v1/costs"))["costs"]
    assert (costs["droplets"], costs["backups"], costs["snapshots"]) == ("2.00", "0.60", "0.00")
    assert (costs["total"], costs["snapshot_count"], costs["month"]) == ("2.60", 1, "2026-06")
    assert costs["months"] == ["2026-06", "2026-05", "2026-04"]
    droplet, backups = (await billed.ok("GET", "/dew/v1/costs/items"))["items"]
    assert (droplet["droplet_name"], droplet["hours"], droplet["amount"]) == ("web-01", "336.00", "2.00")
    assert backups["description"] == f"daily, 30 % of {SIZE}"
    may = (await billed.ok("GET", "/dew/v1/costs?month=2026-05"))["costs"]
    assert (may["total"], may["until"]) == ("5.20", "2026-06-01T00:00:00Z")
    assert (await billed.ok("GET", "/dew/v1/costs?month=2026-07"))["costs"]["total"] == "0.00"


@pytest.mark.parametrize("month", ["2026-13", "26-01", "last", "2026-1", "0000-01", "9999-12"])
async def test_a_month_that_is_none_is_refused(house: House, month: str) -> None:
    assert "YYYY-MM" in await house.refused("GET", f"/dew/v1/costs?month={month}")


async def test_only_the_last_twelve_months_have_invoices(billed: House) -> None:
    let_it_be(billed, JUNE + 1000 * DAY)
    assert len((await ok(billed, "/v2/customers/my/invoices"))["invoices"]) == 12


async def test_nothing_is_billed_before_anything_is_there(house: House) -> None:
    assert (await ok(house, "/v2/customers/my/balance"))["month_to_date_usage"] == "0.00"
    assert (await ok(house, "/v2/customers/my/invoices"))["invoices"] == []


async def test_prices_of_your_own_are_told_everywhere(directory: Path) -> None:
    async with open_house(directory, prices=Prices({SIZE: Decimal("6.72")})) as house:
        sizes = {each["slug"]: each for each in (await house.ok("GET", "/v2/sizes"))["sizes"]}
        assert (sizes[SIZE]["price_monthly"], sizes[SIZE]["price_hourly"]) == (6.72, 0.01)
        assert (await house.create())["size"] == sizes[SIZE]
