"""Metrics: what a Droplet used in the last hour, or the last day."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets
from dew.model.errors import Invalid
from dew.streams.metrics import HOUR_SECONDS, KEPT_COARSE_HOURS, KEPT_FINE_HOURS

HOURS = {str(hours): hours for hours in (KEPT_FINE_HOURS, KEPT_COARSE_HOURS)}

router = Router(prefix="/droplets/{droplet_id}/metrics")


@router.get("")
@described({"metrics": wire.DropletMetrics}, query={"hours": int})
async def get_metrics(request: Request) -> Response:
    """Steps of 15 seconds in the last hour, of 5 minutes in the last day."""
    parts, droplet_id = parts_of(request), fields.path_id(request, "droplet_id")
    hours = HOURS.get(request.query_params.get("hours", "1"))
    if hours is None:
        raise Invalid("hours must be 1 or 24.")
    async with parts.database.read() as tx:
        await droplets.get(tx, droplet_id)
    step_seconds, found = parts.droplet_metrics.latest(droplet_id, hours * HOUR_SECONDS)
    points = [wire.metrics_point(at, rates) for at, rates in found]
    return answer({"metrics": {"step_seconds": step_seconds, "points": points}})
