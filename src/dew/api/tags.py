"""Tags: names to find Droplets and Images by. A tag is called exactly as it was written first."""

from datetime import UTC, datetime
from typing import Any, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.create_request import TAG
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets, images, tags
from dew.database.connect import Tx
from dew.model.errors import Invalid, NotFound

MOST_RESOURCES = 1000  # that one request tags or untags
NOT_HERE = ("volume", "volume_snapshot", "database")  # DigitalOcean's taggable types that Dew has none of


class TaggedResource(TypedDict):
    """What is tagged: its type, droplet or image, and its id."""

    resource_type: str
    resource_id: str


router = Router(prefix="/tags")


@router.get("")
@listed("tags", wire.Tag)
async def list_tags(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await tags.page(tx, page.offset, page.size)
    shown = [wire.tag(tag, str(request.base_url)) for tag in found]
    return listing(request, "tags", shown, page, total)


@router.post("")
@described({"tag": wire.Tag}, 201, body={"name": str})
async def create_tag(request: Request) -> Response:
    name = (await fields.read_object(request)).get("name")
    if not isinstance(name, str) or not TAG.fullmatch(name):
        raise Invalid("Tags may contain letters, numbers, colons, dashes, and underscores only.")
    async with parts_of(request).database.write() as tx:
        tag = await tags.create(tx, name, datetime.now(UTC))
    return answer({"tag": wire.tag(tag, str(request.base_url))}, 201)


@router.get("/{name}")
@described({"tag": wire.Tag})
async def get_tag(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        tag = await tags.get(tx, request.path_params["name"])
    return answer({"tag": wire.tag(tag, str(request.base_url))})


@router.delete("/{name}")
@deleted()
async def delete_tag(request: Request) -> Response:
    async with parts_of(request).database.write() as tx:
        await tags.remove(tx, request.path_params["name"])
    return no_content()


@router.post("/{name}/resources")
@described(None, 204, body={"resources": list[TaggedResource]})
async def tag_resources(request: Request) -> Response:
    """All of the resources or none: one that is not there refuses for all."""
    wanted = _resources(await fields.read_object(request))
    async with parts_of(request).database.write() as tx:
        tag = await tags.get(tx, request.path_params["name"])
        for resource_type, resource_id in wanted:
            await _require(tx, resource_type, resource_id)
            await tags.put_on(tx, tag, resource_type, resource_id)
    return no_content()


@router.delete("/{name}/resources")
@described(None, 204, body={"resources": list[TaggedResource]})
async def untag_resources(request: Request) -> Response:
    wanted = _resources(await fields.read_object(request))
    async with parts_of(request).database.write() as tx:
        tag = await tags.get(tx, request.path_params["name"])
        for resource_type, resource_id in wanted:
            await _require(tx, resource_type, resource_id)
            await tags.take_off(tx, tag, resource_type, resource_id)
    return no_content()


def _resources(body: fields.Body) -> list[tuple[str, int]]:
    """Return (resource type, id) of each resource that is meant. Raises Invalid, NotFound."""
    given = fields.values(body, "resources", MOST_RESOURCES)
    if not given:
        raise Invalid("resources can't be blank.")
    return [_resource(one) for one in given]


def _resource(given: Any) -> tuple[str, int]:
    resource_type = given.get("resource_type") if isinstance(given, dict) else None
    known = (*tags.TAGGABLE, *NOT_HERE)
    if resource_type not in known:
        raise Invalid(f"resource_type must be one of {', '.join(known)}.")
    resource_id = fields.as_id(given.get("resource_id"))
    if resource_id is None or resource_type in NOT_HERE:
        raise NotFound("The resource you were accessing could not be found.")
    return resource_type, resource_id


async def _require(tx: Tx, resource_type: str, resource_id: int) -> None:
    if resource_type == "droplet":
        await droplets.get(tx, resource_id)
    else:
        await images.get(tx, resource_id)
