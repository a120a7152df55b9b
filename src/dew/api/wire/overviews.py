"""A Droplet's row in a list: what one wants to see of many at a glance."""

from typing import TypedDict

from dew.api.wire.units import Instant, time_or_null
from dew.database.overviews import Overview as OverviewModel
from dew.model.droplet import Status


class Overview(TypedDict):
    """A Droplet at a glance."""

    id: int
    name: str
    status: Status
    address: str | None
    ssh_port: int | None
    reason: str
    open_action_id: int | None
    snapshot_count: int
    last_snapshot_at: Instant | None
    last_backup_at: Instant | None
    damage: str


def overview(row: OverviewModel) -> Overview:
    """What Dew knows of a Droplet that DigitalOcean's list does not tell."""
    droplet = row.droplet
    return {
        "id": droplet.id,
        "name": droplet.name,
        "status": droplet.status,
        "address": None if droplet.address is None else str(droplet.address),
        "ssh_port": row.ssh_port,
        "reason": droplet.observed_reason,
        "open_action_id": droplet.open_action_id,
        "snapshot_count": row.snapshots.count,
        "last_snapshot_at": time_or_null(row.snapshots.last_at),
        "last_backup_at": time_or_null(row.backups.last_at),
        "damage": row.damage,
    }
