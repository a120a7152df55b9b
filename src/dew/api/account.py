"""The account: Dew has one, its operator's."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import facts

router = Router()


@router.get("/account")
@described({"account": wire.Account})
async def get_account(request: Request) -> Response:
    parts = parts_of(request)
    async with parts.database.read() as tx:
        installation = await facts.get(tx, facts.INSTALLATION)
    settings = parts.settings
    shown = wire.account(
        installation or "", settings.account_name, settings.account_email, settings.droplet_limit
    )
    return answer({"account": shown})
