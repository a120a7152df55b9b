"""What Dew knows of a Droplet beyond DigitalOcean's object."""

from collections.abc import Sequence
from datetime import timedelta

from dew.api.wire.units import Json, time
from dew.database.guests import Guest
from dew.database.kept_disks import KeptDisk
from dew.model.droplet import Droplet


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
