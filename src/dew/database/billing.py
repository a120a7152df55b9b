"""Billing: since when each Droplet has had its size and its Backups, and until when others before that.

``settle`` is called in the transactions that create, resize and destroy a Droplet and that enable, change
and disable its Backups: what it costs is then recorded with what it is.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from dew.database import backups
from dew.database.connect import Tx
from dew.database.tables import billing_intervals, droplets
from dew.model.backup import Plan
from dew.model.billing import Interval, Month, Prices


async def settle(tx: Tx, droplet_id: int, prices: Prices, now: datetime) -> None:
    """Let the Droplet's open interval say what is so now; end it when the Droplet is gone."""
    query = select(droplets.c.name, droplets.c.size_slug, droplets.c.gone_at).where(
        droplets.c.id == droplet_id
    )
    droplet = (await tx.execute(query)).one()
    schedule = await backups.schedule(tx, droplet_id)
    plan = None if schedule is None else schedule.policy.plan
    costs = {
        "size_slug": droplet.size_slug,
        "price_monthly": str(prices.of(droplet.size_slug)),
        "backup_plan": None if plan is None else plan.value,
        "backup_percent": str(prices.backups_percent(plan)),
    }
    mine = (billing_intervals.c.droplet_id == droplet_id) & billing_intervals.c.ended_at.is_(None)
    known = (await tx.execute(select(billing_intervals).where(mine))).one_or_none()
    if known is not None and droplet.gone_at is None and all(known._mapping[k] == costs[k] for k in costs):
        return
    await tx.execute(update(billing_intervals).where(mine).values(ended_at=now))
    if droplet.gone_at is None:
        new = {"droplet_id": droplet_id, "droplet_name": droplet.name, "began_at": now, **costs}
        await tx.execute(insert(billing_intervals).values(new))


async def settle_all(tx: Tx, prices: Prices, now: datetime) -> None:
    """The same for all Droplets: prices may be others since dewd last ran, or it did not record any yet."""
    for droplet_id in (await tx.execute(select(droplets.c.id).where(droplets.c.gone_at.is_(None)))).scalars():
        await settle(tx, droplet_id, prices, now)


async def forget_droplet(tx: Tx, droplet_id: int) -> None:
    """A Droplet that was never there costs nothing."""
    await tx.execute(delete(billing_intervals).where(billing_intervals.c.droplet_id == droplet_id))


async def of_month(tx: Tx, month: Month) -> Sequence[Interval]:
    """Return the intervals that lie in a month, at least in part, in order."""
    name = func.coalesce(droplets.c.name, billing_intervals.c.droplet_name).label("newest_name")
    ended_at = billing_intervals.c.ended_at
    query = (
        select(billing_intervals, name)
        .outerjoin(droplets, droplets.c.id == billing_intervals.c.droplet_id)
        .where(billing_intervals.c.began_at < month.end, ended_at.is_(None) | (ended_at > month.start))
        .order_by(billing_intervals.c.id)
    )
    return [_interval(row) for row in await tx.execute(query)]


async def first_month(tx: Tx) -> Month | None:
    """Return the first month of which anything is recorded."""
    began_at = await tx.scalar(select(func.min(billing_intervals.c.began_at)))
    return None if began_at is None else Month.of(began_at)


async def forget(tx: Tx, before: datetime, most: int) -> int:
    """Forget up to ``most`` intervals that ended before ``before``; return how many."""
    query = select(billing_intervals.c.id).where(billing_intervals.c.ended_at < before)
    old = query.order_by(billing_intervals.c.id).limit(most)
    return (await tx.execute(delete(billing_intervals).where(billing_intervals.c.id.in_(old)))).rowcount


def _interval(row: Row[Any]) -> Interval:
    return Interval(
        droplet_id=row.droplet_id,
        droplet_name=row.newest_name,
        size_slug=row.size_slug,
        price_monthly=Decimal(row.price_monthly),
        backup_plan=None if row.backup_plan is None else Plan(row.backup_plan),
        backup_percent=Decimal(row.backup_percent),
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
