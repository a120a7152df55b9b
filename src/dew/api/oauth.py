"""``GET /v1/oauth/token/info``: what a token may, asked by doctl before it keeps one."""

import math
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from dew.api.answers import answer
from dew.api.routing import Router
from dew.database.tokens import Token

OWNER_ID = 1  # there is one account

router = Router()


@router.get("/v1/oauth/token/info")
async def get_token_info(request: Request) -> Response:
    token: Token = request.scope["state"]["token"]
    left_seconds = None
    if token.expires_at is not None:
        left_seconds = max(math.ceil((token.expires_at - datetime.now(UTC)).total_seconds()), 0)
    return answer(
        {
            "resource_owner_id": OWNER_ID,
            "scopes": token.scopes,
            "expires_in_seconds": left_seconds,
            "application": {"uid": ""},
            "created_at": int(token.created_at.timestamp()),
        }
    )
