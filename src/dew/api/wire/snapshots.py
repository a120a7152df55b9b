"""Snapshots: an Image with a string for an id, an Image in a Droplet's list, and what Dew knows beyond."""

from dew.api.wire.images import image, image_regions
from dew.api.wire.units import Json, gigabytes, time
from dew.model.image import Image


def snapshot(image: Image) -> Json:
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


def droplet_snapshot(row: Image) -> Json:
    """An element of /v2/droplets/{id}/snapshots: an Image, with its id as a number."""
    return image(row)


def own_snapshot(image: Image, damage: str) -> Json:
    """What Dew knows of a Snapshot beyond DigitalOcean's object; ``damage`` "" where nothing is known."""
    return {
        "id": image.id,
        "name": image.name,
        "created_at": time(image.created_at),
        "droplet_id": image.droplet_id,
        "consistency": None if image.consistency is None else image.consistency.value,
        "used_bytes": image.used_bytes,
        "disk_bytes": image.disk_bytes,
        "damage": damage,
    }
