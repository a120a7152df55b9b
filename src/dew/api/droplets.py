"""Droplets: create, list, look at, delete; and the Snapshots taken of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, Required, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import create_request, fields, wire
from dew.api.answers import answer, no_content
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.api.shown_droplets import describe, show, show_page
from dew.database import droplets, images
from dew.database.connect import Tx
from dew.model.action import Action
from dew.model.droplet import Droplet
from dew.model.errors import Invalid
from dew.model.image import ImageKind

MOST_AT_ONCE = 200  # Droplets that one request may act on by their tag

FILTERS = {"name": str, "tag_name": str, "type": Literal["droplets", "gpus"]}
BY_TAG = {"tag_name": Required[str]}


class ActionLink(TypedDict):
    """Where an Action is found that a request has begun."""

    id: int
    rel: Literal["create"]
    href: str


class CreateLinks(TypedDict):
    """What a request for Droplets has begun, one Action for each of them."""

    actions: list[ActionLink]


CREATED = (
    {"droplet": wire.Droplet, "links": CreateLinks},
    {"droplets": list[wire.Droplet], "links": CreateLinks},
)

router = Router(prefix="/droplets")


@router.get("")
@listed("droplets", wire.Droplet, query=FILTERS)
async def list_droplets(request: Request) -> Response:
    page, wanted = page_of(request), _filter(request)
    if request.query_params.get("type") == "gpus":
        return listing(request, "droplets", [], page, 0)
    shown, total = await show_page(request, wanted, page)
    return listing(request, "droplets", shown, page, total)


@router.post("")
@described(CREATED, 202, body=(create_request.CreateDroplet, create_request.CreateDroplets))
async def create_droplets(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    async with parts.database.read() as tx:
        wanted = await create_request.parse(tx, body, parts.settings.region)
    accepted = await parts.engine.accept(*(Wanted("create", None, params) for params in wanted.params()))
    async with parts.database.read() as tx:
        made = await describe(parts, tx, [await _as_accepted(tx, action) for action in accepted])
    links: CreateLinks = {"actions": [_link(request, action) for action in accepted]}
    key, value = ("droplets", made) if wanted.several else ("droplet", made[0])
    return answer({key: value, "links": links}, 202)


@router.delete("")
@deleted(query=BY_TAG)
async def delete_tagged_droplets(request: Request) -> Response:
    parts = parts_of(request)
    async with parts.database.read() as tx:
        found = await tagged(tx, request)
    await parts.engine.accept(*(Wanted("destroy", droplet.id) for droplet in found))
    return no_content()


@router.get("/{droplet_id}")
@described({"droplet": wire.Droplet})
async def get_droplet(request: Request) -> Response:
    return answer({"droplet": await show(request, fields.path_id(request, "droplet_id"))})


@router.delete("/{droplet_id}")
@deleted()
async def delete_droplet(request: Request) -> Response:
    await parts_of(request).engine.accept(Wanted("destroy", fields.path_id(request, "droplet_id")))
    return no_content()


@router.get("/{droplet_id}/snapshots")
@listed("snapshots", wire.Image)
async def list_snapshots(request: Request) -> Response:
    return await _list_images(request, "snapshots", ImageKind.SNAPSHOT)


@router.get("/{droplet_id}/backups")
@listed("backups", wire.Image)
async def list_backups(request: Request) -> Response:
    return await _list_images(request, "backups", ImageKind.BACKUP)


async def tagged(tx: Tx, request: Request) -> Sequence[Droplet]:
    """Return the Droplets with the tag that the request names. Raises Invalid."""
    tag = request.query_params.get("tag_name")
    if not tag:
        raise Invalid("tag_name can't be blank.")
    found, total = await droplets.page(tx, droplets.Filter(tag=tag), 0, MOST_AT_ONCE)
    if total > MOST_AT_ONCE:
        raise Invalid(f"{total} Droplets have this tag; at most {MOST_AT_ONCE} can be acted on at once.")
    return found


async def _list_images(request: Request, name: str, kind: ImageKind) -> Response:
    page, droplet_id = page_of(request), fields.path_id(request, "droplet_id")
    async with parts_of(request).database.read() as tx:
        await droplets.get(tx, droplet_id)
        wanted = images.Filter(kinds=(kind,), droplet_id=droplet_id)
        found, total = await images.page(tx, wanted, page.offset, page.size)
    return listing(request, name, [wire.droplet_snapshot(image) for image in found], page, total)


def _filter(request: Request) -> droplets.Filter:
    asked = request.query_params
    if asked.get("tag_name") and (asked.get("name") or asked.get("type")):
        raise Invalid("tag_name cannot be combined with name or type.")
    return droplets.Filter(name=asked.get("name") or None, tag=asked.get("tag_name") or None)


async def _as_accepted(tx: Tx, action: Action) -> Droplet:
    """Return the Droplet as it was when its Action was accepted: new, and without an address."""
    droplet = await droplets.get(tx, action.resource_id, gone=True)
    return replace(droplet, creating=True, open_action_id=action.id, address=None)


def _link(request: Request, action: Action) -> ActionLink:
    return {"id": action.id, "rel": "create", "href": f"{request.base_url}v2/actions/{action.id}"}
