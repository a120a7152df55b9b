"""The regions."""

import msgspec

from dew.client.requests import Requests


class Region(msgspec.Struct, frozen=True):
    """A place that Droplets can be asked for; with Dew all are this machine."""

    slug: str
    name: str
    available: bool = True


class Regions(Requests):
    """The regions of one Dew."""

    def regions(self) -> list[Region]:
        """Return the regions that may be asked for."""
        return self._list("/v2/regions", "regions", Region)
