"""The sizes."""

import msgspec

from dew.client.requests import Requests


class Size(msgspec.Struct, frozen=True):
    """How much machine a Droplet gets; memory in MiB, disk in GiB, price in USD a month."""

    slug: str
    memory: int
    vcpus: int
    disk: int
    price_monthly: float = 0
    description: str = ""


class Sizes(Requests):
    """The sizes of one Dew."""

    def sizes(self) -> list[Size]:
        """Return the sizes on offer."""
        return self._list("/v2/sizes", "sizes", Size)
