"""Backups, and the policies by which they are made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from dew.client.actions import Action
from dew.client.requests import Requests
from dew.client.snapshots import Snapshot


class BackupPolicy(msgspec.Struct, frozen=True):
    """When Backups are made: in the hours after ``hour``, UTC; ``weekday`` only where they are weekly."""

    plan: str
    hour: int
    weekday: str = ""
    window_length_hours: int = 4


class BackupWindow(msgspec.Struct, frozen=True):
    """The time in which the next Backup is made."""

    start: datetime
    end: datetime


class BackupSchedule(msgspec.Struct, frozen=True):
    """A Droplet's policy, and how its newest Backup went."""

    droplet_id: int
    policy: BackupPolicy
    kept: int
    next_window: BackupWindow
    tried_at: datetime | None = None
    error: str = ""


class Backups(Requests):
    """The Backups of one Dew."""

    def backups(self, droplet_id: int | None = None) -> list[Snapshot]:
        """Return the Backups, all or a Droplet's, newest first."""
        filters = {} if droplet_id is None else {"droplet_id": str(droplet_id)}
        found = self._list("/dew/v1/backups", "backups", Snapshot, filters)
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def backup_schedules(self) -> list[BackupSchedule]:
        """Return the schedules of all Droplets that are backed up."""
        return self._one("GET", "/dew/v1/backups/schedules", "schedules", list[BackupSchedule])

    def set_backups(self, droplet_id: int, change: str, policy: Mapping[str, Any]) -> Action:
        """Start enabling Backups of a Droplet (``enable_backups``), or changing when they are made."""
        body = {"type": change, "backup_policy": policy or None}
        return self._one("POST", f"/v2/droplets/{droplet_id}/actions", "action", Action, body)

    def convert_image(self, image_id: int) -> Action:
        """Start making a Snapshot of a Backup."""
        body = {"type": "convert"}
        return self._one("POST", f"/v2/images/{image_id}/actions", "action", Action, body)
