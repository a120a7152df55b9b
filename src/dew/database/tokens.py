"""Tokens: what a client shows to be let in. The secret is shown once; only its digest is kept.

The secrets are 256 random bits, so a plain SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from dew.database import events
from dew.database.connect import Tx, insert_row
from dew.database.tables import session_links, sessions, tokens
from dew.model.errors import LimitReached, NotFound

PREFIX = "dop_v1_"  # clients check it: DigitalOcean's personal access tokens begin so
SECRET = re.compile(PREFIX + "[0-9a-f]{64}")
MOST_TOKENS = 1000


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Token:
    """A token that was neither revoked nor has expired, without its secret."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None  # None: never

    def expired(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return self.expires_at is not None and self.expires_at <= now


async def create(tx: Tx, name: str, scopes: Collection[str], expires_at: datetime | None = None) -> str:
    """Make a token and return its secret, which nobody can ever read again. ``scopes``: read, write.

    Raises LimitReached.
    """
    if (await page(tx, 0, 0))[1] >= MOST_TOKENS:
        raise LimitReached(f"{MOST_TOKENS} tokens work already: revoke some.")
    secret = PREFIX + secrets.token_hex(32)
    allowed = sorted({Scope(scope).value for scope in scopes})
    token_id = await insert_row(
        tx,
        tokens,
        name=name,
        digest=digest(secret),
        scopes=allowed,
        created_at=datetime.now(UTC),
        expires_at=expires_at,
    )
    await events.append(tx, "token", "token", token_id, name=name)
    return secret


async def register(tx: Tx, name: str, secret: str) -> bool:
    """Let a secret that was made elsewhere (for the simulator's database, say) work here too.

    Return whether it works now: one that was revoked here does not come back.
    """
    if await tx.scalar(select(tokens.c.id).where(tokens.c.digest == digest(secret))):
        return await known(tx, secret)
    if not SECRET.fullmatch(secret):
        return False
    scopes = [scope.value for scope in Scope]
    await insert_row(
        tx, tokens, name=name, digest=digest(secret), scopes=scopes, created_at=datetime.now(UTC)
    )
    return True


async def known(tx: Tx, secret: str) -> bool:
    """Whether this is the secret of a token that works."""
    return await find(tx, secret) is not None


async def find(tx: Tx, secret: str) -> Token | None:
    """Return the token whose secret this is; None when there is none that works."""
    alive = (tokens.c.digest == digest(secret)) & _works()
    row = (await tx.execute(select(tokens).where(alive))).one_or_none()
    return None if row is None else _token(row)


async def get(tx: Tx, token_id: int) -> Token:
    """Return a token. Raises NotFound, also when it was revoked or has expired."""
    alive = (tokens.c.id == token_id) & _works()
    row = (await tx.execute(select(tokens).where(alive))).one_or_none()
    if row is None:
        raise NotFound("The resource you were accessing could not be found.")
    return _token(row)


async def page(tx: Tx, offset: int, limit: int) -> tuple[Sequence[Token], int]:
    """Return one page of the tokens that work, oldest first, and how many there are in all."""
    query = select(tokens).where(_works()).order_by(tokens.c.id)
    found = [_token(row) for row in await tx.execute(query)]
    return found[offset : offset + limit], len(found)


async def note_use(tx: Tx, token_id: int, now: datetime) -> None:
    """Write down that a token was used; nobody is told."""
    await tx.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=now))


async def revoke(tx: Tx, token_id: int, now: datetime) -> None:
    """End a token for good, and the sessions that began with it. Raises NotFound."""
    token = await get(tx, token_id)
    for begun in (sessions, session_links):
        await tx.execute(delete(begun).where(begun.c.token_id == token.id))
    await tx.execute(update(tokens).where(tokens.c.id == token.id).values(revoked_at=now))
    await events.append(tx, "token", "token", token.id, gone=True)


async def forget(tx: Tx, before: datetime, spared: str, most: int) -> int:
    """Forget up to ``most`` tokens that ended before ``before``; return how many.

    Not the one with the secret ``spared``: who forgot that it was revoked would let it in again.
    """
    ended = (tokens.c.revoked_at < before) | (tokens.c.expires_at < before)
    old = ended & (tokens.c.digest != digest(spared))
    query = select(tokens.c.id).where(old).order_by(tokens.c.id).limit(most)
    done = await tx.execute(delete(tokens).where(tokens.c.id.in_(query)))
    return done.rowcount


def _works() -> ColumnElement[bool]:
    later = tokens.c.expires_at.is_(None) | (tokens.c.expires_at > datetime.now(UTC))
    return tokens.c.revoked_at.is_(None) & later


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Row[Any]) -> Token:
    scopes = tuple(Scope(scope) for scope in row.scopes)
    return Token(row.id, row.name, scopes, row.created_at, row.last_used_at, row.expires_at)
