"""Costs: what a month's Droplets and Backups would cost, by what was recorded. Nobody is charged."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import bills, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import images
from dew.model.image import ImageKind

MONTH = {"month": str}

router = Router(prefix="/costs")


@router.get("")
@described({"costs": wire.Costs}, query=MONTH)
async def get_costs(request: Request) -> Response:
    """The sums of this month so far, or of the month that is named."""
    parts = parts_of(request)
    month = bills.named(request.query_params.get("month"), parts.now())
    items = await bills.of_month(parts, month)
    async with parts.database.read() as tx:
        _, count = await images.page(tx, images.Filter(kinds=(ImageKind.SNAPSHOT,)), 0, 1)
    until = min(month.end, max(month.start, parts.now()))
    return answer({"costs": wire.costs(month, until, items, count, await bills.months(parts))})


@router.get("/items")
@listed("items", wire.CostItem, query=MONTH)
async def list_items(request: Request) -> Response:
    """The lines that add up to these sums."""
    parts, page = parts_of(request), page_of(request)
    month = bills.named(request.query_params.get("month"), parts.now())
    items = await bills.of_month(parts, month)
    shown = [wire.cost_item(item) for item in cut(items, page)]
    return listing(request, "items", shown, page, len(items))
