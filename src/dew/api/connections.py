"""Connections that say nothing, or take nothing: without limits they would hold every descriptor there is."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FIRST_REQUEST_SECONDS = 20.0
"""From a connection until its first request's headers are there. A client sends them at once; uvicorn's own
limit (5 s) begins only after an answer."""

GOODBYE_SECONDS = 0.5
"""From our closing a connection until it is gone. Over TLS a close waits for the other side's goodbye, which
a client that keeps its connection for later does not send: it would hold up our end."""

FAREWELL_SECONDS = 5.0
"""From the end of a WebSocket until its last words must be gone: a client that takes none would stay."""


class PromptProtocol(H11Protocol):
    """uvicorn's HTTP, for clients that come to the point."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._hanging_up = self.loop.call_later(FIRST_REQUEST_SECONDS, self._hang_up_on_silence)

    def connection_lost(self, exc: Exception | None) -> None:
        self._hanging_up.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._hanging_up.cancel()  # the connection is another protocol's from here on
        super().handle_websocket_upgrade(event)

    def shutdown(self) -> None:
        super().shutdown()
        self._part()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._part()

    def _part(self) -> None:
        if self.transport.is_closing():
            self.loop.call_later(GOODBYE_SECONDS, self.transport.abort)

    def _hang_up_on_silence(self) -> None:
        cycle: Any = self.cycle  # of a request and its answer; None before the first
        if cycle is None:
            self.transport.abort()


class PromptWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, which end."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # by a refusal; uvicorn would log that there was no answer

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)
