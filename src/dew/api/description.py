"""The API's description, for whoever writes or generates a client of it.

Needs no token: generators, and the pages that show descriptions, have none to send; and it says the same of
every Dew of this version, so of this one nothing.
"""

import asyncio
import json
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from dew.api.describe import document
from dew.api.operation import JSON
from dew.api.parts import OWN
from dew.api.routing import Router

router = Router()


@router.get(f"{OWN}/openapi.json")
async def get_description(_request: Request) -> Response:
    """What ``python -m dew.api.describe`` prints."""
    return Response(await asyncio.to_thread(_encoded), media_type=JSON)


@cache
def _encoded() -> bytes:
    return json.dumps(document()).encode()
