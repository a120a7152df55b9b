"""A Droplet's row in a list: what one wants to see of many at a glance."""

from dew.api.wire.units import Json, time_or_null
from dew.database.overviews import Overview


def overview(row: Overview) -> Json:
    """What Dew knows of a Droplet that DigitalOcean's list does not tell."""
    droplet = row.droplet
    return {
        "id": droplet.id,
        "name": droplet.name,
        "status": droplet.status.value,
        "address": None if droplet.address is None else str(droplet.address),
        "ssh_port": row.ssh_port,
        "reason": droplet.observed_reason,
        "open_action_id": droplet.open_action_id,
        "snapshot_count": row.snapshots.count,
        "last_snapshot_at": time_or_null(row.snapshots.last_at),
        "last_backup_at": time_or_null(row.backups.last_at),
        "damage": row.damage,
    }
