"""Bills: the months of which anything is recorded, for DigitalOcean's invoices and for Dew's own costs."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from dew.api.parts import ApiParts
from dew.database import billing
from dew.model.billing import Item, Month, bill
from dew.model.errors import Invalid

MONTHS_SHOWN = 13  # this one and the last twelve: History forgets what is older
PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


async def months(parts: ApiParts) -> Sequence[Month]:
    """Return this month and those before it that are recorded, the newest first."""
    async with parts.database.read() as tx:
        first = await billing.first_month(tx)
    found = [Month.of(parts.now())]
    while first is not None and found[-1].start > first.start and len(found) < MONTHS_SHOWN:
        found.append(found[-1].before)
    return found


async def of_month(parts: ApiParts, month: Month) -> Sequence[Item]:
    """Return the lines of a month's bill. In a thread: the month may have seen thousands of Droplets."""
    async with parts.database.read() as tx:
        intervals = await billing.of_month(tx, month)
    return await asyncio.to_thread(bill, intervals, month, parts.now())


def named(period: str | None, now: datetime) -> Month:
    """Return the month that ``YYYY-MM`` names, the present one for none. Raises Invalid."""
    if not period:
        return Month.of(now)
    match = PERIOD.fullmatch(period)
    if match is None or int(match[1]) not in range(1970, 9999):
        raise Invalid("month must be given as YYYY-MM.")
    return Month(datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC))
