"""Backups: their policies. The Backups themselves are Images, listed with their Droplet."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.pagination import PAGING, Links, Total, links, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import backups, droplets

POLICIES = {"policies": dict[str, wire.BackupRecord], "links": Links, "meta": Total}

router = Router(prefix="/droplets")


@router.get("/backups/policies")
@described(POLICIES, query=PAGING)
async def list_policies(request: Request) -> Response:
    """A map by Droplet, those without Backups included."""
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await droplets.page(tx, droplets.Filter(), page.offset, page.size)
        known = await backups.schedules(tx, [droplet.id for droplet in found])
    now = parts_of(request).now()
    policies = {str(each.id): wire.backup_record(each.id, known.get(each.id), now) for each in found}
    return answer({"policies": policies, "links": links(request, page, total), "meta": {"total": total}})


@router.get("/backups/supported_policies")
@described({"supported_policies": list[wire.SupportedBackupPolicy]})
async def list_supported_policies(request: Request) -> Response:
    return answer({"supported_policies": wire.supported_backup_policies()})


@router.get("/{droplet_id}/backups/policy")
@described({"policy": wire.BackupRecord})
async def get_policy(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        droplet = await droplets.get(tx, fields.path_id(request, "droplet_id"))
        schedule = await backups.schedule(tx, droplet.id)
    return answer({"policy": wire.backup_record(droplet.id, schedule, parts_of(request).now())})
