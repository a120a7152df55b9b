"""Exports: a Snapshot's disk as a file to carry away; made by an Action, kept for a day."""

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import snapshots, wire
from dew.api.answers import answer, no_content
from dew.api.operation import BINARY, Bytes, deleted, described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database.tokens import Scope
from dew.model.errors import Forbidden

router = Router(prefix="/snapshots/{snapshot_id}/export")


@router.post("")
@described({"action": wire.OwnAction}, 202)
async def make_export(request: Request) -> Response:
    image = await snapshots.find(request)
    (action,) = await parts_of(request).engine.accept(Wanted("export_snapshot", image.id))
    return answer({"action": wire.own_action(action)}, 202)


@router.get("")
@described({"export": wire.Export})
async def get_export(request: Request) -> Response:
    image = await snapshots.find(request)
    return answer({"export": wire.own_export(image, await parts_of(request).exports.get(image))})


@router.get("/disk")
@described(Bytes, 200, 206, headers={"Range": str, "If-Range": str}, media_type=BINARY)
async def get_disk(request: Request) -> Response:
    """Send the bytes, with Range and If-Range from any of them on; the ETag is the checksum.

    A disk holds passwords and keys: a token that may only look is not given them.
    """
    if Scope.WRITE not in request.scope["state"]["token"].scopes:
        raise Forbidden("You are not authorized to perform this operation")
    image = await snapshots.find(request)
    return await parts_of(request).exports.download(image)


@router.delete("")
@deleted()
async def delete_export(request: Request) -> Response:
    image = await snapshots.find(request)
    await parts_of(request).exports.remove(image.id)
    return no_content()
