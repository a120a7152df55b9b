"""Fetching a file by its URL: streamed, checked, bounded, gone on with after a break.

    resolve ─► connect to what was checked ─► redirect? again, at most MAX_REDIRECTS times
       ▲                                          │
       └── the connection broke: from the last ◄──┴──► bytes into TARGET.part ─► checksum ─► TARGET
           byte on, if the server can

A server is a stranger: it may lie about lengths, never stop, hardly send, send other bytes than before, or
lead somewhere it should not (address_policy.py). What has the target's name is whole and was verified.
"""

import asyncio
import contextlib
import errno
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from dew.images.address_policy import AddressPolicy
from dew.images.checksum import Checksum
from dew.images.partial import PIECE_BYTES, PartialFile
from dew.images.redirects import Patience, Route, connection_errors
from dew.model.errors import NoSpace, StepFailed, Transient

__all__ = ["AddressPolicy", "Checksum", "Patience", "Report", "fetch"]

Report = Callable[[int, int | None], None]

CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)

TRY_AGAIN = frozenset({408, 416, 425, 429})
"""Statuses below 500 that another try may change; 416 because it then begins at the beginning."""

DEFAULT_PATIENCE = Patience()

FRUIT_BYTES = 2**20
"""What a try must bring to be counted as one: a server that breaks off at once would keep us for ever."""


async def fetch(
    url: str,
    target: Path,
    *,
    policy: AddressPolicy,
    limit_bytes: int,
    room_bytes: int,
    checksum: Checksum | None,
    report: Report,
    patience: Patience = DEFAULT_PATIENCE,
) -> None:
    """Have the file at ``url`` at ``target``, whole and verified, or raise and leave the target alone.

    What came so far stays in ``target``.part and is gone on with by the next call for the same URL, also
    after a restart, where the server names its file's version. ``limit_bytes`` bounds the file,
    ``room_bytes`` what may be added to the disk. ``report`` is told the bytes so far and, if known, of how
    many. Raises Invalid (an address that is refused), StepFailed (the checksum, the size, the server's no),
    NoSpace, Transient (the connection broke again and again).
    """
    parsed = policy.check_url(url)
    with _disk_errors(url):
        part = await asyncio.to_thread(PartialFile, target, url, checksum.algorithm if checksum else None)
        try:
            trust = await asyncio.to_thread(httpx2.create_ssl_context)
            route = Route(policy, patience, trust, may_lose_encryption=checksum is not None)
            bounds = Bounds(limit_bytes, part.length + room_bytes)
            await Download(parsed, part, route, bounds, checksum, report).run()
            await asyncio.to_thread(part.publish)
        finally:
            await asyncio.shield(asyncio.to_thread(part.close))


@dataclass(frozen=True)
class Bounds:
    """How long a file may be, and how long it can be with the room that there is."""

    limit_bytes: int
    room_bytes: int


class Download:
    """One file's way into a PartialFile."""

    def __init__(
        self,
        url: httpx2.URL,
        part: PartialFile,
        route: Route,
        bounds: Bounds,
        checksum: Checksum | None,
        report: Report,
    ) -> None:
        self._url = url
        self._part = part
        self._route = route
        self._patience = route.patience
        self._bounds = bounds
        self._checksum = checksum
        self._report = report

    async def run(self) -> None:
        """Bring all bytes and verify them."""
        fruitless, best = 0, self._part.length
        while not self._is_verified():
            try:
                await self._receive()
                break
            except Transient:
                fruitless = 0 if self._part.length >= best + FRUIT_BYTES else fruitless + 1
                best = max(best, self._part.length)
                if fruitless >= self._patience.fruitless_tries:
                    raise
            await asyncio.sleep(self._patience.pause_seconds * 2**fruitless)
        await self._require_checksum()

    def _is_verified(self) -> bool:
        return self._checksum is not None and self._checksum.hex == self._part.hex

    async def _require_checksum(self) -> None:
        if self._checksum is None or self._is_verified():
            return
        found = f"{self._checksum.algorithm}:{self._part.hex}"
        await asyncio.to_thread(self._part.remove)
        raise StepFailed(
            f"What {self._url} gave is not what was published: it has {found}, not {self._checksum}. "
            "Nothing of it was kept; try again later, or with another source."
        )

    async def _receive(self) -> None:
        """Take bytes until the server says that it was all."""
        async with self._route.follow(self._url, self._range()) as response:
            await self._require_good_status(response)
            total = await self._settle(response)
            self._require_an_end(response, total)
            self._refuse_too_large(total or 0)
            self._report(self._part.length, total)
            pieces = response.aiter_raw(PIECE_BYTES)
            while piece := await self._next_piece(pieces):
                self._refuse_too_large(self._part.length + len(piece))
                await asyncio.to_thread(self._part.add, piece)
                self._report(self._part.length, total)
        if total is not None and self._part.length != total:
            raise Transient(f"{self._url.host} gave {self._part.length} bytes of {total}.")

    def _range(self) -> dict[str, str]:
        if not self._part.length or not self._part.validator:
            return {}
        return {"Range": f"bytes={self._part.length}-", "If-Range": self._part.validator}

    async def _require_good_status(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status == 416:  # the version we have a part of is not there any more
            await asyncio.to_thread(self._part.start_over, "")
        if status in TRY_AGAIN or status >= 500:
            raise Transient(f"{self._url.host} answered {status} {response.reason_phrase}.")
        if status not in (200, 206):
            raise StepFailed(f"{self._url} can't be had: {status} {response.reason_phrase}.")

    async def _settle(self, response: httpx2.Response) -> int | None:
        """Have the partial file fit what is about to come; return the whole file's length, if known."""
        if response.status_code == 200:
            await asyncio.to_thread(self._part.start_over, _validator(response))
            length = response.headers.get("content-length")
            return None if length is None else int(length)
        given = CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        same = self._range() and _validator(response) in ("", self._part.validator)
        if not given or not same or int(given[1]) != self._part.length:
            await asyncio.to_thread(self._part.start_over, "")
            raise Transient(f"{self._url.host} gave another part of the file than it was asked for.")
        return None if given[2] == "*" else int(given[2])

    def _require_an_end(self, response: httpx2.Response, total: int | None) -> None:
        chunked = "chunked" in response.headers.get("transfer-encoding", "")
        if total is None and not chunked and self._checksum is None:
            raise StepFailed(
                f"{self._url.host} does not say how long the file is, so a broken connection would look like "
                "its end. Give its checksum, or take it from elsewhere."
            )

    def _refuse_too_large(self, length: int) -> None:
        if length > self._bounds.limit_bytes:
            raise StepFailed(
                f"{self._url} is larger than the {self._bounds.limit_bytes} bytes that it may have."
            )
        if length > self._bounds.room_bytes:
            raise NoSpace(
                f"{self._url} has at least {length >> 20} MiB, and there is room for "
                f"{self._bounds.room_bytes >> 20} MiB beyond the reserve. Make room and try again."
            )

    async def _next_piece(self, pieces: AsyncIterator[bytes]) -> bytes:
        """Return the next PIECE_BYTES, fewer at the end, none after it. Raises Transient if they are late."""
        with connection_errors(self._url):
            async with asyncio.timeout(self._patience.piece_seconds):
                return await anext(pieces, b"")


def _validator(response: httpx2.Response) -> str:
    """Return what names this version of the file in an If-Range header; "" if nothing does for sure."""
    etag = str(response.headers.get("etag", ""))
    if etag:
        return "" if etag.startswith("W/") else etag
    return str(response.headers.get("last-modified", ""))


@contextlib.contextmanager
def _disk_errors(url: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(
                f"The disk is full: {url} could not be fetched. Make room and try again."
            ) from error
        raise StepFailed(f"What {url} gives could not be written: {error}.") from error
