"""Answers: JSON bytes, and DigitalOcean's shape for what went wrong."""

from collections.abc import Mapping
from typing import Any, TypedDict

import msgspec
from starlette.responses import Response

_encoder = msgspec.json.Encoder()


class Error(TypedDict):
    """Why a request was refused, in a sentence that says what to do."""

    id: str
    message: str
    request_id: str


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``content`` as JSON."""
    return Response(_encoder.encode(content), status, headers, "application/json")


def no_content() -> Response:
    """Return DigitalOcean's answer to a DELETE."""
    return Response(status_code=204)


def refusal(
    status: int, id_: str, message: str, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return DigitalOcean's error body; clients read all three members."""
    error: Error = {"id": id_, "message": message, "request_id": request_id}
    return answer(error, status, headers)
