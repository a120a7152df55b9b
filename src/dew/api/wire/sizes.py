"""Sizes. What is the same in every Droplet of a list is encoded once and kept as bytes."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from dew.api.wire.encoded import encoded
from dew.api.wire.regions import ALL_REGIONS
from dew.model.billing import Prices
from dew.model.droplet import Droplet as DropletModel
from dew.model.size import SIZE_BY_SLUG, SIZES
from dew.model.size import Size as SizeModel


class Amount(TypedDict):
    """How much; DigitalOcean's GiB."""

    amount: int
    unit: Literal["gib"]


class Disk(TypedDict):
    """A disk of a Droplet."""

    type: Literal["local"]
    size: Amount


class Size(TypedDict):
    """How much machine a Droplet gets; prices in USD."""

    slug: str
    memory: Annotated[int, Meta(description="MiB")]
    vcpus: int
    disk: Annotated[int, Meta(description="GiB")]
    transfer: Annotated[float, Meta(description="TiB a month")]
    price_monthly: float
    price_hourly: float
    regions: Sequence[str]
    available: bool
    description: str
    disk_info: list[Disk]


def size(size: SizeModel) -> Size:
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


def size_of(droplet: DropletModel, prices: Prices) -> Size:
    """The size of a Droplet, which may have been withdrawn since."""
    if droplet.size_slug in SIZE_BY_SLUG:
        return _encoded_size(prices.priced(SIZE_BY_SLUG[droplet.size_slug]))
    withdrawn = size(SIZES[0])
    withdrawn |= {"slug": droplet.size_slug, "available": False}
    withdrawn |= {"memory": droplet.memory_mb, "vcpus": droplet.vcpus, "disk": droplet.disk_gb}
    return withdrawn


def disks(size_gb: int) -> list[Disk]:
    return [{"type": "local", "size": {"amount": size_gb, "unit": "gib"}}]


@cache
def _encoded_size(priced: SizeModel) -> Size:
    return encoded(size(priced))
