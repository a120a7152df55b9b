"""Overviews: all Droplets, with what is to be seen of each at a glance."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.operation import listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import overviews
from dew.database.droplets import Filter

router = Router(prefix="/droplets")


@router.get("")
@listed("droplets", wire.Overview)
async def list_overviews(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await overviews.page(tx, Filter(), page.offset, page.size)
    return listing(request, "droplets", [wire.overview(each) for each in found], page, total)
