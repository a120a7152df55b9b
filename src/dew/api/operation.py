"""What a route takes and what it gives, said beside it: describe.py writes the OpenAPI document from that.

A Shape is a type that msgspec can describe (a TypedDict of wire/, ``int`` …), a mapping from members to such
types, or a tuple of Shapes of which it is one. Nothing here looks at a request or an answer: handlers do
the one, msgspec encodes the other, and the tests hold every answer to what is said here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from dew.api.pagination import PAGING, Links, Total

Shape = Any
Types = Mapping[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., Any])

JSON = "application/json"
BINARY = "application/octet-stream"
Bytes = Annotated[str, Meta(extra_json_schema={"format": "binary"})]
_NOTE = "operation"


@dataclass(frozen=True)
class Operation:
    """One route; of its parameters those are required whose type is ``Required``, and all in the path."""

    answer: Shape  # None: it answers with nothing
    statuses: tuple[int, ...]
    body: Shape  # None: it reads none
    query: Types
    headers: Types
    path: Types  # where a name in the path is not that of a number ending in _id, or of a string
    media_type: str  # of the answer
    body_media_type: str


def described(
    answer: Shape = None,
    *statuses: int,
    body: Shape = None,
    query: Types | None = None,
    headers: Types | None = None,
    path: Types | None = None,
    media_type: str = JSON,
    body_media_type: str = JSON,
) -> Callable[[Handler], Handler]:
    """Note on a handler what its route takes and gives: in ``answer`` on success, by 200 unless said."""
    found = Operation(
        answer, statuses or (200,), body, query or {}, headers or {}, path or {}, media_type, body_media_type
    )

    def note(handler: Handler) -> Handler:
        setattr(handler, _NOTE, found)
        return handler

    return note


def deleted(*, query: Types | None = None, path: Types | None = None) -> Callable[[Handler], Handler]:
    """Note that a route answers a DELETE with nothing."""
    return described(None, 204, query=query, path=path)


def listed(
    name: str, element: Any, *, query: Types | None = None, path: Types | None = None
) -> Callable[[Handler], Handler]:
    """Note that a route gives a list in pages: what ``pagination.listing`` answers."""
    answer = {name: list[element], "links": Links, "meta": Total}
    return described(answer, query={**(query or {}), **PAGING}, path=path)


def operation_of(handler: Callable[..., Any]) -> Operation | None:
    """Return what was noted on a handler."""
    return getattr(handler, _NOTE, None)
