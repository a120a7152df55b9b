"""What Dew has none of yet, but clients ask for in passing: an empty list lets them go on.

Ansible's modules list firewalls on every Droplet task; others look for kernels and neighbors.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.database import droplets

router = APIRouter()


@router.get("/firewalls")
@listed("firewalls", None)
async def list_firewalls(request: Request) -> Response:
    return listing(request, "firewalls", [], page_of(request), 0)


@router.get("/volumes")
@listed("volumes", None)
async def list_volumes(request: Request) -> Response:
    return listing(request, "volumes", [], page_of(request), 0)


@router.get("/droplets/{droplet_id}/firewalls")
@listed("firewalls", None)
async def list_droplet_firewalls(request: Request) -> Response:
    return await _none_of(request, "firewalls")


@router.get("/droplets/{droplet_id}/kernels")
@listed("kernels", None)
async def list_kernels(request: Request) -> Response:
    return await _none_of(request, "kernels")


@router.get("/droplets/{droplet_id}/neighbors")
@described({"droplets": list[None]})
async def list_neighbors(request: Request) -> Response:
    """None: clients ask so as to spread over several machines, and here there is one."""
    await _require_droplet(request)
    return answer({"droplets": []})


async def _none_of(request: Request, name: str) -> Response:
    await _require_droplet(request)
    return listing(request, name, [], page_of(request), 0)


async def _require_droplet(request: Request) -> None:
    async with parts_of(request).database.read() as tx:
        await droplets.get(tx, fields.path_id(request, "droplet_id"))
