"""What Dew knows of a Droplet beyond DigitalOcean's object."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.database.guests import Guest
from dew.database.kept_disks import KeptDisk as KeptDiskModel
from dew.model.droplet import Droplet, Observed, Power, Status


class Forward(TypedDict):
    """A port of the Droplet's address that leads to a port inside."""

    host_port: int
    guest_port: int


class KeptDisk(TypedDict):
    """A disk that a restore or rebuild can be undone to."""

    id: int
    image_id: int
    replaced_at: Instant
    kept_until: Annotated[Instant, Meta(description="sooner when space is short")]
    damage: Annotated[str, Meta(description="what it has lost; empty where nothing is known")]


class OwnDroplet(TypedDict):
    """What Dew knows of a Droplet beyond DigitalOcean's object."""

    id: int
    name: str
    status: Status
    address: str | None
    forwards: list[Forward]
    ssh_port: int | None
    desired_power: Power
    observed: Observed
    reason: Annotated[str, Meta(description="why it is not running; empty when there is nothing to say")]
    open_action_id: int | None
    password_available: bool
    incarnation: Annotated[int, Meta(description="another number after each rebuild: other SSH host keys")]
    kept_disks: Annotated[list[KeptDisk], Meta(description="the one replaced last first")]
    damage: Annotated[str, Meta(description="what its disk has lost; empty where nothing is known")]


def own_droplet(
    droplet: Droplet,
    guest: Guest,
    password_available: bool,
    kept: Sequence[KeptDiskModel],
    keep: timedelta,
    damaged: Mapping[int, str],
) -> OwnDroplet:
    """What Dew knows of a Droplet beyond DigitalOcean's object; ``kept`` are disks, each for ``keep``.

    ``damaged`` says, for those of its Volumes that have lost something, what.
    """
    ssh_ports = [host_port for host_port, guest_port in guest.forwards if guest_port == 22]
    return {
        "id": droplet.id,
        "name": droplet.name,
        "status": droplet.status,
        "address": None if droplet.address is None else str(droplet.address),
        "forwards": [{"host_port": host, "guest_port": inside} for host, inside in guest.forwards],
        "ssh_port": ssh_ports[0] if ssh_ports else None,
        "desired_power": droplet.desired_power,
        "observed": droplet.observed,
        "reason": droplet.observed_reason,
        "open_action_id": droplet.open_action_id,
        "password_available": password_available,
        "incarnation": droplet.incarnation,
        "kept_disks": [_kept_disk(disk, keep, damaged.get(disk.id, "")) for disk in kept],
        "damage": "" if droplet.volume_id is None else damaged.get(droplet.volume_id, ""),
    }


def _kept_disk(disk: KeptDiskModel, keep: timedelta, damage: str) -> KeptDisk:
    return {
        "id": disk.id,
        "image_id": disk.image_id,
        "replaced_at": time(disk.replaced_at),
        "kept_until": time(disk.replaced_at + keep),
        "damage": damage,
    }
