"""Billing as DigitalOcean has it: the balance, invoices of the months, what became of them. Nobody pays."""

import csv
import io
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from dew.api import bills, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import PAGING, Links, Total, cut, links, listing, page_of
from dew.api.parts import ApiParts, parts_of
from dew.api.routing import Router
from dew.database import facts
from dew.model.billing import Item, Month
from dew.model.errors import NotFound

INVOICES = {
    "invoices": list[wire.Invoice],
    "invoice_preview": wire.Invoice,
    "links": Links,
    "meta": Total,
}
COLUMNS = ("product", "group_description", "description", "hours", "start", "end", "USD", "project_name")
PREVIEW = "preview"  # instead of this month's uuid

router = Router(prefix="/customers/my")


@router.get("/balance")
@described(wire.Balance)
async def get_balance(request: Request) -> Response:
    parts = parts_of(request)
    items = await bills.of_month(parts, Month.of(parts.now()))
    return answer(wire.balance(items, parts.now()))


@router.get("/billing_history")
@listed("billing_history", wire.BillingEntry)
async def list_billing_history(request: Request) -> Response:
    """Of months that are over, the newest first."""
    parts, page = parts_of(request), page_of(request)
    _, *over = await bills.months(parts)
    entries = [entry for month in over for entry in wire.billing_entries(await _invoice(parts, month), month)]
    return listing(request, "billing_history", cut(entries, page), page, len(entries))


@router.get("/invoices")
@described(INVOICES, query=PAGING)
async def list_invoices(request: Request) -> Response:
    """Those of months that are over, the newest first; this month's is the preview."""
    parts, page = parts_of(request), page_of(request)
    present, *over = await bills.months(parts)
    shown = [await _invoice(parts, month) for month in cut(over, page)]
    return answer(
        {
            "invoices": shown,
            "invoice_preview": await _invoice(parts, present),
            "links": links(request, page, len(over)),
            "meta": {"total": len(over)},
        }
    )


@router.get("/invoices/{invoice_uuid}")
@listed("invoice_items", wire.InvoiceItem)
async def get_invoice(request: Request) -> Response:
    page, (_, items) = page_of(request), await _find(request)
    shown = [wire.invoice_item(item) for item in cut(items, page)]
    return listing(request, "invoice_items", shown, page, len(items))


@router.get("/invoices/{invoice_uuid}/summary")
@described(wire.InvoiceSummary)
async def get_invoice_summary(request: Request) -> Response:
    settings, (invoice, items) = parts_of(request).settings, await _find(request)
    return answer(wire.invoice_summary(invoice, items, settings.account_name, settings.account_email))


@router.get("/invoices/{invoice_uuid}/csv")
@described(str, media_type="text/csv")
async def get_invoice_csv(request: Request) -> Response:
    invoice, items = await _find(request)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for line in map(wire.invoice_item, items):
        times = line["start_time"], line["end_time"]
        amount = f"${line['amount']}"
        rows.writerow((line["product"], "", line["description"], line["duration"], *times, amount, ""))
    name = f"dew-invoice-{invoice['invoice_period']}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(written.getvalue(), headers=headers, media_type="text/csv")


async def _find(request: Request) -> tuple[wire.Invoice, Sequence[Item]]:
    """Return the invoice that the path names, and its lines. Raises NotFound."""
    parts, wanted = parts_of(request), request.path_params["invoice_uuid"]
    installation = await _installation(parts)
    for number, month in enumerate(await bills.months(parts)):
        if wanted == wire.invoice_uuid(installation, month) or (wanted == PREVIEW and number == 0):
            items = await bills.of_month(parts, month)
            return wire.invoice(installation, month, items), items
    raise NotFound("The resource you were accessing could not be found.")


async def _invoice(parts: ApiParts, month: Month) -> wire.Invoice:
    shown = wire.invoice(await _installation(parts), month, await bills.of_month(parts, month))
    if month.end > parts.now():
        shown["updated_at"] = wire.time(parts.now())
    return shown


async def _installation(parts: ApiParts) -> str:
    async with parts.database.read() as tx:
        return await facts.get(tx, facts.INSTALLATION) or "0" * 32
