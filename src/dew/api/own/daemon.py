"""The daemon itself: what it is, what it says, and how to end it."""

from typing import NotRequired

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.model.errors import Invalid

DEFAULT_LINES = 200
MOST_LINES = 2000

router = Router()


@router.get("/status")
@described(wire.DaemonStatus)
async def get_status(request: Request) -> Response:
    return answer(await parts_of(request).status())


@router.get("/logs")
@described({"lines": list[str]}, query={"lines": int})
async def get_logs(request: Request) -> Response:
    given = request.query_params.get("lines")
    lines = DEFAULT_LINES if not given else fields.as_id(given)
    if not lines:
        raise Invalid("lines must be a number of at least 1.")
    return answer({"lines": await parts_of(request).logs(min(lines, MOST_LINES))})


@router.post("/stop")
@described({"stopping": bool, "guests": bool}, 202, body={"guests": NotRequired[bool]})
async def stop(request: Request) -> Response:
    """Answer first, then ask the daemon to stop."""
    parts = parts_of(request)
    guests_too = fields.boolean(await fields.read_object(request), "guests")

    async def ask() -> None:
        parts.stop(guests_too)

    stopping = answer({"stopping": True, "guests": guests_too}, 202)
    stopping.background = BackgroundTask(ask)
    return stopping
