"""VPCs: the default network of each region, and the Droplets in it."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets
from dew.model.errors import NotFound
from dew.model.vpc import VPC_BY_ID, Vpc

IDS = {"vpc_id": str}

router = Router(prefix="/vpcs")


@router.get("")
@listed("vpcs", wire.Vpc)
async def list_vpcs(request: Request) -> Response:
    page, found = page_of(request), list(VPC_BY_ID.values())
    network = parts_of(request).settings.network
    shown = [wire.vpc(vpc, network) for vpc in cut(found, page)]
    return listing(request, "vpcs", shown, page, len(found))


@router.get("/{vpc_id}")
@described({"vpc": wire.Vpc}, path=IDS)
async def get_vpc(request: Request) -> Response:
    return answer({"vpc": wire.vpc(_find(request), parts_of(request).settings.network)})


@router.get("/{vpc_id}/members")
@listed("members", wire.VpcMember, query={"resource_type": str}, path=IDS)
async def list_members(request: Request) -> Response:
    page, vpc = page_of(request), _find(request)
    if request.query_params.get("resource_type") not in (None, "", "droplet"):
        return listing(request, "members", [], page, 0)
    async with parts_of(request).database.read() as tx:
        found, total = await droplets.page(tx, droplets.Filter(region=vpc.region), page.offset, page.size)
    return listing(request, "members", [wire.vpc_member(droplet) for droplet in found], page, total)


@router.get("/{vpc_id}/peerings")
@listed("peerings", None, path=IDS)
async def list_peerings(request: Request) -> Response:
    _find(request)
    return listing(request, "peerings", [], page_of(request), 0)


def _find(request: Request) -> Vpc:
    vpc = VPC_BY_ID.get(request.path_params["vpc_id"])
    if vpc is None:
        raise NotFound("The resource you were accessing could not be found.")
    return vpc
