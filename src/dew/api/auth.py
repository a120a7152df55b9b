"""Who asks: a bearer token, or the cookie of a session that began with one.

Both are looked up at every request, so that a revoked one fails at once; a token is kept while no token
changes. A browser sends cookies also with what other people's pages ask for, so with a cookie it counts where
a request comes from.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from dew.api import origins
from dew.api.parts import OWN
from dew.database import sessions, tokens
from dew.database.connect import Database, Tx
from dew.database.kept import Kept
from dew.database.sessions import Session
from dew.database.tokens import Scope, Token
from dew.model.errors import DewError, Forbidden, NotFound, Unauthorized

READING = frozenset(("GET", "HEAD", "OPTIONS"))
OF_ONESELF = frozenset((f"{OWN}/session", f"{OWN}/session/links"))  # takes no right to change anything
NOTE_USE_EVERY_SECONDS = 60.0
LONGEST_SECRET = 256  # what is longer is no secret of ours and need not be hashed


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    token: Token
    session: Session | None = None  # None: it showed the token itself


async def still_welcome(tx: Tx, caller: Caller) -> bool:
    """Whether the caller would be let in again: what streams ask from time to time."""
    try:
        await tokens.get(tx, caller.token.id)
        if caller.session is not None:
            await sessions.get(tx, caller.session.id, datetime.now(UTC))
    except NotFound:
        return False
    return True


def cookie_name(connection: HTTPConnection) -> str:
    """Return what our cookie is called. ``__Host-`` has browsers insist on its attributes, under TLS only."""
    secure = connection.scope["scheme"] in ("https", "wss")
    return "__Host-dew-session" if secure else "dew-session"


class Doorman:
    """Lets clients in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tokens: Kept[Token] = Kept(database.changes, tokens.MOST_TOKENS)
        self._noted: dict[tuple[str, int], float] = {}  # when its use was last written down

    async def admit(self, connection: HTTPConnection) -> Caller:
        """Return who asks. Raises Unauthorized, or Forbidden when it may not do what it wants."""
        caller = await self.identify(connection)
        method = connection.scope.get("method", "GET")  # a WebSocket has none
        if caller.session is not None:
            origins.require_own_page(connection, reading=method in READING)
        may_write = Scope.WRITE in caller.token.scopes or connection.scope["path"] in OF_ONESELF
        if method not in READING and not may_write:
            raise Forbidden("You are not authorized to perform this operation")
        await self._note_use(caller)
        return caller

    async def identify(self, connection: HTTPConnection) -> Caller:
        """Return who asks. Raises Unauthorized."""
        found = None
        if "authorization" in connection.headers:
            if secret := _bearer(connection.headers):
                token = await self._token(secret)
                found = Caller(token) if token is not None else None
        elif 0 < len(secret := connection.cookies.get(cookie_name(connection), "")) <= LONGEST_SECRET:
            async with self._database.read() as tx:
                session = await sessions.find(tx, secret, datetime.now(UTC))
            found = Caller(session.token, session) if session is not None else None
        if found is None:
            raise Unauthorized("Unable to authenticate you.")
        return found

    async def _token(self, secret: str) -> Token | None:
        """Return the token whose secret this is, None when there is none that works."""
        digest = tokens.digest(secret)
        known = self._tokens.find(digest)
        if known is not None and not known.expired(datetime.now(UTC)):
            return known
        async with self._database.read() as tx:
            began = self._database.changes.now
            token = await tokens.find(tx, secret)
        if token is not None:
            self._tokens.keep(digest, token, ("tokens",), began)
        return token

    async def _note_use(self, caller: Caller) -> None:
        """Write down that it is in use, once a minute; a full disk is no reason to refuse it."""
        now, session = time.monotonic(), caller.session
        key = ("token", caller.token.id) if session is None else ("session", session.id)
        if now - self._noted.get(key, -NOTE_USE_EVERY_SECONDS) < NOTE_USE_EVERY_SECONDS:
            return
        if len(self._noted) >= 2 * tokens.MOST_TOKENS:  # some were revoked since
            self._noted.clear()
        self._noted[key] = now
        with suppress(DewError):
            async with self._database.write() as tx:
                await tokens.note_use(tx, caller.token.id, datetime.now(UTC))
                if session is not None:
                    await sessions.note_use(tx, session.id, datetime.now(UTC))


def _bearer(headers: Mapping[str, str]) -> str:
    """Return the secret of a bearer token, "" where there is none that could be ours."""
    scheme, _, secret = headers["authorization"].partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and len(secret) <= LONGEST_SECRET else ""
