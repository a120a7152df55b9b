"""Sessions: browsers that are signed in to the control panel by a cookie, which no script can read.

A session begins with a link from ``dew panel``, which works once and soon, or with a token that is pasted.
It has that token's rights, and ends with it.
"""

from datetime import UTC, datetime
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.auth import LONGEST_SECRET, Caller, cookie_name
from dew.api.limits import Guesses
from dew.api.operation import deleted, described, listed
from dew.api.pagination import cut, listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import sessions, tokens
from dew.database.connect import Tx
from dew.database.sessions import KEPT_DAYS, Session
from dew.database.tokens import Token
from dew.model.errors import Forbidden, Invalid, NotFound, Unauthorized

DAY_SECONDS = 86_400

router = Router()


class SignInByLink(TypedDict):
    """The secret of a link that `dew panel` made."""

    link: str


class SignInByToken(TypedDict):
    """A token, as it was shown when it was made."""

    token: str


@router.post("/session/links")
@described({"link": wire.SessionLink}, 201)
async def make_link(request: Request) -> Response:
    """Make a link for the token that asks: a session would live on for ever by asking for the next one."""
    caller = _caller(request)
    if caller.session is not None:
        raise Forbidden("A session can't make a link: ask for one with `dew panel`.")
    async with parts_of(request).database.write() as tx:
        secret, expires_at = await sessions.make_link(tx, caller.token, datetime.now(UTC))
    return answer({"link": wire.session_link(secret, expires_at)}, 201, {"cache-control": "no-store"})


@router.post("/session")
@described({"session": wire.Session}, 201, body=(SignInByLink, SignInByToken))
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
    made = answer({"session": wire.session(session)}, 201, {"cache-control": "no-store"})
    return _with_cookie(request, made, secret, KEPT_DAYS * DAY_SECONDS)


@router.get("/session")
@described({"session": wire.Session})
async def get_session(request: Request) -> Response:
    return answer({"session": wire.session(_own(request))}, headers={"cache-control": "no-store"})


@router.delete("/session")
@deleted()
async def sign_out(request: Request) -> Response:
    async with parts_of(request).database.write() as tx:
        await sessions.end(tx, _own(request).id, datetime.now(UTC))
    return _with_cookie(request, no_content(), "", 0)


@router.get("/sessions")
@listed("sessions", wire.ListedSession)
async def list_sessions(request: Request) -> Response:
    page, own = page_of(request), _caller(request).session
    async with parts_of(request).database.read() as tx:
        found = await sessions.list_all(tx, datetime.now(UTC))
    shown = [wire.listed_session(each, own is not None and each.id == own.id) for each in cut(found, page)]
    return listing(request, "sessions", shown, page, len(found))


@router.delete("/sessions/{session_id}")
@deleted()
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
