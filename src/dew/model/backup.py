"""Backups: when a Droplet's are made, and how many are kept. All times are UTC: summer time is nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal, get_args

WINDOW = timedelta(hours=4)
WINDOW_STARTS = (0, 4, 8, 12, 16, 20)
Weekday = Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)  # in the order of datetime.weekday()

SPREAD = timedelta(hours=2)
"""The first half of the window: all Droplets don't begin at once, and the rest is left for trying again."""

RETRY = timedelta(minutes=15)
"""Between two tries of a Backup that failed: what is full or broken is seldom mended sooner."""


class Plan(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"


EVERY = {Plan.DAILY: timedelta(days=1), Plan.WEEKLY: timedelta(weeks=1)}
KEPT = {Plan.DAILY: 7, Plan.WEEKLY: 4}


@dataclass(frozen=True)
class Window:
    """The time in which a Backup is made."""

    start: datetime

    @property
    def end(self) -> datetime:
        return self.start + WINDOW


@dataclass(frozen=True)
class BackupPolicy:
    """What the user chose; ``weekday`` matters to weekly Backups only."""

    plan: Plan = Plan.DAILY
    hour: int = 0  # at which the window opens
    weekday: Weekday = "SUN"

    @property
    def kept(self) -> int:
        """How many Backups there are before the oldest gives way."""
        return KEPT[self.plan]

    @property
    def retention_days(self) -> int:
        """How long a Backup is kept, where none failed."""
        return KEPT[self.plan] * EVERY[self.plan].days

    def latest_window(self, now: datetime) -> Window:
        """Return the newest window that has opened by ``now``."""
        start = now.astimezone(UTC).replace(hour=self.hour, minute=0, second=0, microsecond=0)
        if self.plan is Plan.WEEKLY:
            start -= timedelta(days=(start.weekday() - WEEKDAYS.index(self.weekday)) % 7)
        return Window(start if start <= now else start - EVERY[self.plan])


@dataclass(frozen=True)
class Schedule:
    """A Droplet's policy and what has come of it so far."""

    droplet_id: int
    policy: BackupPolicy
    since: datetime  # windows that opened before are none of its
    window_at: datetime | None = None  # the start of the newest window in which a Backup was tried …
    begun_at: datetime | None = None  # … first then …
    tried_at: datetime | None = None  # … last then …
    made: bool = False  # … and whether it was made
    error: str = ""  # why the last try failed; "" where it did not

    def next_window(self, now: datetime) -> Window:
        """Return the window of the next Backup: one that is open, if its Backup is still to come."""
        latest = self.policy.latest_window(now)
        if now < latest.end and not self._settled(latest):
            return latest
        return Window(latest.start + EVERY[self.policy.plan])

    def due(self, now: datetime) -> Window | None:
        """Return the window whose Backup is to be tried now.

        A window that nobody was there for is caught up with once, as soon as somebody is. One that a Backup
        was tried in, in vain, is given up when as much time as a window has has passed.
        """
        latest = self.policy.latest_window(now)
        if self._settled(latest) or now < latest.start + self._place_in_window():
            return None
        if self.window_at != latest.start:
            return latest
        given_up = max(latest.end, (self.begun_at or now) + WINDOW)
        waits = self.tried_at is not None and now < self.tried_at + RETRY
        return None if now >= given_up or waits else latest

    def _settled(self, window: Window) -> bool:
        return window.start < self.since or (self.window_at == window.start and self.made)

    def _place_in_window(self) -> timedelta:
        """Return where in the window this Droplet's turn is: ids in a row fall far apart (Knuth's hash)."""
        return SPREAD * (self.droplet_id * 2654435761 % 2**32 / 2**32)
