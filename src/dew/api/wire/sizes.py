"""Sizes. What is the same in every Droplet of a list is encoded once and kept as bytes."""

from functools import cache

import msgspec

from dew.api.wire.regions import ALL_REGIONS
from dew.api.wire.units import Json
from dew.model.droplet import Droplet
from dew.model.size import SIZE_BY_SLUG, SIZES, Size


def size(size: Size) -> Json:
    """An element of /v2/sizes."""
    return {
        "slug": size.slug,
        "memory": size.memory_mb,
        "vcpus": size.vcpus,
        "disk": size.disk_gb,
        "transfer": size.transfer_tb,
        "price_monthly": float(size.price_monthly),
        "price_hourly": float(size.price_hourly),
        "regions": ALL_REGIONS,
        "available": True,
        "description": size.description,
        "disk_info": disks(size.disk_gb),
    }


def size_of(droplet: Droplet) -> msgspec.Raw | Json:
    if droplet.size_slug in SIZE_BY_SLUG:
        return _size_bytes(droplet.size_slug)
    shape = {"memory": droplet.memory_mb, "vcpus": droplet.vcpus, "disk": droplet.disk_gb}
    return size(SIZES[0]) | shape | {"slug": droplet.size_slug, "available": False}  # withdrawn since


def disks(size_gb: int) -> list[Json]:
    return [{"type": "local", "size": {"amount": size_gb, "unit": "gib"}}]


@cache
def _size_bytes(slug: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(size(SIZE_BY_SLUG[slug])))
