"""The store: what the last check of it found, whom damage touches, and checking it."""

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.check_store import STORE
from dew.actions.kind import Request as Wanted
from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import ApiParts, parts_of
from dew.api.routing import Router
from dew.database import actions, damage, facts
from dew.model.action import Action
from dew.model.errors import Busy

router = Router(prefix="/store")


@router.get("")
@described({"store": wire.Store})
async def get_store(request: Request) -> Response:
    async with parts_of(request).database.read() as tx:
        written = await facts.get(tx, facts.LAST_CHECK)
        touched = await damage.touched(tx)
    return answer({"store": wire.store(written, touched)})


@router.post("/checks")
@described({"action": wire.OwnAction}, 202)
async def check_store(request: Request) -> Response:
    """Begin a check, or join the one that is under way."""
    parts = parts_of(request)
    action = await _under_way(parts)
    if action is None:
        try:
            (action,) = await parts.engine.accept(Wanted("check_store", STORE))
        except Busy:  # somebody else asked in the same instant
            action = await _under_way(parts)
            if action is None:
                raise
    return answer({"action": wire.own_action(action)}, 202)


async def _under_way(parts: ApiParts) -> Action | None:
    async with parts.database.read() as tx:
        holder = await actions.lock_holder(tx, "store", STORE)
        return None if holder is None else await actions.get(tx, holder)
