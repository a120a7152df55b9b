"""What comes back, read: values, streams of events, refusals."""

import time
from collections.abc import Iterator, Mapping
from http.client import HTTPResponse
from typing import Any, TypeVar

import msgspec

from dew.client.errors import ApiError, ClientError, Unreachable

T = TypeVar("T")

STREAM_SILENCE_SECONDS = 30.0  # the event stream says something at least every 15 s; longer means it is dead
_TRY_AGAIN = (502, 503, 504)  # what a proxy in front of a restarting server says


def decode(content: bytes | msgspec.Raw, type_: type[T], url: str) -> T:
    """Read JSON as a ``type_``. Raises Unreachable when it is none: then not Dew answers at ``url``."""
    try:
        return msgspec.json.decode(content, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(f"What answers at {url} does not speak as Dew does: {error}.") from error


def has_next(answer: Mapping[str, msgspec.Raw], url: str) -> bool:
    """Whether the answer, a page of a list, says that another one follows."""
    links = decode(answer.get("links", msgspec.Raw(b"{}")), dict[str, Any], url)
    return bool((links.get("pages") or {}).get("next"))


def until(deadline: float) -> float:
    """How long a read of the event stream may take, in seconds."""
    return min(STREAM_SILENCE_SECONDS, max(0.1, deadline - time.monotonic()))


def server_sent(response: HTTPResponse) -> Iterator[tuple[str, str]]:
    """Yield (event, data) of a stream of server-sent events; comments, the heartbeats, as ("", "")."""
    event, data = "", ""
    for line in response:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            event = value
        elif field == "data":
            data += value
        elif not field:
            yield event, data
            event, data = "", ""


def refusal(response: HTTPResponse) -> ApiError:
    """Read an answer that is no success; whatever it holds, the result can be shown."""
    try:
        content: dict[str, Any] = msgspec.json.decode(response.read(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        content = {}
    return ApiError(
        response.status,
        str(content.get("id") or response.reason.lower().replace(" ", "_")),
        str(content.get("message") or f"The server answered {response.status} {response.reason}."),
        str(content.get("request_id") or response.getheader("x-request-id") or ""),
        _retry_after_seconds(response),
    )


def _retry_after_seconds(response: HTTPResponse) -> float | None:
    """How long the server wants us to wait; a date, which Dew never gives, counts as nothing said."""
    said = (response.getheader("retry-after") or "").strip()
    return float(said) if said.isdecimal() and said.isascii() else None


def worth_repeating(error: ClientError) -> bool:
    """Whether the same request may do better; nobody listening at all is not worth a second try."""
    if isinstance(error, ApiError):
        return error.status in _TRY_AGAIN
    return not isinstance(error.__cause__, ConnectionRefusedError | TimeoutError)


def reason(error: Exception) -> str:
    """Why a connection failed, in words that go in brackets."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return words[0].lower() + words[1:]
