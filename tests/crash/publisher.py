"""A distribution that publishes one image, and what disks from elsewhere hold."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network

from dew.images.address_policy import AddressPolicy
from dew.images.catalogue import CloudImage
from tests.crash.blocks import BLOCK_BYTES, MIXED, Blocks
from tests.unit.hostile_images import raw
from tests.unit.mirror import Exchange, mirror

SLUG, FILE, SUMS = "debian-13-x64", "debian.raw", "SHA256SUMS"
POLICY = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))
FOREIGN_BYTES = 2**20
MARKED_BLOCK = 3


def foreign_disk(fill: int) -> bytes:
    """Return a raw disk with a partition table, and one block filled with a byte."""
    disk = bytearray(raw(FOREIGN_BYTES))
    start = MARKED_BLOCK * BLOCK_BYTES
    disk[start : start + BLOCK_BYTES] = bytes([fill]) * BLOCK_BYTES
    return bytes(disk)


def held(fill: int) -> Blocks:
    """Return what such a disk holds."""
    return {0: MIXED, MARKED_BLOCK: fill}


FILL = 0x71
PUBLISHED: Blocks = held(FILL)
_IMAGE = foreign_disk(FILL)


def offers(url: str) -> Mapping[str, CloudImage]:
    """Return the catalogue of what is published at ``url``."""
    return {SLUG: CloudImage(SLUG, "Debian", "Debian 13", f"{url}/{FILE}", f"{url}/{SUMS}")}


async def _answer(exchange: Exchange) -> None:
    sums = f"{hashlib.sha256(_IMAGE).hexdigest()}  {FILE}\n".encode()
    await exchange.give(sums if exchange.path == f"/{SUMS}" else _IMAGE)


@asynccontextmanager
async def publishing() -> AsyncIterator[str]:
    """Publish on loopback; return the URL."""
    async with mirror(_answer) as server:
        yield server.url
