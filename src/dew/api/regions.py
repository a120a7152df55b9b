"""Regions: DigitalOcean's names, all of them this machine."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.operation import listed
from dew.api.pagination import cut, listing, page_of
from dew.api.routing import Router
from dew.model.region import REGIONS

router = Router()


@router.get("/regions")
@listed("regions", wire.Region)
async def list_regions(request: Request) -> Response:
    page = page_of(request)
    regions = [wire.region(region) for region in cut(REGIONS, page)]
    return listing(request, "regions", regions, page, len(REGIONS))
