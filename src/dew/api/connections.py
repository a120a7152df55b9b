"""Connections that say nothing: without a limit they would take every descriptor there is."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

FIRST_REQUEST_SECONDS = 20.0
"""From a connection until its first request's headers are there. A client sends them at once; uvicorn's own
limit (5 s) begins only after an answer."""


class PromptProtocol(H11Protocol):
    """uvicorn's HTTP, for clients that come to the point."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._hanging_up = self.loop.call_later(FIRST_REQUEST_SECONDS, self._hang_up_on_silence)

    def connection_lost(self, exc: Exception | None) -> None:
        self._hanging_up.cancel()
        super().connection_lost(exc)

    def _hang_up_on_silence(self) -> None:
        cycle: Any = self.cycle  # of a request and its answer; None before the first
        if cycle is None:
            self.transport.abort()
