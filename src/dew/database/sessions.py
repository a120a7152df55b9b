"""Sessions: browsers that are signed in to the control panel, each with the rights of one token.

``dew panel`` makes a link, whose secret is exchanged for a session once. Of both secrets only a digest is
kept: as with tokens, they are too long to be guessed.
"""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, update

from dew.database import events, tokens
from dew.database.connect import Tx, insert_row
from dew.database.tables import session_links, sessions
from dew.database.tokens import Token
from dew.model.errors import LimitReached, NotFound, Unauthorized

KEPT_DAYS = 30  # however much it is used: a stolen cookie does not work for ever
KEPT_UNUSED_DAYS = 7  # a browser that nobody uses any more need not stay signed in
MOST_SESSIONS = 20  # of one token; then the one that was not used for longest makes room
LINK_SECONDS = 60.0  # a browser opens at once
MOST_LINKS = 20  # of one token, waiting


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    id: int
    token: Token
    created_at: datetime
    last_used_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When it ends unless it is used again; past its last day, or its token's, not even then."""
        unused_until = self.last_used_at + timedelta(days=KEPT_UNUSED_DAYS)
        last = self.created_at + timedelta(days=KEPT_DAYS)
        return min(unused_until, last, self.token.expires_at or last)


async def make_link(tx: Tx, token: Token, now: datetime) -> tuple[str, datetime]:
    """Return a link's secret and when it stops working. Raises LimitReached."""
    await tx.execute(delete(session_links).where(session_links.c.expires_at <= now))
    waiting = select(session_links.c.digest).where(session_links.c.token_id == token.id)
    if len((await tx.execute(waiting)).all()) >= MOST_LINKS:
        raise LimitReached(f"{MOST_LINKS} links wait to be opened already: open one, or wait a minute.")
    secret, expires_at = secrets.token_urlsafe(32), now + timedelta(seconds=LINK_SECONDS)
    values = {"digest": _digest(secret), "token_id": token.id, "expires_at": expires_at}
    await tx.execute(session_links.insert().values(**values))
    return secret, expires_at


async def take_link(tx: Tx, secret: str, now: datetime) -> Token:
    """Use a link up; return the token that it was made with. Raises Unauthorized."""
    link = (session_links.c.digest == _digest(secret)) & (session_links.c.expires_at > now)
    token_id = await tx.scalar(delete(session_links).where(link).returning(session_links.c.token_id))
    if token_id is not None:
        with suppress(NotFound):
            return await tokens.get(tx, token_id)
    raise Unauthorized("This link does not work any more: ask for another one with `dew panel`.")


async def begin(tx: Tx, token: Token, now: datetime) -> tuple[str, Session]:
    """Sign a browser in; return the secret for its cookie, and the session."""
    await tx.execute(delete(sessions).where(~_alive(now)))
    for excess in (await list_all(tx, now, token.id))[MOST_SESSIONS - 1 :]:
        await _remove(tx, excess.id)
    secret = secrets.token_urlsafe(32)
    values = {"digest": _digest(secret), "token_id": token.id, "created_at": now, "last_used_at": now}
    session_id = await insert_row(tx, sessions, **values)
    await events.append(tx, "session", "session", session_id)
    return secret, Session(session_id, token, now, now)


async def find(tx: Tx, secret: str, now: datetime) -> Session | None:
    """Return the session whose secret this is; None when there is none or it has ended."""
    return await _first(tx, (sessions.c.digest == _digest(secret)) & _alive(now))


async def get(tx: Tx, session_id: int, now: datetime) -> Session:
    """Return a session. Raises NotFound, also when it has ended."""
    found = await _first(tx, (sessions.c.id == session_id) & _alive(now))
    if found is None:
        raise NotFound("The resource you were accessing could not be found.")
    return found


async def list_all(tx: Tx, now: datetime, token_id: int | None = None) -> Sequence[Session]:
    """Return the sessions, all or one token's, the one used last first."""
    query = select(sessions).where(_alive(now)).order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc())
    if token_id is not None:
        query = query.where(sessions.c.token_id == token_id)
    working = {token.id: token for token in (await tokens.page(tx, 0, tokens.MOST_TOKENS))[0]}
    rows = (await tx.execute(query)).all()
    return [_session(row, working[row.token_id]) for row in rows if row.token_id in working]


async def note_use(tx: Tx, session_id: int, now: datetime) -> None:
    """Write down that a session was used; nobody is told."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(last_used_at=now))


async def end(tx: Tx, session_id: int, now: datetime) -> None:
    """Sign a browser out. Raises NotFound."""
    await _remove(tx, (await get(tx, session_id, now)).id)


async def _remove(tx: Tx, session_id: int) -> None:
    await tx.execute(delete(sessions).where(sessions.c.id == session_id))
    await events.append(tx, "session", "session", session_id, gone=True)


def _alive(now: datetime) -> ColumnElement[bool]:
    young = sessions.c.created_at > now - timedelta(days=KEPT_DAYS)
    return young & (sessions.c.last_used_at > now - timedelta(days=KEPT_UNUSED_DAYS))


async def _first(tx: Tx, which: ColumnElement[bool]) -> Session | None:
    """Return a session, None where there is none or its token does not work any more."""
    row = (await tx.execute(select(sessions).where(which))).one_or_none()
    with suppress(NotFound):
        return None if row is None else _session(row, await tokens.get(tx, row.token_id))
    return None


def _session(row: Row[Any], token: Token) -> Session:
    return Session(row.id, token, row.created_at, row.last_used_at)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
