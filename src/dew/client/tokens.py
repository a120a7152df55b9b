"""Access tokens."""

from datetime import datetime

import msgspec

from dew.client.requests import Requests


class Token(msgspec.Struct, frozen=True):
    """An access token; ``token`` is there only in the answer that makes it."""

    id: int
    name: str
    scopes: list[str] = []
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None  # None: never
    token: str | None = None


class Tokens(Requests):
    """The access tokens of one Dew."""

    def tokens(self) -> list[Token]:
        """Return the access tokens, without their secrets."""
        return self._list("/dew/v1/tokens", "tokens", Token)

    def create_token(self, name: str, scopes: list[str], expires_in_seconds: int | None = None) -> Token:
        """Make an access token; only this answer holds its secret."""
        wish = {"name": name, "scopes": scopes, "expires_in_seconds": expires_in_seconds}
        return self._one("POST", "/dew/v1/tokens", "token", Token, wish)

    def revoke_token(self, token_id: int) -> None:
        """Make an access token worthless."""
        self._send("DELETE", f"/dew/v1/tokens/{token_id}")
