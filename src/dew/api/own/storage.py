"""Storage: what takes the space, and what deleting it would free."""

from starlette.requests import Request
from starlette.responses import Response

from dew.api import wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.pagination import PAGING, Links, Total, cut, links, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router

ANSWER = {"storage": wire.Storage, "takers": list[wire.Taker], "links": Links, "meta": Total}

router = Router(prefix="/storage")


@router.get("")
@described(ANSWER, query=PAGING)
async def get_storage(request: Request) -> Response:
    page, report = page_of(request), await parts_of(request).space.report()
    total = len(report.takers)
    return answer(
        {
            "storage": wire.storage(report.totals),
            "takers": [wire.taker(each) for each in cut(report.takers, page)],
            "links": links(request, page, total),
            "meta": {"total": total},
        }
    )
