"""Projects: the default one, which everything belongs to."""

from typing import Any, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.fields import Body
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets, facts, projects
from dew.database.connect import Tx
from dew.model.errors import Invalid, NotFound

LONGEST = {"name": 175, "description": 255, "purpose": 255}  # DigitalOcean's, in characters
ENVIRONMENTS = ("Development", "Staging", "Production")
PURPOSES = frozenset(
    (
        "Just trying out DigitalOcean",
        "Class project / Educational purposes",
        "Website or blog",
        "Web Application",
        "Service or API",
        "Mobile Application",
        "Machine learning / AI / Data processing",
        "IoT",
        "Operational / Developer tooling",
    )
)
MOST_RESOURCES = 100  # that one request assigns
URN = "do:droplet:"

IDS = {"project_id": str}


class ProjectWish(TypedDict, total=False):
    """What is to be said of a project."""

    name: str
    description: str
    purpose: str
    environment: str
    is_default: bool


router = Router(prefix="/projects")


@router.get("")
@listed("projects", wire.Project)
async def list_projects(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        shown = [await _shown(tx)] if page.number == 1 else []
    return listing(request, "projects", shown, page, 1)


@router.get("/{project_id}")
@described({"project": wire.Project}, path=IDS)
async def get_project(request: Request) -> Response:
    _require_default(request)
    async with parts_of(request).database.read() as tx:
        return answer({"project": await _shown(tx)})


@router.put("/{project_id}")
@described({"project": wire.Project}, body=ProjectWish, path=IDS)
async def update_project(request: Request) -> Response:
    return await _change(request, whole=True)


@router.patch("/{project_id}")
@described({"project": wire.Project}, body=ProjectWish, path=IDS)
async def patch_project(request: Request) -> Response:
    return await _change(request, whole=False)


@router.get("/{project_id}/resources")
@listed("resources", wire.ProjectResource, path=IDS)
async def list_resources(request: Request) -> Response:
    _require_default(request)
    page, base = page_of(request), str(request.base_url)
    async with parts_of(request).database.read() as tx:
        found, total = await droplets.page(tx, droplets.Filter(), page.offset, page.size)
    shown = [wire.project_resource(droplet, base, "ok") for droplet in found]
    return listing(request, "resources", shown, page, total)


@router.post("/{project_id}/resources")
@described({"resources": list[wire.ProjectResource]}, body={"resources": list[str]}, path=IDS)
async def assign_resources(request: Request) -> Response:
    """Nothing changes: whatever there is, is in the one project."""
    _require_default(request)
    given = fields.values(await fields.read_object(request), "resources", MOST_RESOURCES)
    wanted = [_droplet_id(urn) for urn in given]
    async with parts_of(request).database.read() as tx:
        found = [await droplets.get(tx, droplet_id) for droplet_id in wanted]
    base = str(request.base_url)
    shown = [wire.project_resource(droplet, base, "already_assigned") for droplet in found]
    return answer({"resources": shown})


async def _change(request: Request, whole: bool) -> Response:
    _require_default(request)
    values = _values(await fields.read_object(request), whole)
    async with parts_of(request).database.write() as tx:
        await projects.change(tx, values)
        return answer({"project": await _shown(tx)})


def _values(body: Body, whole: bool) -> dict[str, str]:
    """Return what is to be said of the project; with ``whole`` nothing may be left out. Raises Invalid."""
    found = {name: fields.text(body, name, most) for name, most in LONGEST.items()}
    found["environment"] = fields.text(body, "environment")
    if not fields.boolean(body, "is_default", default=True):
        raise Invalid("There must be a default project.")
    values = {name: value for name, value in found.items() if value is not None}
    for name in set(found) - set(values) if whole else ():
        if name != "description":
            raise Invalid(f"{name} can't be blank.")
    if values.get("environment", ENVIRONMENTS[0]) not in ENVIRONMENTS:
        raise Invalid(f"environment must be one of {', '.join(ENVIRONMENTS)}.")
    return _with_purpose(values)


def _with_purpose(values: dict[str, str]) -> dict[str, str]:
    purpose = values.get("purpose")
    if purpose is not None and purpose not in PURPOSES and not purpose.startswith("Other"):
        values["purpose"] = f"Other: {purpose}"
    return values


def _droplet_id(urn: Any) -> int:
    if not isinstance(urn, str) or not urn.startswith("do:"):
        raise Invalid("resources must be URNs such as do:droplet:1.")
    droplet_id = fields.as_id(urn.removeprefix(URN))
    if droplet_id is None:
        raise NotFound("The resource you were accessing could not be found.")
    return droplet_id


def _require_default(request: Request) -> None:
    if request.path_params["project_id"] not in ("default", projects.DEFAULT_ID):
        raise NotFound("The resource you were accessing could not be found.")


async def _shown(tx: Tx) -> wire.Project:
    owner = await facts.get(tx, facts.INSTALLATION) or ""
    return wire.project(await projects.get(tx), owner)
