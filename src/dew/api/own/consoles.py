"""Consoles: a Droplet's serial console, and its screen (RFB), as WebSockets of binary messages.

Browsers don't show scripts why a WebSocket was refused. So what may be wrong with who asks is answered as for
any request, and what may be wrong with the Droplet by closing it again: the code is 4000 + the status that
a request would get, and the reason is a sentence.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from starlette.websockets import WebSocket, WebSocketState

from dew.api import fields
from dew.api.auth import Caller, still_welcome
from dew.api.errors import status_of
from dew.api.events import woken
from dew.api.parts import ApiParts
from dew.api.routing import Router
from dew.database import droplets
from dew.database.tokens import Scope
from dew.model.errors import DewError, Forbidden, Unauthorized
from dew.model.unbroken import unbroken
from dew.streams.consoles import Viewer

ENDED, GOING_AWAY, REFUSED = 1000, 1001, 4000  # the first two are the protocol's (RFC 6455)
REASON_LIMIT_BYTES = 123  # the protocol's
LOOK_AGAIN_SECONDS = 1.0  # whether the viewer is still welcome: after a commit, but not after each of many
FAREWELL_SECONDS = 2.0  # for the last word to a viewer that may take nothing

router = Router(prefix="/droplets/{droplet_id}")


@router.websocket("/console")
async def open_console(socket: WebSocket) -> None:
    await _show(socket, _parts(socket).consoles.console)


@router.websocket("/screen")
async def open_screen(socket: WebSocket) -> None:
    """What a viewer of RFB sends is not told apart here, so who may only look gets none at all."""
    if Scope.WRITE not in _caller(socket).token.scopes:
        raise Forbidden("The screen takes keys too, so it takes a token that may write.")
    await _show(socket, _parts(socket).consoles.screen)


async def _show(socket: WebSocket, show: Callable[[int, Viewer], Awaitable[None]]) -> None:
    """Raises NotFound."""
    parts, caller, droplet_id = _parts(socket), _caller(socket), fields.path_id(socket, "droplet_id")
    await unbroken(_require_welcome(parts, caller, droplet_id))
    try:
        await socket.accept()
    except OSError:  # it has left already
        return
    may_write = Scope.WRITE in caller.token.scopes
    viewer = Viewer(socket, may_write, partial(_no_longer_welcome, parts, caller, droplet_id))
    code, reason = ENDED, "It has ended."
    try:
        await show(droplet_id, viewer)
    except DewError as error:
        code, reason = REFUSED + status_of(error), str(error)
    if parts.closing.is_set():
        code, reason = GOING_AWAY, "dewd stops."
    await _hang_up(socket, code, reason)


async def _hang_up(socket: WebSocket, code: int, reason: str) -> None:
    if WebSocketState.DISCONNECTED in (socket.client_state, socket.application_state):
        return
    short = reason.encode()[:REASON_LIMIT_BYTES].decode(errors="ignore")
    with suppress(TimeoutError, RuntimeError, OSError):  # it may be gone, or take nothing any more
        async with asyncio.timeout(FAREWELL_SECONDS):
            await socket.close(code, short)


async def _no_longer_welcome(parts: ApiParts, caller: Caller, droplet_id: int) -> None:
    """Return when dewd stops. Raises Unauthorized when the viewer is shut out, NotFound without Droplet."""
    while not parts.closing.is_set():
        committed = parts.database.next_commit()  # before reading, or a commit in between would be missed
        await unbroken(_require_welcome(parts, caller, droplet_id))
        await woken(committed, parts.closing)
        with suppress(TimeoutError):
            await asyncio.wait_for(parts.closing.wait(), LOOK_AGAIN_SECONDS)


async def _require_welcome(parts: ApiParts, caller: Caller, droplet_id: int) -> None:
    async with parts.database.read() as tx:
        if not await still_welcome(tx, caller):
            raise Unauthorized("You were signed out.")
        await droplets.get(tx, droplet_id)


def _parts(socket: WebSocket) -> ApiParts:
    parts: ApiParts = socket.app.state.parts
    return parts


def _caller(socket: WebSocket) -> Caller:
    caller: Caller = socket.scope["state"]["caller"]
    return caller
