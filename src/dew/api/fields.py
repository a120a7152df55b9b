"""Fields: from JSON as clients really send it to values that mean something.

Clients send null for what they leave out, numbers and booleans as strings, and members nobody asked for. All
of that is accepted; what makes no sense raises Invalid with the member's name.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from dew.model.errors import Invalid, NotFound

BODY_TIMEOUT_SECONDS = 30.0  # for a whole body: a client that stalls does not hold a task for ever
LONGEST_NAME = 255
LARGEST_ID_DIGITS = 18  # what fits a database's integer

Body = dict[str, Any]


async def read_object(request: Request) -> Body:
    """Return the request's JSON object; {} when there is no body. Raises HTTPException 400 or 408."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
            raw = await request.body()
    except TimeoutError:
        raise HTTPException(408, "The request did not arrive in time.") from None
    if not raw.strip():
        return {}
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPException(400, "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise HTTPException(400, "The request body must be a JSON object.")
    return body


def text(body: Body, name: str, longest: int = LONGEST_NAME) -> str | None:
    """Return a string, None when it is absent, null or empty. Raises Invalid."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise Invalid(f"{name} must be a string of at most {longest} characters.")
    return value


def label(body: Body, name: str) -> str | None:
    """Return a string that people read: one line of printable characters. Raises Invalid."""
    value = text(body, name)
    if value is None:
        return None
    if not value.strip() or not value.isprintable():
        raise Invalid(f"{name} must be one line of printable characters.")
    return value


def required_label(body: Body, name: str) -> str:
    """Return a label. Raises Invalid when there is none."""
    value = label(body, name)
    if value is None:
        raise Invalid(f"{name.capitalize()} can't be blank.")
    return value


def boolean(body: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """Return a boolean; some clients send it as a string. Raises Invalid."""
    value = body.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower(), value)
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false.")
    return value


def as_id(value: Any) -> int | None:
    """Return an id given as a number or as digits; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value) if not isinstance(value, int) or abs(value) < 10**LARGEST_ID_DIGITS else ""
    fits = digits.isascii() and digits.isdigit() and len(digits) <= LARGEST_ID_DIGITS
    return int(digits) if fits else None


def path_id(request: HTTPConnection, name: str) -> int:
    """Return an id from the path. Raises NotFound when it cannot be one."""
    value = as_id(request.path_params[name])
    if value is None:
        raise NotFound("The resource you were accessing could not be found.")
    return value


def values(body: Body, name: str, most: int) -> list[Any]:
    """Return an array, [] when it is absent or null. Raises Invalid."""
    value = body.get(name)
    if value is None or value == "":
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Invalid(f"{name} must be an array of at most {most} elements.")
    return value
