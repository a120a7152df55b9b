"""What a month's Droplets and Backups would cost. Nobody is charged."""

from datetime import datetime

import msgspec

from dew.client.requests import Requests


class Costs(msgspec.Struct, frozen=True):
    """The sums of a month; amounts are decimal numbers of USD."""

    month: str
    until: datetime
    droplets: str
    backups: str
    snapshots: str
    snapshot_count: int
    total: str
    months: list[str] = []


class CostItem(msgspec.Struct, frozen=True):
    """A Droplet, or its Backups, at one price."""

    product: str
    droplet_id: int
    droplet_name: str
    description: str
    price_monthly: str
    hours: str
    amount: str


class CostsOfMonths(Requests):
    """The costs of one Dew."""

    def costs(self, month: str = "") -> Costs:
        """Return the sums of a month, YYYY-MM; of this one without."""
        query = f"?month={month}" if month else ""
        return self._one("GET", f"/dew/v1/costs{query}", "costs", Costs)

    def cost_items(self, month: str = "") -> list[CostItem]:
        """Return the lines that add up to these sums."""
        return self._list("/dew/v1/costs/items", "items", CostItem, {"month": month})
