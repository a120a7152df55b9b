"""Health: whether Dew can do anything at all, for whoever watches over it. Needs no token, tells nothing."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from dew.api.answers import answer
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import facts

TIMEOUT_SECONDS = 5.0

router = Router()


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """200 when the database answers; the error is the usual one otherwise."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), parts_of(request).database.read() as tx:
            await facts.get(tx, facts.INSTALLATION)
    except TimeoutError:
        return answer({"status": "the database does not answer"}, 503)
    return answer({"status": "ok"})
