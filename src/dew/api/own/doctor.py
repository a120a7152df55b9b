"""The doctor: what this machine can do, and what to change; as ``dew doctor --json`` tells it."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router

router = Router(prefix="/doctor")


@router.get("")
@described({"findings": list[wire.Finding]})
async def get_findings(request: Request) -> Response:
    return answer({"findings": await parts_of(request).findings()})
