"""Droplets: how to reach one, how it is, and the password that is shown once."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.parts import parts_of
from dew.database import damage, droplets, guests
from dew.model.errors import NotFound

router = APIRouter(prefix="/droplets")


@router.get("/{droplet_id}")
async def get_droplet(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        droplet = await droplets.get(tx, fields.path_id(request, "droplet_id"))
        guest = await guests.get(tx, droplet.id)
        password_available = await droplets.has_password(tx, droplet.id)
        damaged = await damage.of_volumes(tx, [] if droplet.volume_id is None else [droplet.volume_id])
    shown = wire.own_droplet(droplet, guest, password_available)
    return answer({"droplet": shown | {"damage": next(iter(damaged.values()), "")}})


@router.post("/{droplet_id}/password")
async def show_password(request: Request) -> Response:
    """Answer with the generated root password, this once."""
    async with parts_of(request).database.write() as tx:
        password = await droplets.take_password(tx, fields.path_id(request, "droplet_id"))
    if password is None:
        raise NotFound("There is no password to show: it was shown before, or the Droplet has keys.")
    return answer({"password": password}, headers={"cache-control": "no-store"})
