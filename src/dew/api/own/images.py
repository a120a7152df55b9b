"""Images made on this machine: built from packages, or imported from an upload or a URL."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, import_request, wire
from dew.api.answers import answer
from dew.api.parts import parts_of
from dew.model.errors import Invalid

router = APIRouter()


@router.get("/recipes")
async def list_recipes(request: Request) -> Response:
    recipes = [{"name": name, "description": description} for name, description in parts_of(request).recipes]
    return answer({"recipes": recipes})


@router.post("/images")
async def build_image(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    name = fields.required_label(body, "name")
    known = [known for known, _ in parts.recipes]
    if name not in known:
        raise Invalid(f"There is no recipe of that name; there are {', '.join(known) or 'none'}.")
    (action,) = await parts.engine.accept(Wanted("build_image", None, {"name": name}))
    return answer({"action": wire.own_action(action), "image_id": action.resource_id}, 202)


@router.post("/images/import")
async def import_image(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    read = import_request.from_upload if body.get("url") is None else import_request.from_url
    (action,) = await parts.engine.accept(read(body, parts.settings.region))
    return answer({"action": wire.own_action(action), "image_id": action.resource_id}, 202)
