"""Actions: all of them, and each by its id, from wherever a client looks for it."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import actions, droplets, images
from dew.model.errors import NotFound

DEWS_OWN = "store"  # a resource that DigitalOcean does not know, and its Actions with it

router = Router()


@router.get("/actions")
@listed("actions", wire.Action)
async def list_actions(request: Request) -> Response:
    return await _list(request, actions.Filter(not_of=DEWS_OWN))


@router.get("/actions/{action_id}")
@described({"action": wire.Action})
async def get_action(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        action = await actions.get(tx, fields.path_id(request, "action_id"))
    if action.resource_type == DEWS_OWN:
        raise NotFound("The resource you were accessing could not be found.")
    return answer({"action": wire.action(action)})


@router.get("/droplets/{resource_id}/actions")
@listed("actions", wire.Action)
async def list_droplet_actions(request: Request) -> Response:
    droplet_id = fields.path_id(request, "resource_id")
    async with parts_of(request).database.read() as tx:
        await droplets.get(tx, droplet_id)
    return await _list(request, actions.Filter("droplet", droplet_id))


@router.get("/droplets/{resource_id}/actions/{action_id}")
@described({"action": wire.Action})
async def get_droplet_action(request: Request) -> Response:
    return await _get_of(request, "droplet")


@router.get("/images/{resource_id}/actions")
@listed("actions", wire.Action)
async def list_image_actions(request: Request) -> Response:
    image_id = fields.path_id(request, "resource_id")
    async with parts_of(request).database.read() as tx:
        await images.get(tx, image_id)
    return await _list(request, actions.Filter("image", image_id))


@router.get("/images/{resource_id}/actions/{action_id}")
@described({"action": wire.Action})
async def get_image_action(request: Request) -> Response:
    return await _get_of(request, "image")


async def _list(request: Request, wanted: actions.Filter) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await actions.page(tx, wanted, page.offset, page.size)
    return listing(request, "actions", [wire.action(action) for action in found], page, total)


async def _get_of(request: Request, resource_type: str) -> Response:
    """Answer with an Action if it is the resource's; also when that is gone, as clients wait for its end."""
    resource_id = fields.path_id(request, "resource_id")
    async with parts_of(request).database.read() as tx:
        action = await actions.get(tx, fields.path_id(request, "action_id"))
    if (action.resource_type, action.resource_id) != (resource_type, resource_id):
        raise NotFound("The resource you were accessing could not be found.")
    return answer({"action": wire.action(action)})
