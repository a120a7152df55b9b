"""Sizes: which of them this machine has room for now."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.operation import listed
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.model.errors import Invalid

router = Router(prefix="/sizes")


@router.get("")
@listed("sizes", wire.Fit, query={"droplet_id": int, "disk": bool})
async def list_sizes(request: Request) -> Response:
    """Of a new Droplet; with ``droplet_id`` of that one, resized, and with ``disk`` its disk as well."""
    page, droplet_id = page_of(request), request.query_params.get("droplet_id")
    fitting = parts_of(request).fitting
    if droplet_id is None:
        found = await fitting.of_new_droplet()
    else:
        with_disk = fields.boolean(request.query_params, "disk")
        found = await fitting.of_droplet(_id(droplet_id), with_disk=with_disk)
    return listing(request, "sizes", [wire.fit(each) for each in cut(found, page)], page, len(found))


def _id(given: str) -> int:
    droplet_id = fields.as_id(given)
    if droplet_id is None:
        raise Invalid("droplet_id must be a number.")
    return droplet_id
