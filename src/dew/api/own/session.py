"""Sessions: browsers that are signed in to the control panel by a cookie, which no script can read.

A session begins with a link from ``dew panel``, which works once and soon, or with a token that is pasted.
It has that token's rights, and ends with it.
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.auth import LONGEST_SECRET, Caller, cookie_name
from dew.api.limits import Guesses
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.database import sessions, tokens
from dew.database.connect import Tx
from dew.database.sessions import KEPT_DAYS, Session
from dew.database.tokens import Token
from dew.model.errors import Forbidden, Invalid, NotFound, Unauthorized

DAY_SECONDS = 86_400

router = APIRouter()


@router.post("/session/links")
async def make_link(request: Request) -> Response:
    """Make a link for the token that asks: a session would live on for ever by asking for the next one."""
    caller = _caller(request)
    if caller.session is not None:
        raise Forbidden("A session can't make a link: ask for one with `dew panel`.")
    async with parts_of(request).database.write() as tx:
        secret, expires_at = await sessions.make_link(tx, caller.token, datetime.now(UTC))
    link = {"secret": secret, "expires_at": wire.time(expires_at)}
    return answer({"link": link}, 201, {"cache-control": "no-store"})


@router.post("/session")
async def sign_in(request: Request) -> Response:
    body = await fields.read_object(request)
    link, token = (fields.text(body, name, LONGEST_SECRET) for name in ("link", "token"))
    if (link is None) == (token is None):
        raise Invalid("Give a link or a token.")
    guesses: Guesses = request.app.state.guesses
    client = request.client.host if request.client else ""
    guesses.require_few(client)
    try:
        async with parts_of(request).database.write() as tx:
            owner = await _owner(tx, link, token)
            secret, session = await sessions.begin(tx, owner, datetime.now(UTC))
    except Unauthorized:
        guesses.note(client)
        raise
    made = answer({"session": _shape(session)}, 201, {"cache-control": "no-store"})
    return _with_cookie(request, made, secret, KEPT_DAYS * DAY_SECONDS)


@router.get("/session")
async def get_session(request: Request) -> Response:
    return answer({"session": _shape(_own(request))}, headers={"cache-control": "no-store"})


@router.delete("/session")
async def sign_out(request: Request) -> Response:
    async with parts_of(request).database.write() as tx:
        await sessions.end(tx, _own(request).id, datetime.now(UTC))
    return _with_cookie(request, no_content(), "", 0)


@router.get("/sessions")
async def list_sessions(request: Request) -> Response:
    page, own = page_of(request), _caller(request).session
    async with parts_of(request).database.read() as tx:
        found = await sessions.list_all(tx, datetime.now(UTC))
    shown = [_shape(each) | {"current": own is not None and each.id == own.id} for each in cut(found, page)]
    return listing(request, "sessions", shown, page, len(found))


@router.delete("/sessions/{session_id}")
async def revoke_session(request: Request) -> Response:
    async with parts_of(request).database.write() as tx:
        await sessions.end(tx, fields.path_id(request, "session_id"), datetime.now(UTC))
    return no_content()


async def _owner(tx: Tx, link: str | None, token: str | None) -> Token:
    """Return the token that a session is to begin with. Raises Unauthorized."""
    if link is not None:
        return await sessions.take_link(tx, link, datetime.now(UTC))
    found = await tokens.find(tx, token or "")
    if found is None:
        raise Unauthorized("This is no token of this Dew, or it was revoked.")
    return found


def _caller(request: Request) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _own(request: Request) -> Session:
    session = _caller(request).session
    if session is None:
        raise NotFound("There is no session: you came with a token.")
    return session


def _shape(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "token_name": session.token.name,
        "scopes": session.token.scopes,
        "created_at": wire.time(session.created_at),
        "last_used_at": wire.time(session.last_used_at),
        "expires_at": wire.time(session.expires_at),
    }


def _with_cookie(request: Request, response: Response, secret: str, max_age_seconds: int) -> Response:
    name = cookie_name(request)
    response.set_cookie(
        name,
        secret,
        max_age=max_age_seconds,
        path="/",
        secure=name.startswith("__Host-"),
        httponly=True,
        samesite="strict",
    )
    return response
