"""Sizes: how much machine a Droplet may be."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.operation import listed
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.model.size import SIZES

router = Router()


@router.get("/sizes")
@listed("sizes", wire.Size)
async def list_sizes(request: Request) -> Response:
    page, prices = page_of(request), parts_of(request).settings.prices
    sizes = [wire.size(prices.priced(size)) for size in cut(SIZES, page)]
    return listing(request, "sizes", sizes, page, len(SIZES))
