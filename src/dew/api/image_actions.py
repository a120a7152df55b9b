"""What can be done to an Image: ``POST /v2/images/{id}/actions``."""

from collections.abc import Callable, Mapping
from typing import Any, NotRequired

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.fields import Body
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import images
from dew.model.errors import Invalid

router = Router(prefix="/images")


@router.post("/{image_id}/actions")
@described({"action": wire.Action}, 201, body={"type": str, "region": NotRequired[str]})
async def act(request: Request) -> Response:
    parts, image_id = parts_of(request), fields.path_id(request, "image_id")
    body = await fields.read_object(request)
    async with parts.database.read() as tx:
        await images.get(tx, image_id)
    type_ = body.get("type")
    if not isinstance(type_, str) or type_ not in OFFERED:
        raise Invalid("You specified an invalid type for the action.")
    (action,) = await parts.engine.accept(Wanted(type_, image_id, OFFERED[type_](body)))
    return answer({"action": wire.action(action)}, 201)


def _nothing(_body: Body) -> Mapping[str, Any]:
    return {}


def _transfer(body: Body) -> Mapping[str, Any]:
    return {"region": fields.text(body, "region")}


OFFERED: Mapping[str, Callable[[Body], Mapping[str, Any]]] = {"convert": _nothing, "transfer": _transfer}
