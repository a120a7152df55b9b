"""Images: distributions, and what users took of their Droplets."""

from collections.abc import Collection
from typing import Literal, NotRequired, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.actions import import_image
from dew.actions.kind import Request as Wanted
from dew.api import fields, import_request, wire
from dew.api.answers import answer, no_content
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import actions, images
from dew.database.connect import Tx
from dew.model.errors import Forbidden, Invalid, NotFound
from dew.model.image import ImageKind

OF_THE_USER = (ImageKind.SNAPSHOT, ImageKind.BACKUP, ImageKind.CUSTOM)
BY_TYPE: dict[str, tuple[ImageKind, ...]] = {
    "distribution": (ImageKind.BASE,),
    "application": (),
}  # this is not the type attribute

FILTERS = {"private": bool, "type": Literal["distribution", "application"], "tag_name": str}

router = Router(prefix="/images")


class ImageChanges(TypedDict):
    """What an Image is called; of a custom one also what it holds."""

    name: str
    distribution: NotRequired[str]
    description: NotRequired[str]


@router.get("")
@listed("images", wire.Image, query=FILTERS)
async def list_images(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await images.page(tx, wanted(request), page.offset, page.size)
    return listing(request, "images", [wire.image(image) for image in found], page, total)


@router.post("")
@described({"image": wire.Image}, 202, body=import_request.ImageFromUrl)
async def create_custom_image(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    (action,) = await parts.engine.accept(import_request.from_url(body, parts.settings.region))
    async with parts.database.read() as tx:
        image = await _find(tx, str(action.resource_id))
    if not image["error_message"]:  # it may have failed by now
        image["status"] = "NEW"
    return answer({"image": image}, 202)


@router.get("/{image_id}")
@described({"image": wire.Image}, path={"image_id": int | str})
async def get_image(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        image = await _find(tx, request.path_params["image_id"])
    return answer({"image": image})


@router.put("/{image_id}")
@described({"image": wire.Image}, body=ImageChanges)
async def rename_image(request: Request) -> Response:
    image_id = fields.path_id(request, "image_id")
    body = await fields.read_object(request)
    name, told = fields.required_label(body, "name"), import_request.description(body)
    async with parts_of(request).database.write() as tx:
        image = await images.get(tx, image_id)
        if image.public:
            raise Forbidden("Distribution images cannot be renamed.")
        await images.rename(tx, image_id, name)
        if image.kind is ImageKind.CUSTOM:  # what else there is knows what it was made from
            await images.describe(tx, image_id, **told)
        image = await images.get(tx, image_id)
    return answer({"image": wire.image(image)})


@router.delete("/{image_id}")
@deleted()
async def delete_image(request: Request) -> Response:
    """Only the user's own: a distribution is everybody's, and goes by /dew/v1."""
    parts, image_id = parts_of(request), fields.path_id(request, "image_id")
    async with parts.database.write() as tx:
        if await import_image.cancel(tx, image_id, import_image.OF_CUSTOM_IMAGES):
            return no_content()
        if (await images.get(tx, image_id)).public:
            raise Forbidden("Distribution images cannot be deleted.")
    await parts.engine.accept(Wanted("delete_image", image_id))
    return no_content()


async def _find(tx: Tx, identifier: str) -> wire.Image:
    """Return an Image by its id, a public one also by its slug. Raises NotFound.

    An import that failed is told of as well, with the reason: its id is all that clients have of it.
    """
    image_id = fields.as_id(identifier)
    if image_id is None:
        return wire.image(await images.get_by_slug(tx, identifier))
    try:
        return wire.image(await images.get(tx, image_id, unfinished=import_image.OF_CUSTOM_IMAGES))
    except NotFound:
        newest, _ = await actions.page(tx, actions.Filter("image", image_id), 0, 1)
        if not newest or not import_image.failed(newest[0]):
            raise
        return wire.failed_import(newest[0])


def wanted(request: Request, unfinished: Collection[str] = import_image.OF_CUSTOM_IMAGES) -> images.Filter:
    """Return which Images are asked for, and of which Actions also the unfinished ones. Raises Invalid."""
    asked = request.query_params
    kinds: tuple[ImageKind, ...] | None = OF_THE_USER if fields.boolean(asked, "private") else None
    if type_ := asked.get("type"):
        if type_ not in BY_TYPE:
            raise Invalid("type must be application or distribution.")
        kinds = tuple(kind for kind in BY_TYPE[type_] if kinds is None or kind in kinds)
    return images.Filter(kinds=kinds, unfinished=unfinished, tag=asked.get("tag_name") or None)
