"""Histories: what a Droplet's disk grew from, and what grew from its Snapshots."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import damage, droplets, histories
from dew.model.history import Point, PointKind, grown

MOST_HISTORY_NODES = 500  # of one picture: nobody makes anything of more

router = Router(prefix="/droplets/{droplet_id}/history")


@router.get("")
@described({"history": {"nodes": list[wire.HistoryNode], "cut": bool}})
async def get_history(request: Request) -> Response:
    """The newest points of it; ``cut`` says that there are more."""
    parts, droplet_id = parts_of(request), fields.path_id(request, "droplet_id")
    kept_since = datetime.now(UTC) - timedelta(hours=parts.settings.keep_retired_hours)
    async with parts.database.read() as tx:
        history = await histories.of_droplet(tx, await droplets.get(tx, droplet_id), kept_since)
        points = _newest(history.points)
        damaged = await damage.in_chains(tx, {point.layer_id for point in points})
    nodes = grown(points, history.parents, (await parts.space.report()).layers)
    shown = [wire.node(each, droplet_id, damaged.get(each.point.layer_id, "")) for each in nodes]
    cut = history.cut or len(points) < len(history.points)
    return answer({"history": {"nodes": shown, "cut": cut}})


def _newest(points: Sequence[Point]) -> Sequence[Point]:
    """Leave out what is too much, but never where the Droplet is now."""
    if len(points) <= MOST_HISTORY_NODES:
        return points
    now = [point for point in points if point.kind is PointKind.NOW]
    others = [point for point in points if point.kind is not PointKind.NOW]
    return [*now, *others[: MOST_HISTORY_NODES - len(now)]]
