"""Snapshots."""

from datetime import datetime

import msgspec

from dew.client.actions import Action
from dew.client.exports import Export
from dew.client.requests import Requests


class Snapshot(msgspec.Struct, frozen=True):
    """A Snapshot of a Droplet's disk; its id is also that of an Image to create Droplets from."""

    id: int
    name: str
    created_at: datetime
    droplet_id: int | None = None
    consistency: str | None = None  # off, frozen or crash: what the filesystems were like at that instant
    used_bytes: int = 0
    disk_bytes: int = 0  # the smallest disk it fits on
    damage: str = ""  # what it has lost; "" where nothing is known


class Snapshots(Requests):
    """The Snapshots of one Dew."""

    def snapshots(self) -> list[Snapshot]:
        """Return the Snapshots of Droplets, newest first."""
        found = self._list("/dew/v1/snapshots", "snapshots", Snapshot)
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def snapshot(self, snapshot_id: int) -> Snapshot:
        """Return one Snapshot."""
        return self._one("GET", f"/dew/v1/snapshots/{snapshot_id}", "snapshot", Snapshot)

    def delete_snapshot(self, snapshot_id: int) -> None:
        """Delete a Snapshot; no Droplet is touched, whatever was made from it."""
        self._send("DELETE", f"/v2/snapshots/{snapshot_id}")

    def import_snapshot(self, upload_id: int, manifest: Export) -> Action:
        """Start making a Snapshot of an upload, with what the manifest of its export says of it."""
        body = {**msgspec.to_builtins(manifest), "upload_id": upload_id}
        return self._one("POST", "/dew/v1/snapshots/import", "action", Action, body)
