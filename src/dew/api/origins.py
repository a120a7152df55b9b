"""Origins: which page a browser's request comes from.

SameSite=Strict keeps the pages of other sites from using our cookie. But another port of the same machine
is the same site, and a Droplet's web server may be there: only the origin tells it from us.
"""

from starlette.requests import HTTPConnection

from dew.model.errors import Forbidden

SCHEMES = {"ws": "http", "wss": "https"}  # a WebSocket's page was loaded by the other


def require_own_page(connection: HTTPConnection, *, reading: bool) -> None:
    """Raise Forbidden unless one of our own pages asks.

    To look around also the user may, from the address bar; a WebSocket looks and does, so it counts as doing.
    """
    reading = reading and connection.scope["type"] == "http"
    if not _is_own(connection, unless_told=reading, addressed=reading):
        raise Forbidden("Only a page of this Dew may use its session: scripts elsewhere need a token.")


def require_no_other_page(connection: HTTPConnection) -> None:
    """Raise Forbidden if a page of somebody else's asks; programs that are no browsers say nothing."""
    if not _is_own(connection, unless_told=True, addressed=False):
        raise Forbidden("Another page can't sign anybody in here: open Dew's own.")


def own_origin(connection: HTTPConnection) -> str:
    """Return scheme, host and port by which the client called us."""
    scheme = connection.scope["scheme"]
    return f"{SCHEMES.get(scheme, scheme)}://{connection.headers.get('host', '')}".lower()


def _is_own(connection: HTTPConnection, *, unless_told: bool, addressed: bool) -> bool:
    """Whether our own page asks. ``unless_told``: what tells nothing counts; ``addressed``: the user does."""
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site")
    if origin is not None and origin.lower() != own_origin(connection):
        return False
    if site is not None and site != "same-origin":
        return addressed and site == "none"
    return unless_told or origin is not None or site is not None
