"""Snapshots: how consistent each is, what it holds, how deep its history goes; and importing one."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, import_request, snapshots, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import damage, images, layers
from dew.model.errors import Invalid
from dew.model.image import ImageKind

IMPORTED = {"action": wire.OwnAction, "snapshot_id": int}

router = Router(prefix="/snapshots")


@router.get("")
@listed("snapshots", wire.OwnSnapshot, query={"droplet_id": int})
async def list_snapshots(request: Request) -> Response:
    """All Snapshots, or those of the Droplet that ``droplet_id`` names, also of one that is gone."""
    return await list_kind(request, "snapshots", ImageKind.SNAPSHOT)


async def list_kind(request: Request, name: str, kind: ImageKind) -> Response:
    """Answer with a page of what was taken of Droplets, Snapshots or Backups. Raises Invalid."""
    page, asked = page_of(request), request.query_params.get("droplet_id")
    droplet_id = fields.as_id(asked)
    if asked and droplet_id is None:
        raise Invalid("droplet_id must be the id of a Droplet.")
    async with parts_of(request).database.read() as tx:
        wanted = images.Filter(kinds=(kind,), droplet_id=droplet_id)
        found, total = await images.page(tx, wanted, page.offset, page.size)
        damaged = await damage.in_chains(tx, {image.layer_id for image in found})
    shown = [wire.own_snapshot(image, damaged.get(image.layer_id, "")) for image in found]
    return listing(request, name, shown, page, total)


@router.post("/import")
@described(IMPORTED, 202, body=import_request.SnapshotFromUpload)
async def import_snapshot(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    (action,) = await parts.engine.accept(import_request.snapshot(body, parts.settings.region))
    return answer({"action": wire.own_action(action), "snapshot_id": action.resource_id}, 202)


@router.get("/{snapshot_id}")
@described({"snapshot": wire.OwnSnapshot})
async def get_snapshot(request: Request) -> Response:
    image = await snapshots.find(request)
    async with parts_of(request).database.read() as tx:
        damaged = (await damage.in_chains(tx, [image.layer_id])).get(image.layer_id, "")
        depth = await layers.depth(tx, image.layer_id)
    return answer({"snapshot": {**wire.own_snapshot(image, damaged), "depth": depth}})
