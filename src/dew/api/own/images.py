"""Images built on this machine: what can be, doing it, and taking any Image away again."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer, no_content
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


@router.delete("/images/{image_id}")
async def delete_image(request: Request) -> Response:
    await parts_of(request).engine.accept(Wanted("delete_image", fields.path_id(request, "image_id")))
    return no_content()
