"""DigitalOcean's Droplet object."""

from collections.abc import Sequence

from dew.api.wire.images import deleted_image, image
from dew.api.wire.regions import region_of
from dew.api.wire.sizes import disks, size_of
from dew.api.wire.units import Json, time
from dew.model.droplet import Droplet
from dew.model.image import Image

NETMASK = "255.255.0.0"


def droplet(droplet: Droplet, image_row: Image | None, snapshot_ids: Sequence[int]) -> Json:
    """DigitalOcean's Droplet object; ``image_row`` is None when the Image was deleted since."""
    return {
        "id": droplet.id,
        "name": droplet.name,
        "memory": droplet.memory_mb,
        "vcpus": droplet.vcpus,
        "disk": droplet.disk_gb,
        "disk_info": disks(droplet.disk_gb),
        "locked": droplet.locked,
        "status": droplet.status.value,
        "kernel": None,
        "created_at": time(droplet.created_at),
        "features": [],
        "backup_ids": [],
        "next_backup_window": None,
        "snapshot_ids": snapshot_ids,
        "image": image(image_row) if image_row is not None else deleted_image(droplet),
        "volume_ids": [],
        "size": size_of(droplet),
        "size_slug": droplet.size_slug,
        "networks": {"v4": _networks(droplet), "v6": []},
        "region": region_of(droplet.region),
        "tags": droplet.tags,
    }


def _networks(droplet: Droplet) -> list[Json]:
    if droplet.address is None:
        return []
    address = str(droplet.address)
    return [{"ip_address": address, "netmask": NETMASK, "gateway": "", "type": "public"}]
