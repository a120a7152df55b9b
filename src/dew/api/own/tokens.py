"""Tokens: who may come in. A secret is shown once, in the answer that makes it."""

from datetime import UTC, datetime, timedelta
from typing import NotRequired, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer, no_content
from dew.api.fields import Body
from dew.api.operation import deleted, described, listed
from dew.api.pagination import listing, page_of
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import tokens
from dew.database.tokens import Scope
from dew.model.errors import Invalid

MAXIMUM_LIFE_SECONDS = 100 * 365 * 86400  # what is longer is never


class TokenWish(TypedDict):
    """What a token is to be; without scopes it may everything, without a time it works for good."""

    name: str
    scopes: NotRequired[list[Scope]]
    expires_in_seconds: NotRequired[int | None]


router = Router(prefix="/tokens")


@router.get("")
@listed("tokens", wire.Token)
async def list_tokens(request: Request) -> Response:
    page = page_of(request)
    async with parts_of(request).database.read() as tx:
        found, total = await tokens.page(tx, page.offset, page.size)
    return listing(request, "tokens", [wire.token(token) for token in found], page, total)


@router.post("")
@described({"token": wire.NewToken}, 201, body=TokenWish)
async def create_token(request: Request) -> Response:
    body = await fields.read_object(request)
    name, scopes, expires_at = fields.required_label(body, "name"), _scopes(body), _expiry(body)
    async with parts_of(request).database.write() as tx:
        secret = await tokens.create(tx, name, scopes, expires_at)
        token = await tokens.find(tx, secret)
    assert token is not None
    return answer({"token": wire.new_token(token, secret)}, 201, {"cache-control": "no-store"})


@router.delete("/{token_id}")
@deleted()
async def revoke_token(request: Request) -> Response:
    """From the next request on it is refused, also when it is the one that asks for this."""
    async with parts_of(request).database.write() as tx:
        await tokens.revoke(tx, fields.path_id(request, "token_id"), datetime.now(UTC))
    return no_content()


def _scopes(body: Body) -> set[Scope]:
    """Return what the token shall allow: everything unless less is asked for. Who may write may read."""
    given = fields.values(body, "scopes", len(Scope))
    if not all(isinstance(scope, str) and scope in set(Scope) for scope in given):
        raise Invalid(f"scopes must be of {', '.join(Scope)}.")
    scopes = {Scope(scope) for scope in given} or set(Scope)
    return scopes | {Scope.READ}


def _expiry(body: Body) -> datetime | None:
    """Return until when the token shall work. Raises Invalid."""
    given = body.get("expires_in_seconds")
    if given is None:
        return None
    seconds = fields.as_id(given)
    if not seconds or seconds > MAXIMUM_LIFE_SECONDS:
        raise Invalid(f"expires_in_seconds must be a number from 1 to {MAXIMUM_LIFE_SECONDS}.")
    return datetime.now(UTC) + timedelta(seconds=seconds)
