"""Droplets as clients see them: from the database, or from what is kept of it where that is still true."""

from collections.abc import Collection, Sequence
from datetime import datetime

from starlette.requests import Request

from dew.api import wire
from dew.api.kept_droplets import KeptDroplets, Validity, kept_of
from dew.api.pagination import Page
from dew.api.parts import ApiParts, parts_of
from dew.database import backups, droplets, images
from dew.database.connect import Tx, reading
from dew.model.droplet import Droplet
from dew.model.errors import NotFound
from dew.model.image import ImageKind


async def show_page(
    request: Request, wanted: droplets.Filter, page: Page
) -> tuple[Sequence[wire.Droplet], int]:
    """Return one page of the Droplets, oldest first, and how many there are in all."""
    parts, kept = parts_of(request), kept_of(request)
    if (known := kept.pages.find((wanted, page))) is not None:
        now = parts.now()
        shown = [body for droplet_id in known[0] if (body := kept.find(droplet_id, now)) is not None]
        if len(shown) == len(known[0]):
            return shown, known[1]
    async with parts.database.read() as tx:
        ids, total = await droplets.page_ids(tx, wanted, page.offset, page.size)
        found = await _show(parts, kept, tx, ids)
        kept.pages.keep((wanted, page), (ids, total), droplets.PAGED_BY, _began(tx))
    return [found[droplet_id] for droplet_id in ids], total


async def show(request: Request, droplet_id: int) -> wire.Droplet:
    """Return one Droplet. Raises NotFound."""
    parts, kept = parts_of(request), kept_of(request)
    if (known := kept.find(droplet_id, parts.now())) is not None:
        return known
    async with parts.database.read() as tx:
        found = await _show(parts, kept, tx, [droplet_id])
    if droplet_id not in found:
        raise NotFound("The resource you were accessing could not be found.")
    return found[droplet_id]


async def describe(parts: ApiParts, tx: Tx, found: Collection[Droplet]) -> list[wire.Droplet]:
    """Return DigitalOcean's objects for Droplets, with three queries however many there are."""
    return [body for body, _ in await _described(parts, tx, found, parts.now())]


async def _show(parts: ApiParts, kept: KeptDroplets, tx: Tx, ids: Collection[int]) -> dict[int, wire.Droplet]:
    """Return those of the Droplets that exist, by id; what is kept need not be read."""
    now = parts.now()
    found = {each: body for each in ids if (body := kept.find(each, now)) is not None}
    if len(found) == len(ids):
        return found
    missing = await droplets.get_many(tx, [each for each in ids if each not in found])
    for body, until in await _described(parts, tx, missing.values(), now):
        validity = Validity(missing[body["id"]].image_id, _began(tx), now, until)
        found[body["id"]] = kept.keep(body, validity)
    return found


async def _described(
    parts: ApiParts, tx: Tx, found: Collection[Droplet], now: datetime
) -> list[tuple[wire.Droplet, datetime | None]]:
    """Return the Droplets' objects, each with when time alone makes another of it."""
    ids = [droplet.id for droplet in found]
    made_from = await images.get_many(tx, {droplet.image_id for droplet in found})
    taken = await images.ids_of_droplets(tx, ids)
    schedules = await backups.schedules(tx, ids)
    described = []
    for droplet in found:
        window = schedules[droplet.id].next_window(now) if droplet.id in schedules else None
        body = wire.droplet(
            droplet,
            made_from.get(droplet.image_id),
            taken[ImageKind.SNAPSHOT][droplet.id],
            taken[ImageKind.BACKUP][droplet.id],
            window,
            parts.settings.prices,
        )
        described.append((body, None if window is None else window.end))
    return described


def _began(tx: Tx) -> int:
    read = reading(tx)
    assert read is not None
    return read.began
