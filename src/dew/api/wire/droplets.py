"""DigitalOcean's Droplet object."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from dew.api.wire.backups import BackupWindow, backup_window
from dew.api.wire.images import Image, deleted_image, image
from dew.api.wire.regions import Region, region_of
from dew.api.wire.sizes import Disk, Size, disks, size_of
from dew.api.wire.units import Instant, time
from dew.model.backup import Window
from dew.model.billing import Prices
from dew.model.droplet import Droplet as DropletModel
from dew.model.droplet import Status
from dew.model.image import Image as ImageModel
from dew.model.region import DEFAULT_REGION
from dew.model.vpc import VPC_BY_REGION

NETMASK = "255.255.0.0"


class Address(TypedDict):
    """An address of a Droplet, on the loopback of the machine that dewd runs on."""

    ip_address: str
    netmask: str
    gateway: str
    type: Literal["public"]


class Networks(TypedDict):
    """The addresses of a Droplet; v4 is empty until there is one, v6 always."""

    v4: list[Address]
    v6: list[Address]


class Droplet(TypedDict):
    """A virtual machine that a user owns."""

    id: int
    name: str
    memory: Annotated[int, Meta(description="MiB")]
    vcpus: int
    disk: Annotated[int, Meta(description="GiB")]
    disk_info: list[Disk]
    locked: Annotated[bool, Meta(description="whether an Action holds it, so that another is refused")]
    status: Status
    kernel: None
    created_at: Instant
    features: list[str]
    backup_ids: Sequence[int]
    next_backup_window: BackupWindow | None
    snapshot_ids: Sequence[int]
    image: Image
    volume_ids: list[str]
    size: Size
    size_slug: str
    networks: Networks
    region: Region
    tags: Sequence[str]
    vpc_uuid: str


def droplet(
    droplet: DropletModel,
    image_row: ImageModel | None,
    snapshot_ids: Sequence[int],
    backup_ids: Sequence[int],
    next_window: Window | None,
    prices: Prices,
) -> Droplet:
    """DigitalOcean's Droplet object; ``image_row`` is None when the Image was deleted since.

    ``next_window``, of its next Backup, is None when Backups are not enabled.
    """
    return {
        "id": droplet.id,
        "name": droplet.name,
        "memory": droplet.memory_mb,
        "vcpus": droplet.vcpus,
        "disk": droplet.disk_gb,
        "disk_info": disks(droplet.disk_gb),
        "locked": droplet.locked,
        "status": droplet.status,
        "kernel": None,
        "created_at": time(droplet.created_at),
        "features": [*droplet.features] if next_window is None else ["backups", *droplet.features],
        "backup_ids": backup_ids,
        "next_backup_window": None if next_window is None else backup_window(next_window),
        "snapshot_ids": snapshot_ids,
        "image": image(image_row) if image_row is not None else deleted_image(droplet),
        "volume_ids": [],
        "size": size_of(droplet, prices),
        "size_slug": droplet.size_slug,
        "networks": {"v4": _addresses(droplet), "v6": []},
        "region": region_of(droplet.region),
        "tags": droplet.tags,
        "vpc_uuid": _vpc_uuid(droplet.region),
    }


def _vpc_uuid(region: str) -> str:
    return VPC_BY_REGION[region if region in VPC_BY_REGION else DEFAULT_REGION].id


def _addresses(droplet: DropletModel) -> list[Address]:
    if droplet.address is None:
        return []
    return [{"ip_address": str(droplet.address), "netmask": NETMASK, "gateway": "", "type": "public"}]
