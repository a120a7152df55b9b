"""Ports of this machine that lead to a Droplet, so that it is reached from elsewhere."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import NotRequired, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets, exposures, guests

LOOPBACK = IPv4Address("127.0.0.1")  # unless somebody says otherwise, only this machine gets in

router = Router(prefix="/droplets/{droplet_id}/ports")


class ExposePort(TypedDict):
    """A port of this machine, of its loopback unless an address is given, and the Droplet's if it differs."""

    port: int
    address: NotRequired[str | None]
    guest_port: NotRequired[int]
    reconnect: NotRequired[bool]


@router.get("")
@described({"ports": list[wire.Port]})
async def list_ports(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        droplet = await droplets.get(tx, fields.path_id(request, "droplet_id"))
        guest = await guests.get(tx, droplet.id)
        found = await exposures.of_droplet(tx, droplet.id)
    return answer({"ports": [wire.exposure(each, guest) for each in found]})


@router.post("")
@described({"action": wire.OwnAction}, 202, body=ExposePort)
async def expose_port(request: Request) -> Response:
    body = await fields.read_object(request)
    port = fields.as_id(body.get("port"))
    wanted = {
        "address": fields.text(body, "address") or str(LOOPBACK),
        "port": port,
        "guest_port": fields.as_id(body.get("guest_port", port)),
        "reconnect": fields.boolean(body, "reconnect"),
    }
    return await _accepted(request, "expose_port", wanted)


@router.delete("/{address}/{port}")
@described({"action": wire.OwnAction}, 202, path={"port": int})
async def hide_port(request: Request) -> Response:
    place = {"address": request.path_params["address"], "port": fields.path_id(request, "port")}
    return await _accepted(request, "hide_port", place)


async def _accepted(request: Request, kind: str, params: Mapping[str, object]) -> Response:
    droplet_id = fields.path_id(request, "droplet_id")
    (action,) = await parts_of(request).engine.accept(Wanted(kind, droplet_id, params))
    return answer({"action": wire.own_action(action)}, 202)
