"""How models look in JSON: pure functions, DigitalOcean's shapes first, then Dew's own.

What is the same in every element of a list (sizes, regions) is encoded once and kept as bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from dew.database.damage import Touched
from dew.database.events import Event
from dew.database.guests import Guest
from dew.database.kept_disks import KeptDisk
from dew.database.keys import Key
from dew.database.tokens import Token
from dew.model.action import Action
from dew.model.droplet import Droplet
from dew.model.exposure import Exposure
from dew.model.image import Image, ImageKind
from dew.model.region import DEFAULT_REGION, REGION_BY_SLUG, REGIONS, Region
from dew.model.size import SIZE_BY_SLUG, SIZES, Size
from dew.model.upload import Upload
from dew.streams.exports import EXPORT_FORMAT, EXPORT_VERSION, Export

Json = dict[str, Any]

NETMASK = "255.255.0.0"
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
ACTION_TYPES = {  # DigitalOcean's words for what only Dew does; resource_type says of what
    "delete_image": "destroy",
    "build_image": "create",
    "snapshot_off": "snapshot",
    "undo": "restore",
    "fetch_image": "create",
    "import_image": "create",
    "export_snapshot": "transfer",
    "import_snapshot": "create",
}
ALL_REGIONS = [region.slug for region in REGIONS]


def time(at: datetime) -> str:
    """Return an instant in UTC as clients expect it, to the second."""
    return at.isoformat(timespec="seconds")[:19] + "Z"


def _time_or_null(at: datetime | None) -> str | None:
    return None if at is None else time(at)


def gigabytes(size_bytes: int) -> float:
    """Return a size in GiB, to two places."""
    return round(size_bytes / 2**30, 2)


def _disks(size_gb: int) -> list[Json]:
    return [{"type": "local", "size": {"amount": size_gb, "unit": "gib"}}]


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
        "disk_info": _disks(size.disk_gb),
    }


def region(region: Region) -> Json:
    """An element of /v2/regions; every region is this machine, so every size is to be had in it."""
    return {
        "name": region.name,
        "slug": region.slug,
        "features": [],
        "available": True,
        "sizes": [size.slug for size in SIZES],
    }


@cache
def _size_bytes(slug: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(size(SIZE_BY_SLUG[slug])))


@cache
def _region_bytes(slug: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(region(REGION_BY_SLUG[slug])))


def _region(slug: str) -> msgspec.Raw:
    return _region_bytes(slug if slug in REGION_BY_SLUG else DEFAULT_REGION)


def action(action: Action) -> Json:
    """DigitalOcean's Action object."""
    return {
        "id": action.id,
        "status": action.state.wire,
        "type": ACTION_TYPES.get(action.kind, action.kind),
        "started_at": time(action.started_at),
        "completed_at": _time_or_null(action.completed_at),
        "resource_id": action.resource_id,
        "resource_type": action.resource_type,
        "region": _region(action.region),
        "region_slug": action.region,
    }


def droplet(droplet: Droplet, image_row: Image | None, snapshot_ids: Sequence[int]) -> Json:
    """DigitalOcean's Droplet object; ``image_row`` is None when the Image was deleted since."""
    return {
        "id": droplet.id,
        "name": droplet.name,
        "memory": droplet.memory_mb,
        "vcpus": droplet.vcpus,
        "disk": droplet.disk_gb,
        "disk_info": _disks(droplet.disk_gb),
        "locked": droplet.locked,
        "status": droplet.status.value,
        "kernel": None,
        "created_at": time(droplet.created_at),
        "features": [],
        "backup_ids": [],
        "next_backup_window": None,
        "snapshot_ids": snapshot_ids,
        "image": image(image_row) if image_row is not None else _deleted_image(droplet),
        "volume_ids": [],
        "size": _size_of(droplet),
        "size_slug": droplet.size_slug,
        "networks": {"v4": _networks(droplet), "v6": []},
        "region": _region(droplet.region),
        "tags": droplet.tags,
    }


def _networks(droplet: Droplet) -> list[Json]:
    if droplet.address is None:
        return []
    address = str(droplet.address)
    return [{"ip_address": address, "netmask": NETMASK, "gateway": "", "type": "public"}]


def _size_of(droplet: Droplet) -> msgspec.Raw | Json:
    if droplet.size_slug in SIZE_BY_SLUG:
        return _size_bytes(droplet.size_slug)
    shape = {"memory": droplet.memory_mb, "vcpus": droplet.vcpus, "disk": droplet.disk_gb}
    return size(SIZES[0]) | shape | {"slug": droplet.size_slug, "available": False}  # withdrawn since


def image(image: Image) -> Json:
    """DigitalOcean's Image object."""
    return {
        "id": image.id,
        "name": image.name,
        "type": image.kind.value,
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


def _deleted_image(droplet: Droplet) -> Json:
    """What is still known of an Image that a Droplet was created from."""
    return _lost_image(droplet.image_id, ImageKind.SNAPSHOT, droplet.created_at)  # made then at the latest


def failed_import(action: Action) -> Json:
    """The custom Image that an import did not become."""
    told = {name: action.params.get(name) or "" for name in ("name", "description")}
    known = {"distribution": _distribution(action.params.get("distribution")), "error_message": action.error}
    return _lost_image(action.resource_id, ImageKind.CUSTOM, action.started_at) | told | known


def _lost_image(image_id: int, kind: ImageKind, created_at: datetime) -> Json:
    return {
        "id": image_id,
        "name": "",
        "type": kind.value,
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


def image_regions(image: Image) -> list[str]:
    """Return where DigitalOcean would offer an Image: distributions everywhere, the rest where made."""
    if not image.ready:
        return []
    return ALL_REGIONS if image.public else [image.region]


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


def key(key: Key) -> Json:
    """DigitalOcean's SSH key object."""
    return {"id": key.id, "fingerprint": key.fingerprint, "public_key": key.public_key, "name": key.name}


def own_action(action_row: Action) -> Json:
    """DigitalOcean's Action object and what it lacks: how far it is, and why it failed."""
    return action(action_row) | {
        "region": action_row.region,
        "kind": action_row.kind,
        "state": action_row.state.value,
        "step": action_row.step,
        "progress": action_row.progress,
        "message": action_row.message,
        "error": action_row.error,
        "cancel_requested": action_row.cancel_requested,
        "name": action_row.params.get("name"),
    }


def own_droplet(
    droplet: Droplet, guest: Guest, password_available: bool, kept: Sequence[KeptDisk], keep: timedelta
) -> Json:
    """What Dew knows of a Droplet beyond DigitalOcean's object; ``kept`` are disks, each for ``keep``."""
    ssh_ports = [host_port for host_port, guest_port in guest.forwards if guest_port == 22]
    return {
        "id": droplet.id,
        "name": droplet.name,
        "status": droplet.status.value,
        "address": None if droplet.address is None else str(droplet.address),
        "forwards": [{"host_port": host, "guest_port": inside} for host, inside in guest.forwards],
        "ssh_port": ssh_ports[0] if ssh_ports else None,
        "desired_power": droplet.desired_power.value,
        "observed": droplet.observed.value,
        "reason": droplet.observed_reason,
        "open_action_id": droplet.open_action_id,
        "password_available": password_available,
        "incarnation": droplet.incarnation,
        "kept_disks": [kept_disk(disk, keep) for disk in kept],
    }


def kept_disk(disk: KeptDisk, keep: timedelta) -> Json:
    """A disk that a restore or rebuild can be undone to."""
    return {
        "id": disk.id,
        "image_id": disk.image_id,
        "replaced_at": time(disk.replaced_at),
        "kept_until": time(disk.replaced_at + keep),
    }


def exposure(exposure: Exposure, guest: Guest) -> Json:
    """A port of this machine that is to lead to a Droplet; ``open`` says whether it does now."""
    return {
        "address": str(exposure.address),
        "port": exposure.port,
        "guest_port": exposure.guest_port,
        "open": (str(exposure.address), exposure.port) in guest.exposed,
    }


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


def touched(touched: Touched) -> Json:
    """An Image or a Droplet that damage touches."""
    return {
        "resource_type": touched.resource_type,
        "id": touched.id,
        "name": touched.name,
        "kind": touched.kind,
        "damage": touched.damage,
    }


def upload(upload: Upload) -> Json:
    """A file on its way in."""
    return {
        "id": upload.id,
        "file_name": upload.file_name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "sha256": upload.sha256,
        "importing": upload.taken,
        "created_at": time(upload.created_at),
        "touched_at": time(upload.touched_at),
    }


def own_export(image: Image, export: Export) -> Json:
    """The manifest of an exported Snapshot: what another Dew needs to know of the disk beside it."""
    return {
        "format": EXPORT_FORMAT,
        "format_version": EXPORT_VERSION,
        "name": image.name,
        "consistency": None if image.consistency is None else image.consistency.value,
        "distribution": image.distribution,
        "created_at": time(image.created_at),
        "disk_bytes": image.disk_bytes,
        "size_bytes": export.size_bytes,
        "sha256": export.sha256,
        "expires_at": time(export.expires_at),
    }


def token(token: Token) -> Json:
    """A token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "created_at": time(token.created_at),
        "last_used_at": _time_or_null(token.last_used_at),
    }


def event(event: Event) -> Mapping[str, Any]:
    """The data of one server-sent event."""
    return {
        **event.data,
        "type": event.type,
        "resource_type": event.resource_type,
        "resource_id": event.resource_id,
        "at": time(event.at),
    }
