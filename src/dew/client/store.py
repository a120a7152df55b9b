"""The store: what its last check found."""

from datetime import datetime

import msgspec

from dew.client.actions import Action
from dew.client.requests import Requests


class Touched(msgspec.Struct, frozen=True):
    """What stands on a damaged Layer: an image, its ``kind`` snapshot, base …, a droplet, or a kept_disk."""

    resource_type: str
    id: int
    name: str
    kind: str = ""
    damage: str = ""


class Check(msgspec.Struct, frozen=True):
    """What a check of the store found, in sentences; ``faults`` harm nobody yet."""

    at: datetime
    layers: int = 0
    damaged: list[str] = []
    faults: list[str] = []


class Store(msgspec.Struct, frozen=True):
    """How the disks of all Droplets and Images are kept."""

    last_check: Check | None = None
    touched: list[Touched] = []


class Stores(Requests):
    """The store of one Dew."""

    def store(self) -> Store:
        """Return what the last check found, and whom damage touches."""
        return self._one("GET", "/dew/v1/store", "store", Store)

    def check_store(self) -> Action:
        """Begin to check every Layer, or join the check that is under way."""
        return self._one("POST", "/dew/v1/store/checks", "action", Action)
