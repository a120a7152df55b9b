"""Backups: DigitalOcean's policy and window, and what Dew knows of how they go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time, time_or_null
from dew.model.backup import (
    KEPT,
    WEEKDAYS,
    WINDOW,
    WINDOW_STARTS,
    Plan,
    Schedule,
    Weekday,
    Window,
)
from dew.model.backup import BackupPolicy as PolicyModel
from dew.model.billing import Prices

WINDOW_HOURS = WINDOW.seconds // 3600
DAYS = [WEEKDAYS[-1], *WEEKDAYS[:-1]]  # DigitalOcean's week begins on Sunday


class BackupPolicy(TypedDict):
    """When Backups are made, in UTC, and how long they are kept."""

    plan: Plan
    weekday: NotRequired[Annotated[Weekday, Meta(description="only of a weekly plan")]]
    hour: Annotated[int, Meta(description="at which the window opens: 0, 4, 8, 12, 16 or 20")]
    window_length_hours: int
    retention_period_days: int


class BackupWindow(TypedDict):
    """The time in which the next Backup is made."""

    start: Instant
    end: Instant


class BackupRecord(TypedDict):
    """Whether a Droplet is backed up, and when."""

    droplet_id: int
    backup_enabled: bool
    backup_policy: NotRequired[BackupPolicy]
    next_backup_window: NotRequired[BackupWindow]


class SupportedBackupPolicy(TypedDict):
    """A plan that there is."""

    name: Plan
    possible_window_starts: Sequence[int]
    window_length_hours: int
    retention_period_days: int
    possible_days: Sequence[str]


class BackupPlan(TypedDict):
    """A plan that there is: how many Backups it keeps, and what it costs."""

    plan: Plan
    kept: int
    percent: Annotated[float, Meta(description="of the Droplet's price")]


class BackupSchedule(TypedDict):
    """A Droplet's policy, how many Backups it keeps, and how the newest one went."""

    droplet_id: int
    policy: BackupPolicy
    kept: int
    next_window: BackupWindow
    tried_at: Instant | None
    error: Annotated[str, Meta(description="why the newest was not made so far; empty when it was")]


def backup_policy(policy: PolicyModel) -> BackupPolicy:
    """DigitalOcean's policy object; only a weekly one has a weekday."""
    shown: BackupPolicy = {
        "plan": policy.plan,
        "hour": policy.hour,
        "window_length_hours": WINDOW_HOURS,
        "retention_period_days": policy.retention_days,
    }
    if policy.plan is Plan.WEEKLY:
        shown["weekday"] = policy.weekday
    return shown


def backup_window(window: Window) -> BackupWindow:
    """DigitalOcean's next_backup_window."""
    return {"start": time(window.start), "end": time(window.end)}


def backup_record(droplet_id: int, schedule: Schedule | None, now: datetime) -> BackupRecord:
    """What DigitalOcean says of a Droplet's Backups, enabled or not."""
    if schedule is None:
        return {"droplet_id": droplet_id, "backup_enabled": False}
    return {
        "droplet_id": droplet_id,
        "backup_enabled": True,
        "backup_policy": backup_policy(schedule.policy),
        "next_backup_window": backup_window(schedule.next_window(now)),
    }


def supported_backup_policies() -> list[SupportedBackupPolicy]:
    """The plans that there are."""
    return [
        {
            "name": plan,
            "possible_window_starts": WINDOW_STARTS,
            "window_length_hours": WINDOW_HOURS,
            "retention_period_days": PolicyModel(plan).retention_days,
            "possible_days": DAYS if plan is Plan.WEEKLY else [],
        }
        for plan in (Plan.WEEKLY, Plan.DAILY)
    ]


def backup_plans(prices: Prices) -> list[BackupPlan]:
    """The plans that there are, with their prices here."""
    return [
        {"plan": plan, "kept": kept, "percent": float(prices.backups_percent(plan))}
        for plan, kept in KEPT.items()
    ]


def own_schedule(schedule: Schedule, now: datetime) -> BackupSchedule:
    """A Droplet's policy and how the newest Backup went."""
    return {
        "droplet_id": schedule.droplet_id,
        "policy": backup_policy(schedule.policy),
        "kept": KEPT[schedule.policy.plan],
        "next_window": backup_window(schedule.next_window(now)),
        "tried_at": time_or_null(schedule.tried_at),
        "error": schedule.error,
    }
