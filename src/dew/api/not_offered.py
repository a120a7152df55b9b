"""What Dew has none of, but clients ask for in passing: an empty list lets them go on.

Ansible's modules list firewalls on every Droplet task; others look for kernels and neighbors.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets

EMPTY = {  # path: the list's name
    "/firewalls": "firewalls",
    "/volumes": "volumes",
    "/reserved_ips": "reserved_ips",
    "/floating_ips": "floating_ips",
    "/reserved_ipv6": "reserved_ipv6s",
    "/vpc_peerings": "vpc_peerings",
    "/droplets/autoscale": "autoscale_pools",
    "/monitoring/alerts": "policies",
}
EMPTY_OF_A_DROPLET = ("firewalls", "kernels")

Route = Callable[[Request], Awaitable[Response]]

router = Router()


def _empty_list(name: str) -> Route:
    @listed(name, None)
    async def list_nothing(request: Request) -> Response:
        return listing(request, name, [], page_of(request), 0)

    list_nothing.__name__ = f"list_{name}"
    return list_nothing


def _empty_list_of_a_droplet(name: str) -> Route:
    @listed(name, None)
    async def list_nothing(request: Request) -> Response:
        await _require_droplet(request)
        return listing(request, name, [], page_of(request), 0)

    list_nothing.__name__ = f"list_droplet_{name}"
    return list_nothing


@router.get("/droplets/{droplet_id}/neighbors")
@described({"droplets": list[None]})
async def list_neighbors(request: Request) -> Response:
    """None: clients ask so as to spread over several machines, and here there is one."""
    await _require_droplet(request)
    return answer({"droplets": []})


@router.get("/reports/droplet_neighbors_ids")
@described({"neighbor_ids": list[list[int]]})
async def list_neighbors_ids(_request: Request) -> Response:
    return answer({"neighbor_ids": []})


async def _require_droplet(request: Request) -> None:
    async with parts_of(request).database.read() as tx:
        await droplets.get(tx, fields.path_id(request, "droplet_id"))


for _path, _name in EMPTY.items():
    router.add(_path, _empty_list(_name))
for _name in EMPTY_OF_A_DROPLET:
    router.add(f"/droplets/{{droplet_id}}/{_name}", _empty_list_of_a_droplet(_name))
