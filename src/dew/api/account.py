"""The account: Dew has one, its operator's."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.api.answers import answer
from dew.api.parts import parts_of
from dew.database import facts

router = APIRouter()


@router.get("/account")
async def get_account(request: Request) -> Response:
    parts = parts_of(request)
    async with parts.database.read() as tx:
        installation = await facts.get(tx, facts.INSTALLATION)
    settings = parts.settings
    team = {"uuid": installation or "", "name": settings.account_name}
    return answer(
        {
            "account": {
                "droplet_limit": settings.droplet_limit,
                "floating_ip_limit": 0,
                "email": settings.account_email,
                "name": settings.account_name,
                "uuid": installation or "",
                "email_verified": True,
                "status": "active",
                "status_message": "",
                "team": team,
            }
        }
    )
