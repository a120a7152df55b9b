"""Snapshots: the Images that users took by hand. Here their ids are strings."""

from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import images
from dew.model.errors import Invalid
from dew.model.image import Image, ImageKind

RESOURCE_TYPES = ("droplet", "volume")

router = Router(prefix="/snapshots")


@router.get("")
@listed("snapshots", wire.Snapshot, query={"resource_type": Literal["droplet", "volume"]})
async def list_snapshots(request: Request) -> Response:
    page = page_of(request)
    resource_type = request.query_params.get("resource_type") or "droplet"
    if resource_type not in RESOURCE_TYPES:
        raise Invalid("resource_type must be droplet or volume.")
    if resource_type == "volume":
        return listing(request, "snapshots", [], page, 0)
    async with parts_of(request).database.read() as tx:
        wanted = images.Filter(kinds=(ImageKind.SNAPSHOT,))
        found, total = await images.page(tx, wanted, page.offset, page.size)
    return listing(request, "snapshots", [wire.snapshot(image) for image in found], page, total)


@router.get("/{snapshot_id}")
@described({"snapshot": wire.Snapshot})
async def get_snapshot(request: Request) -> Response:
    return answer({"snapshot": wire.snapshot(await find(request))})


@router.delete("/{snapshot_id}")
@deleted()
async def delete_snapshot(request: Request) -> Response:
    image = await find(request)
    await parts_of(request).engine.accept(Wanted("delete_image", image.id))
    return no_content()


async def find(request: Request) -> Image:
    """Return the Snapshot that the path names. Raises NotFound, or HTTPException 400 for another Image."""
    async with parts_of(request).database.read() as tx:
        image = await images.get(tx, fields.path_id(request, "snapshot_id"))
    if image.kind is not ImageKind.SNAPSHOT:
        raise HTTPException(400, "the resource is not a snapshot")
    return image
