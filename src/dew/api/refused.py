"""What of DigitalOcean's API is not to be had here: it answers 501, which no client tries again, and says so.

An unknown path answers 404 instead, as it does there.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from dew.api.routing import Router
from dew.model.errors import NotOffered

REFUSED = {  # path: what is not to be had; whatever lies below is refused too, if no noun answers it
    "/firewalls": "Firewalls are",
    "/volumes": "Block storage volumes are",
    "/reserved_ips": "Reserved IPs are",
    "/floating_ips": "Floating IPs are",
    "/reserved_ipv6": "Reserved IPv6 addresses are",
    "/vpc_peerings": "VPC peerings are",
    "/vpcs": "VPCs other than the default ones are",
    "/projects": "Projects other than the default one are",
    "/droplets/autoscale": "Droplet autoscale pools are",
    "/monitoring": "Alerts are",
    "/customers": "Printed invoices are",
}
REFUSED_OF_ONE = {
    "/images/{image_id}/account_transfer": "Transfers between accounts are",
    "/images/{image_id}/account_transfer/{rest:path}": "Transfers between accounts are",
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

router = Router()


def _refusal(what: str) -> Callable[[Request], Awaitable[Response]]:
    async def refuse(_request: Request) -> Response:
        raise NotOffered(f"{what} not available here.")

    return refuse


for _path, _what in REFUSED.items():
    router.add(_path, _refusal(_what), methods=METHODS)
    router.add(f"{_path}/{{rest:path}}", _refusal(_what), methods=METHODS)
for _path, _what in REFUSED_OF_ONE.items():
    router.add(_path, _refusal(_what), methods=METHODS)
