"""Snapshots: an Image with a string for an id, an Image in a Droplet's list, and what Dew knows beyond."""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from dew.api.wire.images import Image, image, image_regions
from dew.api.wire.units import Instant, gigabytes, time
from dew.model.image import Consistency
from dew.model.image import Image as ImageModel


class Snapshot(TypedDict):
    """A Snapshot of a Droplet's disk; its id is that of an Image, as a string."""

    id: str
    name: str
    created_at: Instant
    regions: Sequence[str]
    resource_id: Annotated[str, Meta(description="the Droplet it was taken of; empty if of none here")]
    resource_type: Literal["droplet"]
    min_disk_size: Annotated[int, Meta(description="GiB")]
    size_gigabytes: float
    tags: Sequence[str]


class OwnSnapshot(TypedDict):
    """What Dew knows of a Snapshot beyond DigitalOcean's object."""

    id: int
    name: str
    created_at: Instant
    droplet_id: int | None
    consistency: Consistency | None
    used_bytes: int
    disk_bytes: Annotated[int, Meta(description="the smallest disk it fits on")]
    damage: Annotated[str, Meta(description="what it has lost; empty where nothing is known")]
    depth: NotRequired[Annotated[int, Meta(description="how many Layers; only of one by its id")]]


def snapshot(image: ImageModel) -> Snapshot:
    """An element of /v2/snapshots: here ids are strings."""
    return {
        "id": str(image.id),
        "name": image.name,
        "created_at": time(image.created_at),
        "regions": image_regions(image),
        "resource_id": "" if image.droplet_id is None else str(image.droplet_id),
        "resource_type": "droplet",
        "min_disk_size": image.min_disk_gigabytes,
        "size_gigabytes": gigabytes(image.used_bytes),
        "tags": image.tags,
    }


def droplet_snapshot(row: ImageModel) -> Image:
    """An element of /v2/droplets/{id}/snapshots: an Image, with its id as a number."""
    return image(row)


def own_snapshot(image: ImageModel, damage: str) -> OwnSnapshot:
    """What Dew knows of a Snapshot beyond DigitalOcean's object; ``damage`` "" where nothing is known."""
    return {
        "id": image.id,
        "name": image.name,
        "created_at": time(image.created_at),
        "droplet_id": image.droplet_id,
        "consistency": image.consistency,
        "used_bytes": image.used_bytes,
        "disk_bytes": image.disk_bytes,
        "damage": damage,
    }
