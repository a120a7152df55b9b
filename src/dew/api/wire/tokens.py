"""Tokens, without their secrets."""

from collections.abc import Sequence
from typing import TypedDict

from dew.api.wire.units import Instant, time, time_or_null
from dew.database.tokens import Scope
from dew.database.tokens import Token as TokenModel


class Token(TypedDict):
    """A token without its secret."""

    id: int
    name: str
    scopes: Sequence[Scope]
    created_at: Instant
    last_used_at: Instant | None
    expires_at: Instant | None


class NewToken(Token):
    """A token with its secret, which is shown this once."""

    token: str


def token(token: TokenModel) -> Token:
    """A token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "created_at": time(token.created_at),
        "last_used_at": time_or_null(token.last_used_at),
        "expires_at": time_or_null(token.expires_at),
    }


def new_token(made: TokenModel, secret: str) -> NewToken:
    """A token with its secret."""
    return {**token(made), "token": secret}
