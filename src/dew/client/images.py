"""Images, and the distributions that can become one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from dew.client.actions import Action
from dew.client.requests import Requests


class Image(msgspec.Struct, frozen=True):
    """Something a Droplet can be created from; ``type`` is base, snapshot, backup or custom."""

    id: int
    name: str
    type: str = ""
    distribution: str = ""
    slug: str | None = None
    public: bool = False
    status: str = ""
    description: str | None = None
    min_disk_size: int | None = None
    size_gigabytes: float | None = None
    created_at: datetime | None = None
    damage: str = ""  # what it has lost; "" where nothing is known


class Recipe(msgspec.Struct, frozen=True):
    """A distribution image that this machine can build."""

    name: str
    description: str = ""


class Offer(msgspec.Struct, frozen=True):
    """A distribution image that this machine can fetch."""

    name: str
    description: str = ""


class Images(Requests):
    """The Images of one Dew."""

    def images(self, private: bool | None = None) -> list[Image]:
        """Return the Images: all, only one's own (``private``), or only the distributions."""
        filters = {None: {}, True: {"private": "true"}, False: {"type": "distribution"}}[private]
        return self._list("/dew/v1/images", "images", Image, filters)

    def image(self, id_or_slug: int | str) -> Image:
        """Return one Image, by its id or, for a distribution, its slug."""
        return self._one("GET", f"/v2/images/{quote(str(id_or_slug), safe='')}", "image", Image)

    def rename_image(self, image_id: int, name: str) -> Image:
        """Give an Image, a Snapshot among them, another name."""
        return self._one("PUT", f"/v2/images/{image_id}", "image", Image, {"name": name})

    def delete_image(self, image_id: int) -> None:
        """Delete an Image, or call off its import; Droplets made from it are not touched."""
        self._send("DELETE", f"/dew/v1/images/{image_id}")

    def recipes(self) -> list[Recipe]:
        """Return the distribution images that this machine can build."""
        return self._one("GET", "/dew/v1/recipes", "recipes", list[Recipe])

    def build_image(self, name: str) -> Action:
        """Start building a distribution image by its recipe's name."""
        return self._one("POST", "/dew/v1/images", "action", Action, {"name": name})

    def import_image(self, wanted: Mapping[str, Any]) -> Action:
        """Start making a custom Image; ``wanted`` has a name, and the url or the upload_id it is made of."""
        return self._one("POST", "/dew/v1/images/import", "action", Action, wanted)

    def catalogue(self) -> list[Offer]:
        """Return the distribution images that this machine can fetch."""
        return self._one("GET", "/dew/v1/catalogue", "catalogue", list[Offer])

    def fetch_image(self, name: str) -> Action:
        """Start fetching a distribution image by its name in the catalogue."""
        return self._one("POST", "/dew/v1/images", "action", Action, {"name": name})
