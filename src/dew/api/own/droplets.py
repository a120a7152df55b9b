"""Droplets: how to reach one, how it is, the password that is shown once, the way back from a restore."""

from datetime import UTC, datetime, timedelta
from typing import NotRequired

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import damage, droplets, guests, kept_disks
from dew.model.errors import Invalid, NotFound

TAKE_SNAPSHOT = {"name": NotRequired[str | None], "off": NotRequired[bool]}

router = Router(prefix="/droplets")


@router.get("/{droplet_id}")
@described({"droplet": wire.OwnDroplet})
async def get_droplet(request: Request) -> Response:
    parts = parts_of(request)
    keep = timedelta(hours=parts.settings.keep_retired_hours)
    async with parts.database.read() as tx:
        droplet = await droplets.get(tx, fields.path_id(request, "droplet_id"))
        guest = await guests.get(tx, droplet.id)
        password_available = await droplets.has_password(tx, droplet.id)
        kept = await kept_disks.of_droplet(tx, droplet.id)
        own = [] if droplet.volume_id is None else [droplet.volume_id]
        damaged = await damage.of_volumes(tx, [*own, *(disk.id for disk in kept)])
    promised = [disk for disk in kept if disk.replaced_at + keep > datetime.now(UTC)]
    return answer({"droplet": wire.own_droplet(droplet, guest, password_available, promised, keep, damaged)})


@router.post("/{droplet_id}/undo")
@described({"action": wire.OwnAction}, 202, body={"disk": NotRequired[int | None]})
async def undo(request: Request) -> Response:
    """Give the Droplet back the disk that a restore or rebuild replaced last, or the one named."""
    body = await fields.read_object(request)
    wanted = body.get("disk")
    disk = fields.as_id(wanted)
    if disk is None and wanted is not None:
        raise Invalid("disk must be the id of a kept disk.")
    return await _begin(request, "undo", {"disk": disk})


@router.post("/{droplet_id}/snapshots")
@described({"action": wire.OwnAction}, 202, body=TAKE_SNAPSHOT)
async def take_snapshot(request: Request) -> Response:
    """Take a Snapshot; with ``off`` the Droplet is shut down first and started again if it was on."""
    body = await fields.read_object(request)
    kind = "snapshot_off" if fields.boolean(body, "off") else "snapshot"
    return await _begin(request, kind, {"name": fields.label(body, "name")})


async def _begin(request: Request, kind: str, params: dict[str, object]) -> Response:
    wanted = Wanted(kind, fields.path_id(request, "droplet_id"), params)
    (action,) = await parts_of(request).engine.accept(wanted)
    return answer({"action": wire.own_action(action)}, 202)


@router.post("/{droplet_id}/password")
@described({"password": str})
async def show_password(request: Request) -> Response:
    """Answer with the generated root password, this once."""
    async with parts_of(request).database.write() as tx:
        password = await droplets.take_password(tx, fields.path_id(request, "droplet_id"))
    if password is None:
        raise NotFound("There is no password to show: it was shown before, or the Droplet has keys.")
    return answer({"password": password}, headers={"cache-control": "no-store"})
