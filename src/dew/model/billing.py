"""Billing: what Droplets and their Backups would cost. Nobody is charged; the sums are exact all the same.

A calendar month (UTC) has at most 672 billed hours, as with DigitalOcean, so that whatever ran the whole
month costs the monthly price. Below that every second counts. A Droplet is billed from its creation to its
deletion, on or off. Backups cost a share of their Droplet's price while they are enabled; Snapshots nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dew.model.backup import Plan
from dew.model.size import BILLED_HOURS, SIZE_BY_SLUG, Size

CENT = Decimal("0.01")
BILLED_SECONDS = BILLED_HOURS * 3600
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Prices:
    """The price list, in USD; what it does not name costs what DigitalOcean's users expect."""

    monthly: Mapping[str, Decimal] = field(default_factory=dict)  # by size's slug
    daily_backups_percent: Decimal = Decimal(30)  # of the Droplet's price
    weekly_backups_percent: Decimal = Decimal(20)

    def priced(self, size: Size) -> Size:
        """Return a size with its price here."""
        return replace(size, price_monthly=self.monthly.get(size.slug, size.price_monthly))

    def of(self, size_slug: str) -> Decimal:
        """Return a size's price; one that was withdrawn costs nothing."""
        size = SIZE_BY_SLUG.get(size_slug)
        return Decimal(0) if size is None else self.priced(size).price_monthly

    def backups_percent(self, plan: Plan | None) -> Decimal:
        """Return the share of the Droplet's price that Backups by a plan cost; 0 for none."""
        shares = {Plan.DAILY: self.daily_backups_percent, Plan.WEEKLY: self.weekly_backups_percent}
        return Decimal(0) if plan is None else shares[plan]


@dataclass(frozen=True)
class Interval:
    """A time in which a Droplet had one size and one plan for its Backups."""

    droplet_id: int
    droplet_name: str
    size_slug: str
    price_monthly: Decimal  # as it was then
    backup_plan: Plan | None
    backup_percent: Decimal
    began_at: datetime
    ended_at: datetime | None  # None: it goes on


class Product(StrEnum):
    """What is billed; DigitalOcean's words."""

    DROPLETS = "Droplets"
    BACKUPS = "Backups"


@dataclass(frozen=True)
class Item:
    """A line of a month's bill: one Droplet at one price."""

    product: Product
    droplet_id: int
    droplet_name: str
    description: str
    price_monthly: Decimal
    began_at: datetime  # within the month
    ended_at: datetime
    microseconds: int

    @property
    def hours(self) -> Decimal:
        """How long it was there."""
        return Decimal(self.microseconds) / 3_600_000_000

    @property
    def amount(self) -> Decimal:
        """What it costs, to the cent; the lines of a bill add up to its sum."""
        billed = min(self.microseconds, BILLED_SECONDS * 1_000_000)
        exact = self.price_monthly * billed / (BILLED_SECONDS * 1_000_000)
        return exact.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Month:
    """A calendar month in UTC."""

    start: datetime

    @classmethod
    def of(cls, at: datetime) -> "Month":
        return cls(at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0))

    @property
    def end(self) -> datetime:
        return (self.start + timedelta(days=32)).replace(day=1)

    @property
    def before(self) -> "Month":
        return Month.of(self.start - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.start:%Y-%m}"


def bill(intervals: Iterable[Interval], month: Month, now: datetime) -> Sequence[Item]:
    """Return the lines of a month's bill as far as it has come by ``now``, by Droplet."""
    items: dict[tuple[object, ...], Item] = {}
    for interval in intervals:
        began_at = max(interval.began_at, month.start)
        ended_at = min(interval.ended_at or now, month.end, now)
        if ended_at <= began_at:  # of another month, or the clock was set back
            continue
        for item in _items(interval, began_at, ended_at):
            key = (item.droplet_id, item.product, item.description, item.price_monthly)
            items[key] = _joined(items[key], item) if key in items else item
    return sorted(items.values(), key=lambda item: (item.droplet_id, item.product != Product.DROPLETS))


def _items(interval: Interval, began_at: datetime, ended_at: datetime) -> Iterable[Item]:
    price, percent = interval.price_monthly, interval.backup_percent
    droplet = Item(
        product=Product.DROPLETS,
        droplet_id=interval.droplet_id,
        droplet_name=interval.droplet_name,
        description=interval.size_slug,
        price_monthly=price,
        began_at=began_at,
        ended_at=ended_at,
        microseconds=(ended_at - began_at) // MICROSECOND,
    )
    yield droplet
    if interval.backup_plan is not None:
        words = f"{interval.backup_plan.value}, {percent:f} % of {interval.size_slug}"
        share = price * percent / 100
        yield replace(droplet, product=Product.BACKUPS, description=words, price_monthly=share)


def _joined(one: Item, other: Item) -> Item:
    return replace(
        one,
        began_at=min(one.began_at, other.began_at),
        ended_at=max(one.ended_at, other.ended_at),
        microseconds=one.microseconds + other.microseconds,
    )


def total(items: Iterable[Item], product: Product | None = None) -> Decimal:
    """Return the sum of a bill's lines, of all or those of one product."""
    return sum((item.amount for item in items if product in (None, item.product)), Decimal("0.00"))
