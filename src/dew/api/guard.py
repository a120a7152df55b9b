"""The guard: between the door and the routes. Tokens, limits, bounded bodies; and errors become answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dew.api import origins
from dew.api.auth import Caller, Doorman
from dew.api.errors import answer_for
from dew.api.limits import Limits
from dew.api.parts import DIGITALOCEAN, OAUTH, OWN, ApiParts
from dew.model.errors import Transient

UPLOADS = f"{OWN}/uploads"
SIGN_IN = ("POST", f"{OWN}/session")
PREFIXES = (DIGITALOCEAN, OWN, OAUTH)
DESCRIPTION = f"{OWN}/openapi.json"  # needs none either: description.py says why
MOST_OWN_REQUESTS = 1200
"""Of one session of the panel, or of the dew command with one token, in a minute, to what is DigitalOcean's.
Its limits are there for programs that will meet them at DigitalOcean; what is ours only must not run wild."""
OWN_COMMAND = "dew"  # as dew.client calls itself
LIST_OF_KEYS = ("GET", f"{DIGITALOCEAN}/account/keys")  # has a limit of its own, as DigitalOcean's has
STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
TOO_LARGE = "The request body is too large."


class Guard:
    """ASGI layer around the routes. What is none of /v2, /dew/v1 and /v1 needs no token."""

    def __init__(self, app: ASGIApp, *, parts: ApiParts) -> None:
        settings = parts.settings
        self._app = app
        self._doorman = Doorman(parts.database)
        self._limits = Limits(settings.requests_per_hour, settings.requests_per_minute)
        key_lists = settings.key_lists_per_minute if settings.requests_per_minute else None
        self._key_lists = Limits(None, key_lists)
        self._own_limits = Limits(None, MOST_OWN_REQUESTS)
        self._max_body_bytes = settings.max_body_bytes
        self._max_requests = settings.max_requests
        self._requests = 0  # being answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] in STARTS
            await send(message)

        try:
            with self._counted():
                await self._admit(scope)
                await self._app(_looked_at(scope), self._bounded(scope, receive), note_start)
        except Exception as error:
            answer = answer_for(error, scope["state"]["request_id"])
            if started:
                raise  # half an answer is out: all that is left is to break the connection
            await answer(scope, receive, send)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Answer no more at once than can be answered well. Raises Transient."""
        if self._requests >= self._max_requests:
            raise Transient(f"{self._requests} requests are being answered already: try again in a moment.")
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    async def _admit(self, scope: Scope) -> None:
        _forgive_slashes(scope)
        if scope["path"] == DESCRIPTION or not any(_within(scope["path"], prefix) for prefix in PREFIXES):
            return
        state = scope["state"]
        if (scope.get("method"), scope["path"]) == SIGN_IN:
            origins.require_no_other_page(HTTPConnection(scope))
            return
        limited = _within(scope["path"], DIGITALOCEAN)
        if limited:
            state["headers"] = self._limits.headers(None)
        state["caller"] = caller = await self._doorman.admit(HTTPConnection(scope))
        state["token"] = caller.token
        if limited:
            self._count(caller, scope)

    def _count(self, caller: Caller, scope: Scope) -> None:
        """Hold a request to its client's limits. Raises TooFast."""
        state = scope["state"]
        if caller.session is not None:
            state["headers"] = self._own_limits.admit(("session", caller.session.id))
            return
        if Headers(scope=scope).get("user-agent") == OWN_COMMAND:
            state["headers"] = self._own_limits.admit(("command", caller.token.id))
            return
        state["headers"] = self._limits.headers(caller.token.id)
        if (scope["method"], scope["path"]) == LIST_OF_KEYS:
            self._key_lists.admit(caller.token.id)
        state["headers"] = self._limits.admit(caller.token.id)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Return ``receive`` with a bound on what it brings. Raises HTTPException 413.

        An upload has a bound of its own, the size that it was announced with, and is never held in memory.
        """
        if scope["type"] == "websocket":
            return receive  # bounded by the message
        if scope["method"] == "PATCH" and _within(scope["path"], UPLOADS):
            return receive
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or len(declared) > 18 or int(declared) > self._max_body_bytes:
            raise HTTPException(413, TOO_LARGE)
        received_bytes = 0

        async def receive_bounded() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._max_body_bytes:
                raise HTTPException(413, TOO_LARGE)
            return message

        return receive_bounded


def _within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _forgive_slashes(scope: Scope) -> None:
    """Some clients end every path with a slash, or begin it with two, where we were named to them with one.

    A redirect would make others lose their body.
    """
    if len(scope["path"]) > 1 and (scope["path"].endswith("/") or scope["path"].startswith("//")):
        scope["path"] = "/" + scope["path"].strip("/")
        scope["raw_path"] = scope["path"].encode()


def _looked_at(scope: Scope) -> Scope:
    """Return the request, HEAD as GET where it is DigitalOcean's: the server leaves out the bytes."""
    if scope.get("method") == "HEAD" and _within(scope["path"], DIGITALOCEAN):
        return {**scope, "method": "GET"}
    return scope
