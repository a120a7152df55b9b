"""Actions with what DigitalOcean's lack: progress, a message, why it failed; and another try."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import actions
from dew.model.action import ActionState
from dew.model.errors import Invalid

router = Router(prefix="/actions")


@router.get("")
@listed("actions", wire.OwnAction, query={"droplet_id": int, "image_id": int, "status": str})
async def list_actions(request: Request) -> Response:
    page, wanted = page_of(request), _filter(request)
    async with parts_of(request).database.read() as tx:
        found, total = await actions.page(tx, wanted, page.offset, page.size)
    return listing(request, "actions", [wire.own_action(action) for action in found], page, total)


@router.get("/{action_id}")
@described({"action": wire.OwnAction})
async def get_action(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        action = await actions.get(tx, fields.path_id(request, "action_id"))
    return answer({"action": wire.own_action(action)})


@router.post("/{action_id}/retry")
@described({"action": wire.OwnAction}, 202)
async def retry(request: Request) -> Response:
    action = await parts_of(request).engine.retry(fields.path_id(request, "action_id"))
    return answer({"action": wire.own_action(action)}, 202)


def _filter(request: Request) -> actions.Filter:
    states = _states(request.query_params.get("status", ""))
    for resource_type in ("droplet", "image"):
        if given := request.query_params.get(f"{resource_type}_id"):
            resource_id = fields.as_id(given)
            if resource_id is None:
                raise Invalid(f"{resource_type}_id must be a number.")
            return actions.Filter(resource_type, resource_id, states=states)
    return actions.Filter(states=states)


def _states(status: str) -> tuple[ActionState, ...] | None:
    """Return the states that a status stands for; None for any."""
    if not status:
        return None
    found = tuple(state for state in ActionState if state.wire == status)
    if not found:
        raise Invalid("status must be in-progress, completed or errored.")
    return found
