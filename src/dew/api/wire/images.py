"""DigitalOcean's Image object, also of an Image that is no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from dew.api.wire.regions import ALL_REGIONS
from dew.api.wire.units import Instant, gigabytes, time
from dew.model.action import Action
from dew.model.droplet import Droplet
from dew.model.image import Image as ImageModel
from dew.model.image import ImageKind

DISTRIBUTIONS = frozenset(  # a closed list in DigitalOcean's description; others are "Unknown"
    (
        "Arch Linux",
        "CentOS",
        "CoreOS",
        "Debian",
        "Fedora",
        "Fedora Atomic",
        "FreeBSD",
        "Gentoo",
        "openSUSE",
        "RancherOS",
        "Rocky Linux",
        "Ubuntu",
    )
)


class Image(TypedDict):
    """Something a Droplet can be created from."""

    id: int
    name: str
    type: ImageKind
    distribution: str
    slug: Annotated[str | None, Meta(description="only distributions have one")]
    public: bool
    regions: Sequence[str]
    created_at: Instant
    min_disk_size: Annotated[int | None, Meta(description="GiB; null while it is imported")]
    size_gigabytes: Annotated[float | None, Meta(description="what it holds, in GiB")]
    description: str
    tags: Sequence[str]
    status: Literal["NEW", "available", "pending", "deleted"]
    error_message: Annotated[str, Meta(description="why its import failed; empty otherwise")]


def image(image: ImageModel) -> Image:
    """DigitalOcean's Image object."""
    return {
        "id": image.id,
        "name": image.name,
        "type": image.kind,
        "distribution": _distribution(image.distribution),
        "slug": image.slug,
        "public": image.public,
        "regions": image_regions(image),
        "created_at": time(image.created_at),
        "min_disk_size": image.min_disk_gigabytes if image.ready else None,
        "size_gigabytes": gigabytes(image.used_bytes) if image.ready else None,
        "description": image.description,
        "tags": image.tags,
        "status": "available" if image.ready else "pending",
        "error_message": "",
    }


def _distribution(name: str | None) -> str:
    return name if name in DISTRIBUTIONS else "Unknown"


def image_regions(image: ImageModel) -> list[str]:
    """Return where an Image is offered: distributions everywhere, others where made or brought."""
    if not image.ready:
        return []
    return ALL_REGIONS if image.public else [*image.regions]


def deleted_image(droplet: Droplet) -> Image:
    """What is still known of an Image that a Droplet was created from."""
    return _lost_image(droplet.image_id, ImageKind.SNAPSHOT, droplet.created_at)  # made then at the latest


def failed_import(action: Action) -> Image:
    """The custom Image that an import did not become."""
    lost = _lost_image(action.resource_id, ImageKind.CUSTOM, action.started_at)
    lost |= {"name": action.params.get("name") or "", "description": action.params.get("description") or ""}
    lost |= {"distribution": _distribution(action.params.get("distribution")), "error_message": action.error}
    return lost


def _lost_image(image_id: int, kind: ImageKind, created_at: datetime) -> Image:
    return {
        "id": image_id,
        "name": "",
        "type": kind,
        "distribution": "Unknown",
        "slug": None,
        "public": False,
        "regions": [],
        "created_at": time(created_at),
        "min_disk_size": None,
        "size_gigabytes": None,
        "description": "",
        "tags": [],
        "status": "deleted",
        "error_message": "",
    }
