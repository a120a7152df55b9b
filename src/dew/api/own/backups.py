"""Backups: how consistent each is and what it holds; whose policy it was, and how the newest one went."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.database import backups, damage, images
from dew.model.errors import Invalid
from dew.model.image import ImageKind

router = APIRouter(prefix="/backups")


@router.get("")
@listed("backups", wire.OwnSnapshot, query={"droplet_id": int})
async def list_backups(request: Request) -> Response:
    """All Backups, or those of the Droplet that ``droplet_id`` names."""
    page, asked = page_of(request), request.query_params.get("droplet_id")
    droplet_id = fields.as_id(asked)
    if asked and droplet_id is None:
        raise Invalid("droplet_id must be the id of a Droplet.")
    async with parts_of(request).database.read() as tx:
        wanted = images.Filter(kinds=(ImageKind.BACKUP,), droplet_id=droplet_id)
        found, total = await images.page(tx, wanted, page.offset, page.size)
        damaged = await damage.in_chains(tx, {image.layer_id for image in found})
    shown = [wire.own_snapshot(image, damaged.get(image.layer_id, "")) for image in found]
    return listing(request, "backups", shown, page, total)


@router.get("/plans")
@described({"plans": list[wire.BackupPlan]})
async def list_plans(request: Request) -> Response:
    return answer({"plans": wire.backup_plans(parts_of(request).settings.prices)})


@router.get("/schedules")
@described({"schedules": list[wire.BackupSchedule]})
async def list_schedules(request: Request) -> Response:
    """Of all Droplets that are backed up: one for each, so no more than there may be Droplets."""
    async with parts_of(request).database.read() as tx:
        known = await backups.schedules(tx)
    now = parts_of(request).now()
    shown = [wire.own_schedule(known[droplet_id], now) for droplet_id in sorted(known)]
    return answer({"schedules": shown})
