"""Who asks: bearer tokens, read from the database at every request, so that a revoked one fails at once."""

import time
from contextlib import suppress
from datetime import UTC, datetime

from starlette.datastructures import Headers

from dew.database import tokens
from dew.database.connect import Database
from dew.database.tokens import Scope, Token
from dew.model.errors import DewError, Forbidden, Unauthorized

READING = frozenset(("GET", "HEAD", "OPTIONS"))
NOTE_USE_EVERY_SECONDS = 60.0
LONGEST_SECRET = 256  # what is longer is no token of ours and need not be hashed


class Doorman:
    """Lets clients in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[int, float] = {}  # token id: when its use was last written down

    async def admit(self, headers: Headers, method: str) -> Token:
        """Return the client's token. Raises Unauthorized, or Forbidden when it may not do ``method``."""
        token = await self.identify(headers)
        if method not in READING and Scope.WRITE not in token.scopes:
            raise Forbidden("You are not authorized to perform this operation")
        await self._note_use(token)
        return token

    async def identify(self, headers: Headers) -> Token:
        """Return the client's token. Raises Unauthorized."""
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() == "bearer" and 0 < len(secret) <= LONGEST_SECRET:
            async with self._database.read() as tx:
                token = await tokens.find(tx, secret)
            if token is not None:
                return token
        raise Unauthorized("Unable to authenticate you.")

    async def _note_use(self, token: Token) -> None:
        """Write down that the token is in use, once a minute; a full disk is no reason to refuse it."""
        now = time.monotonic()
        if now - self._noted.get(token.id, -NOTE_USE_EVERY_SECONDS) < NOTE_USE_EVERY_SECONDS:
            return
        if len(self._noted) >= tokens.MOST_TOKENS:  # some were revoked since
            self._noted.clear()
        self._noted[token.id] = now
        with suppress(DewError):
            async with self._database.write() as tx:
                await tokens.note_use(tx, token.id, datetime.now(UTC))
