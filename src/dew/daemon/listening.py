"""Where the API is listened for, and how this machine finds it."""

import socket
import ssl
from typing import Any

import uvicorn

from dew.api.connections import PromptProtocol, PromptWebSocket
from dew.model.errors import Invalid
from dew.streams.consoles import LARGEST_MESSAGE_BYTES

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- and how to reach oneself there
MOST_CONNECTIONS = 10_000  # to the API, idle ones included; leaves most of the files to guests
PING_SECONDS = 20.0  # a viewer that is gone without a word is noticed after twice that
STOP_GRACE_SECONDS = 5.0  # for requests that are being answered when the daemon stops


def uvicorn_config(app: Any, tls: ssl.SSLContext | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        http=PromptProtocol,
        ws=PromptWebSocket,
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # it costs memory and time, and most viewers are on this machine
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="off",
        timeout_graceful_shutdown=int(STOP_GRACE_SECONDS),
        limit_concurrency=MOST_CONNECTIONS,
        ssl_context_factory=(lambda *_: tls) if tls else None,
        server_header=False,
    )


def bracketed(host: str) -> str:
    """Return ``host`` as URLs and Host headers write it."""
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once only where the socket says that it is TCP: else each answer waits 40 ms for
    # the client to acknowledge its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Invalid(
            f"Can't listen on {host}:{port}: {error.strerror}. Set DEW_LISTEN to another."
        ) from error
    listener.listen(512)
    listener.setblocking(False)
    return listener
