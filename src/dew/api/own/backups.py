"""Backups: how consistent each is and what it holds; whose policy it was, and how the newest one went."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described, listed
from dew.api.own import snapshots
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import backups
from dew.model.image import ImageKind

router = Router(prefix="/backups")


@router.get("")
@listed("backups", wire.OwnSnapshot, query={"droplet_id": int})
async def list_backups(request: Request) -> Response:
    """All Backups, or those of the Droplet that ``droplet_id`` names."""
    return await snapshots.list_kind(request, "backups", ImageKind.BACKUP)


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
