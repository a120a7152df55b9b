"""What Droplets and Backups would cost: DigitalOcean's invoices, and Dew's own bill of a month.

Amounts are strings, as DigitalOcean's are: decimal numbers of USD, to the cent.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.model.billing import CENT, Item, Month, Product, total

NOTHING = str(Decimal("0.00"))


class Balance(TypedDict):
    """DigitalOcean's balance; nothing is ever owed."""

    month_to_date_balance: str
    account_balance: str
    month_to_date_usage: str
    generated_at: Instant


class BillingEntry(TypedDict):
    """What was billed for a month, and what was taken off it again: all of it."""

    description: str
    amount: str
    invoice_id: str
    invoice_uuid: str
    date: Instant
    type: Literal["Invoice", "Credit"]


class Invoice(TypedDict):
    """The bill of a month."""

    invoice_uuid: str
    invoice_id: str
    amount: str
    invoice_period: Annotated[str, Meta(description="YYYY-MM")]
    updated_at: NotRequired[Annotated[Instant, Meta(description="only of the month that goes on")]]


class InvoiceItem(TypedDict):
    """A line of it: a Droplet, or its Backups, at one price."""

    product: Product
    resource_id: str
    group_description: str
    description: str
    amount: str
    duration: str
    duration_unit: Literal["Hours"]
    start_time: Instant
    end_time: Instant


class Charge(TypedDict):
    """A sum."""

    name: str
    amount: str


class ProductCharge(TypedDict):
    """The sum of a product, and how many lines it has."""

    name: str
    amount: str
    count: str


class ProductCharges(TypedDict):
    """The sums of all products."""

    name: str
    amount: str
    items: list[ProductCharge]


class InvoiceSummary(TypedDict):
    """The sums of a month."""

    invoice_uuid: str
    invoice_id: str
    billing_period: str
    amount: str
    user_name: str
    user_email: str
    product_charges: ProductCharges
    overages: Charge
    taxes: Charge
    credits_and_adjustments: Charge


class Costs(TypedDict):
    """What a month has cost so far. Nobody is charged."""

    month: Annotated[str, Meta(description="YYYY-MM, in UTC")]
    since: Instant
    until: Annotated[Instant, Meta(description="now, or the end of a month that is over")]
    currency: Literal["USD"]
    droplets: str
    backups: str
    snapshots: Annotated[str, Meta(description="0.00: Snapshots are free")]
    snapshot_count: Annotated[int, Meta(description="how many there are now")]
    total: str
    months: Annotated[list[str], Meta(description="of which anything is known, the newest first")]


class CostItem(TypedDict):
    """A line: a Droplet, or its Backups, at one price."""

    product: Product
    droplet_id: int
    droplet_name: str
    description: str
    price_monthly: Annotated[str, Meta(description="which is also the most that a month costs")]
    hours: str
    since: Instant
    until: Instant
    amount: str


def balance(items: Sequence[Item], now: datetime) -> Balance:
    """DigitalOcean's balance, with this month's usage."""
    used = str(total(items))
    return {
        "month_to_date_balance": used,
        "account_balance": NOTHING,
        "month_to_date_usage": used,
        "generated_at": time(now),
    }


def invoice_uuid(installation: str, month: Month) -> str:
    """Return the same for the same month of the same Dew."""
    return str(uuid.uuid5(uuid.UUID(hex=installation), f"invoice {month}"))


def invoice(installation: str, month: Month, items: Sequence[Item]) -> Invoice:
    """An element of /v2/customers/my/invoices."""
    return {
        "invoice_uuid": invoice_uuid(installation, month),
        "invoice_id": _number(month),
        "amount": str(total(items)),
        "invoice_period": str(month),
    }


def billing_entries(invoice: Invoice, month: Month) -> list[BillingEntry]:
    """What an invoice leaves in the history: its amount, and the same taken off."""
    about, amount = f"{month.start:%B %Y}", invoice["amount"]
    billed: BillingEntry = {
        "description": f"Invoice for {about}",
        "amount": amount,
        "invoice_id": invoice["invoice_id"],
        "invoice_uuid": invoice["invoice_uuid"],
        "date": time(month.end),
        "type": "Invoice",
    }
    taken_off = billed.copy()
    taken_off["description"], taken_off["type"] = f"Dew charges nothing for {about}", "Credit"
    taken_off["amount"] = str(0 - Decimal(amount))
    return [taken_off, billed]


def invoice_item(item: Item) -> InvoiceItem:
    """An element of an invoice."""
    return {
        "product": item.product,
        "resource_id": str(item.droplet_id),
        "group_description": "",
        "description": f"{item.droplet_name} ({item.description})",
        "amount": str(item.amount),
        "duration": _hours(item),
        "duration_unit": "Hours",
        "start_time": time(item.began_at),
        "end_time": time(item.ended_at),
    }


def invoice_summary(invoice: Invoice, items: Sequence[Item], name: str, email: str) -> InvoiceSummary:
    """The sums of an invoice; there are no overages, no taxes and no credits."""
    products: list[ProductCharge] = [
        {
            "name": product.value,
            "amount": str(total(items, product)),
            "count": str(sum(item.product is product for item in items)),
        }
        for product in Product
    ]
    return {
        "invoice_uuid": invoice["invoice_uuid"],
        "invoice_id": invoice["invoice_id"],
        "billing_period": invoice["invoice_period"],
        "amount": invoice["amount"],
        "user_name": name,
        "user_email": email,
        "product_charges": {
            "name": "Product usage charges",
            "amount": invoice["amount"],
            "items": products,
        },
        "overages": {"name": "Overages", "amount": NOTHING},
        "taxes": {"name": "Taxes", "amount": NOTHING},
        "credits_and_adjustments": {"name": "Credits & adjustments", "amount": NOTHING},
    }


def costs(
    month: Month, until: datetime, items: Sequence[Item], snapshot_count: int, months: Sequence[Month]
) -> Costs:
    """What a month has cost until then."""
    return {
        "month": str(month),
        "since": time(month.start),
        "until": time(until),
        "currency": "USD",
        "droplets": str(total(items, Product.DROPLETS)),
        "backups": str(total(items, Product.BACKUPS)),
        "snapshots": NOTHING,
        "snapshot_count": snapshot_count,
        "total": str(total(items)),
        "months": [str(each) for each in months],
    }


def cost_item(item: Item) -> CostItem:
    """A line of a month's bill."""
    return {
        "product": item.product,
        "droplet_id": item.droplet_id,
        "droplet_name": item.droplet_name,
        "description": item.description,
        "price_monthly": f"{item.price_monthly:f}",
        "hours": _hours(item),
        "since": time(item.began_at),
        "until": time(item.ended_at),
        "amount": str(item.amount),
    }


def _hours(item: Item) -> str:
    return str(item.hours.quantize(CENT))


def _number(month: Month) -> str:
    return f"{month.start:%Y%m}"
