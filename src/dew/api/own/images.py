"""Images: making them here, from packages or from what is fetched or imported; their damage; their end."""

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.import_image import CAN_BE_CALLED_OFF, cancel
from dew.actions.kind import Request as Wanted
from dew.api import fields, import_request, wire
from dew.api.answers import answer, no_content
from dew.api.images import FILTERS, wanted
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import ApiParts, parts_of
from dew.api.routing import Router
from dew.database import damage, images
from dew.model.errors import Invalid

MADE = {"action": wire.OwnAction, "image_id": int}

router = Router()


@router.get("/recipes")
@described({"recipes": list[wire.Recipe]})
async def list_recipes(request: Request) -> Response:
    return answer({"recipes": _named(parts_of(request).recipes)})


@router.get("/catalogue")
@described({"catalogue": list[wire.Recipe]})
async def list_catalogue(request: Request) -> Response:
    return answer({"catalogue": _named(parts_of(request).offers)})


def _named(pairs: tuple[tuple[str, str], ...]) -> list[wire.Recipe]:
    return [{"name": name, "description": description} for name, description in pairs]


@router.get("/images")
@listed("images", wire.OwnImage, query=FILTERS)
async def list_images(request: Request) -> Response:
    """All that DigitalOcean's list has, and what is on its way here: it can be called off."""
    page, filter_ = page_of(request), wanted(request, unfinished=CAN_BE_CALLED_OFF)
    async with parts_of(request).database.read() as tx:
        found, total = await images.page(tx, filter_, page.offset, page.size)
        damaged = await damage.in_chains(tx, {image.layer_id for image in found})
    shown = [wire.own_image(image, damaged.get(image.layer_id, "")) for image in found]
    return listing(request, "images", shown, page, total)


@router.post("/images")
@described(MADE, 202, body={"name": str})
async def make_image(request: Request) -> Response:
    """Build the recipe of that name, or fetch what the catalogue has under it."""
    parts = parts_of(request)
    name = fields.required_label(await fields.read_object(request), "name")
    (action,) = await parts.engine.accept(Wanted(_kind(parts, name), None, {"name": name}))
    return answer({"action": wire.own_action(action), "image_id": action.resource_id}, 202)


@router.post("/images/import")
@described(MADE, 202, body=(import_request.ImageFromUpload, import_request.ImageFromUrl))
async def import_image(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    read = import_request.from_upload if body.get("url") is None else import_request.from_url
    (action,) = await parts.engine.accept(read(body, parts.settings.region))
    return answer({"action": wire.own_action(action), "image_id": action.resource_id}, 202)


@router.delete("/images/{image_id}")
@deleted()
async def delete_image(request: Request) -> Response:
    """Any Image, a distribution too; one that is being fetched or imported is called off."""
    parts, image_id = parts_of(request), fields.path_id(request, "image_id")
    async with parts.database.write() as tx:
        if await cancel(tx, image_id):
            return no_content()
    await parts.engine.accept(Wanted("delete_image", image_id))
    return no_content()


def _kind(parts: ApiParts, name: str) -> str:
    if name in dict(parts.recipes):
        return "build_image"
    if name in dict(parts.offers):
        return "fetch_image"
    known = ", ".join(known for known, _ in (*parts.recipes, *parts.offers))
    raise Invalid(f"There is no recipe of that name; there are {known or 'none'}.")
