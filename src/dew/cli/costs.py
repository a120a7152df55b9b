"""``dew costs``: what this month's Droplets and Backups would cost at DigitalOcean's prices, or at yours."""

import re
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from dew.cli import show
from dew.cli.failure import Exit, Failure
from dew.cli.home import open_client
from dew.cli.parameters import Json
from dew.client import CostItem

OfMonth = Annotated[str, Parameter(name="--month", metavar="YYYY-MM", help="Another month than this one.")]


def costs(*, month: OfMonth = "", as_json: Json = False) -> None:
    """Show what a month's Droplets and Backups cost so far. Nobody is charged."""
    if month and not re.fullmatch(r"\d{4}-\d\d", month, re.ASCII):
        raise Failure("Say the month as YYYY-MM, such as 2024-05.", Exit.USAGE)
    client = open_client()
    sums, items = client.costs(month), client.cost_items(month)
    if as_json:
        show.document({"costs": sums, "items": items})
        return
    headers = ("Product", "Droplet", "What", "Hours", "A month", "USD")
    show.table(headers, map(_row, items), f"Nothing was there in {sums.month}.")
    print()
    count = f"{sums.snapshot_count} Snapshot{'' if sums.snapshot_count == 1 else 's'}"
    show.facts(
        [
            ("Droplets", f"{sums.droplets} USD"),
            ("Backups", f"{sums.backups} USD"),
            ("Snapshots", f"{sums.snapshots} USD ({count}, which are free)"),
            ("Total", f"{sums.total} USD, until {sums.until:%Y-%m-%d %H:%M} UTC. Nobody is charged."),
        ]
    )


def _row(item: CostItem) -> tuple[str, ...]:
    return (
        item.product,
        item.droplet_name,
        item.description,
        item.hours,
        f"{Decimal(item.price_monthly):.2f}",
        item.amount,
    )
