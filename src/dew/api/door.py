"""The door: what every request passes first, whatever it asks for, and every answer last.

A request gets its id here, and its Host header is held against the names this machine goes by. Without
that, any web page could have its own name point to 127.0.0.1 and talk to Dew through the browser of whoever
opens it (DNS rebinding).
"""

import time
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dew.api.answers import refusal

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")

Observe = Callable[[str, str, int, float], None]
"""Told of each request: method, route, status, seconds."""


class Door:
    """Outermost ASGI layer."""

    def __init__(
        self, app: ASGIApp, *, allowed_hosts: tuple[str, ...], observe: Observe, any_address: bool = False
    ) -> None:
        """With ``any_address``, an address is let pass too: nobody can have one point elsewhere."""
        self._app = app
        self._any_address = any_address
        self._hosts = frozenset(name.lower() for name in OWN_NAMES + allowed_hosts)
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state |= {"request_id": str(uuid.uuid4()), "headers": {}, "began": time.perf_counter()}
        await self._admit(scope, receive, self._labelled(scope, send))

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = _host(scope)
        if host in self._hosts or (self._any_address and _is_address(host)):
            await self._app(scope, receive, send)
            return
        message = "This Dew does not go by that name: add it to allowed_hosts in its configuration."
        answer = refusal(403, "forbidden", message, scope["state"]["request_id"])
        await answer(scope, receive, send)

    def _labelled(self, scope: Scope, send: Send) -> Send:
        """Return ``send`` with our headers; time counts until the answer begins, as streams do not end."""
        state = scope["state"]

        async def send_labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - state["began"]
                self._observe(scope["method"], _route(scope), message["status"], seconds)
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = state["request_id"]
                headers["x-content-type-options"] = "nosniff"
                headers.update(state["headers"])
            await send(message)

        return send_labelled


def _host(scope: Scope) -> str:
    """Return the Host header without its port."""
    host = Headers(scope=scope).get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _route(scope: Scope) -> str:
    """Return the pattern that the path matched, never the path: there are few patterns and many paths."""
    return getattr(scope.get("route"), "path", "none")
