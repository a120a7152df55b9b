"""The one table from what went wrong to what a client is told; and the one place that logs it."""

import math

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from dew.api.answers import refusal
from dew.api.limits import TooFast
from dew.model.errors import (
    Broken,
    Busy,
    Conflict,
    Damaged,
    DewError,
    Forbidden,
    Invalid,
    LimitReached,
    NotFound,
    NotOffered,
    StepFailed,
    Transient,
    Unauthorized,
)

log = structlog.get_logger()

TABLE: tuple[tuple[type[DewError], int, str], ...] = (
    (Invalid, 422, "unprocessable_entity"),
    (NotFound, 404, "not_found"),
    (Busy, 422, "unprocessable_entity"),
    (Damaged, 422, "unprocessable_entity"),
    (Conflict, 409, "conflict"),
    (Unauthorized, 401, "unauthorized"),
    (Forbidden, 403, "forbidden"),
    (LimitReached, 429, "too_many_requests"),
    (NotOffered, 501, "not_implemented"),
    (StepFailed, 422, "unprocessable_entity"),  # not 5xx: clients would try again for minutes
    (Transient, 503, "service_unavailable"),
)
HTTP_IDS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "payload_too_large",
}
HTTP_MESSAGES = {
    404: "The resource you were accessing could not be found.",
    405: "This method is not allowed for the resource you were accessing.",
}
RETRY_AFTER_SECONDS = 1  # after a moment's trouble


def answer_for(error: Exception, request_id: str) -> Response:
    """Return DigitalOcean's answer to an error; log it if it is ours and not the caller's."""
    if isinstance(error, HTTPException):
        return _for_http(error, request_id)
    if isinstance(error, ClientDisconnect):  # nobody hears the answer: it is for our counts
        return refusal(400, HTTP_IDS[400], "The request broke off.", request_id)
    for kind, status, id_ in TABLE:
        if isinstance(error, kind):
            return refusal(status, id_, str(error), request_id, _headers(error))
    log.error("request failed", request_id=request_id, broken=isinstance(error, Broken), exc_info=error)
    return refusal(500, "server_error", "Unexpected server-side error", request_id)


def status_of(error: DewError) -> int:
    """Return the status of the answer to an error."""
    return next((status for kind, status, _ in TABLE if isinstance(error, kind)), 500)


def _for_http(error: HTTPException, request_id: str) -> Response:
    message = HTTP_MESSAGES.get(error.status_code, error.detail)
    id_ = HTTP_IDS.get(error.status_code, "bad_request")
    return refusal(error.status_code, id_, message, request_id, error.headers)


def _headers(error: DewError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, TooFast):
        wait = error.retry_after_seconds
        return {} if wait is None else {"retry-after": str(math.ceil(wait))}
    return {"retry-after": str(RETRY_AFTER_SECONDS)} if isinstance(error, Transient) else {}
