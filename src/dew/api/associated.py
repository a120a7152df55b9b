"""Droplets that go together with what was made of them: ``destroy_with_associated_resources``.

The destroy Action remembers which Snapshots went with it; how far it all is follows from the Actions.
"""

from collections.abc import Sequence
from typing import Literal, NotRequired, Required

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.fields import Body
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import actions, droplets, images
from dew.database.connect import Tx
from dew.model.action import Action, ActionState
from dew.model.errors import Conflict, Invalid, NotFound
from dew.model.image import Image, ImageKind

MOST_SNAPSHOTS = 200  # that go with one Droplet in one request
NOT_HERE = ("reserved_ips", "floating_ips", "volumes", "volume_snapshots")

router = Router(prefix="/droplets/{droplet_id}/destroy_with_associated_resources")


@router.get("")
@described(wire.Associated)
async def list_associated(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        found = await _snapshots(tx, fields.path_id(request, "droplet_id"))
    return answer(wire.associated(found))


@router.delete("/selective")
@described(None, 202, body={"snapshots": NotRequired[list[str]]})
async def destroy_selectively(request: Request) -> Response:
    body = await fields.read_object(request)
    async with parts_of(request).database.read() as tx:
        found = await _snapshots(tx, fields.path_id(request, "droplet_id"))
    return await _destroy(request, _chosen(body, found))


@router.delete("/dangerous")
@described(None, 202, headers={"X-Dangerous": Required[Literal["true"]]})
async def destroy_everything(request: Request) -> Response:
    if request.headers.get("x-dangerous", "").lower() != "true":
        raise Invalid("Set the header X-Dangerous to true to destroy all associated resources.")
    async with parts_of(request).database.read() as tx:
        found = await _snapshots(tx, fields.path_id(request, "droplet_id"))
    return await _destroy(request, found)


@router.get("/status")
@described(wire.AssociatedStatus)
async def get_status(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        destroy, others = await _under_way(tx, fields.path_id(request, "droplet_id"))
        droplet = await droplets.get(tx, destroy.resource_id, gone=True)
    return answer(wire.associated_status(droplet, destroy, others))


@router.post("/retry")
@described(None, 202)
async def retry(request: Request) -> Response:
    parts = parts_of(request)
    async with parts.database.read() as tx:
        destroy, others = await _under_way(tx, fields.path_id(request, "droplet_id"))
    every = [destroy, *others.values()]
    if any(action.state.open for action in every):
        raise Conflict("The Droplet and its resources are being destroyed already.")
    for action in every:
        if action.state is ActionState.STUCK:
            await parts.engine.retry(action.id)
    return Response(status_code=202)


async def _destroy(request: Request, found: Sequence[Image]) -> Response:
    if len(found) > MOST_SNAPSHOTS:
        raise Invalid(f"At most {MOST_SNAPSHOTS} Snapshots can be destroyed with their Droplet; delete some.")
    droplet_id = fields.path_id(request, "droplet_id")
    params = {"associated": [image.id for image in found]}
    deletions = [Wanted("delete_image", image.id) for image in found]
    await parts_of(request).engine.accept(Wanted("destroy", droplet_id, params), *deletions)
    return Response(status_code=202)


def _chosen(body: Body, found: Sequence[Image]) -> list[Image]:
    """Return the Snapshots that are to go. Raises NotFound for what the Droplet does not have."""
    wanted = [fields.as_id(given) for given in fields.values(body, "snapshots", MOST_SNAPSHOTS)]
    by_id = {image.id: image for image in found}
    others = [fields.values(body, name, MOST_SNAPSHOTS) for name in NOT_HERE]
    if any(others) or not all(image_id in by_id for image_id in wanted):
        raise NotFound("The resource you were accessing could not be found.")
    return [by_id[image_id] for image_id in dict.fromkeys(wanted) if image_id is not None]


async def _snapshots(tx: Tx, droplet_id: int) -> Sequence[Image]:
    await droplets.get(tx, droplet_id)
    wanted = images.Filter(kinds=(ImageKind.SNAPSHOT,), droplet_id=droplet_id)
    found, _ = await images.page(tx, wanted, 0, MOST_SNAPSHOTS + 1)
    return found


async def _under_way(tx: Tx, droplet_id: int) -> tuple[Action, dict[int, Action]]:
    """Return the Droplet's destroy, and by Snapshot the Actions that went with it. Raises NotFound."""
    newest, _ = await actions.page(tx, actions.Filter("droplet", droplet_id), 0, 1)
    if not newest or "associated" not in newest[0].params:
        raise NotFound("The resource you were accessing could not be found.")
    others: dict[int, Action] = {}
    for image_id in newest[0].params["associated"]:
        found, _ = await actions.page(tx, actions.Filter("image", image_id), 0, 1)
        if found:
            others[image_id] = found[0]
    return newest[0], others
