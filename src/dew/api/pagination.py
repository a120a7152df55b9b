"""Pages: DigitalOcean's ``page`` and ``per_page``, ``links`` and ``meta``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from starlette.requests import Request
from starlette.responses import Response

from dew.api.answers import answer
from dew.model.errors import Invalid

DEFAULT_SIZE = 20
LARGEST_SIZE = 200
LAST_PAGE = 10**9  # keeps the offset within what a database can count
PAGING = {"page": int, "per_page": int}


class Pages(TypedDict, total=False):
    """The addresses of other pages; one that does not exist is not there."""

    first: str
    prev: str
    next: str
    last: str


class Links(TypedDict, total=False):
    """Where the other pages are; empty when this is all."""

    pages: Pages


class Total(TypedDict):
    """How many elements there are on all pages."""

    total: int


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted; ``number`` counts from 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many items come before it."""
        return (self.number - 1) * self.size


def page_of(request: Request) -> Page:
    """Return the page that a request asks for. Raises Invalid when it is not a number.

    Numbers out of range are moved into it, as some clients ask for page 0 or for 500 a page.
    """
    number = _number(request, "page", 1, LAST_PAGE)
    return Page(number, _number(request, "per_page", DEFAULT_SIZE, LARGEST_SIZE))


def _number(request: Request, name: str, default: int, largest: int) -> int:
    given = request.query_params.get(name, "").strip()
    if not given:
        return default
    sign = given.removeprefix("-")
    if not (sign.isascii() and sign.isdigit()):
        raise Invalid(f"{name} must be a number.")
    return 1 if given.startswith("-") else min(max(int(given[:12]), 1), largest)


def listing(request: Request, name: str, items: Sequence[Any], page: Page, total: int) -> Response:
    """Return the answer with one page of a list."""
    return answer({name: items, "links": links(request, page, total), "meta": {"total": total}})


def cut(items: Sequence[Any], page: Page) -> Sequence[Any]:
    """Return one page of a list that is in memory anyway."""
    return items[page.offset : page.offset + page.size]


def links(request: Request, page: Page, total: int) -> Links:
    """Return the links to the other pages; {} when there are none.

    Built from the request's own scheme, host and filters: clients follow them, with the token.
    """
    last = max(-(-total // page.size), 1)
    targets: dict[str, int] = {}
    if page.number > 1:
        targets |= {"first": 1, "prev": min(page.number - 1, last)}
    if page.number < last:
        targets |= {"next": page.number + 1, "last": last}
    pages = {rel: str(request.url.include_query_params(page=number)) for rel, number in targets.items()}
    return {"pages": cast(Pages, pages)} if pages else {}
