"""Tokens, without their secrets."""

from dew.api.wire.units import Json, time, time_or_null
from dew.database.tokens import Token


def token(token: Token) -> Json:
    """A token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "created_at": time(token.created_at),
        "last_used_at": time_or_null(token.last_used_at),
    }
