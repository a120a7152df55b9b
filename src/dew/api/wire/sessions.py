"""Sessions of the control panel, and the links that begin one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.database import sessions
from dew.database.tokens import Scope


class Session(TypedDict):
    """A browser that is signed in to the control panel."""

    id: int
    token_name: str
    scopes: Sequence[Scope]
    created_at: Instant
    last_used_at: Instant
    expires_at: Instant


class ListedSession(Session):
    """One of all sessions."""

    current: Annotated[bool, Meta(description="it is the one that asks")]


class SessionLink(TypedDict):
    """What begins a session, once."""

    secret: str
    expires_at: Instant


def session(session: sessions.Session) -> Session:
    """A session, without its secret."""
    return {
        "id": session.id,
        "token_name": session.token.name,
        "scopes": session.token.scopes,
        "created_at": time(session.created_at),
        "last_used_at": time(session.last_used_at),
        "expires_at": time(session.expires_at),
    }


def session_link(secret: str, expires_at: datetime) -> SessionLink:
    """A link, with its secret: this is the only time that it is shown."""
    return {"secret": secret, "expires_at": time(expires_at)}


def listed_session(row: sessions.Session, current: bool) -> ListedSession:
    """A session among others."""
    return {**session(row), "current": current}
