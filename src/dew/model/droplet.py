"""Droplet: a virtual machine that a user owns, and how its status follows from what is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address
from typing import TypedDict


class Power(StrEnum):
    """What the user wants of a Droplet."""

    ON = "on"
    OFF = "off"


class Observed(StrEnum):
    """What a Host last saw of a guest."""

    ABSENT = "absent"
    """No process: never started, stopped by Dew, or lost with the machine."""
    RUNNING = "running"
    POWERED_OFF = "powered_off"
    """The guest switched itself off; the paused process is kept as the proof."""
    PAUSED = "paused"
    """Halted by QEMU, because the machine's disk is full or failing."""

    @property
    def has_process(self) -> bool:
        """Whether a QEMU process holds the Droplet's disk open."""
        return self is not Observed.ABSENT


class Status(StrEnum):
    """DigitalOcean's word for a Droplet's condition; computed, never stored."""

    NEW = "new"
    ACTIVE = "active"
    OFF = "off"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Droplet:
    """A Droplet as the database knows it."""

    id: int
    name: str
    hostname: str  # the name it was born with: a later one does not change the guest
    incarnation: int  # which first boot its disk has had: 0, or the number of the rebuild it came from
    region: str
    size_slug: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    image_id: int  # what it was created from; may since be deleted
    volume_id: int | None  # None once its disk is deleted
    address: IPv4Address | None  # on this machine's loopback; None until allocated
    desired_power: Power
    public_keys: tuple[str, ...]
    password_hash: str | None
    user_data: str
    tags: tuple[str, ...]
    features: tuple[str, ...]  # DigitalOcean's words for what was asked for at its creation
    created_at: datetime
    gone_at: datetime | None
    observed: Observed
    observed_reason: str  # why it is not running, in a sentence; "" when there is nothing to say
    open_action_id: int | None  # the Action that holds its lock
    creating: bool  # the open Action is the one that creates it

    @property
    def locked(self) -> bool:
        """Whether an Action holds it, so that another is refused."""
        return self.open_action_id is not None

    @property
    def status(self) -> Status:
        """The status DigitalOcean would show."""
        if self.creating:
            return Status.NEW
        running = self.observed in (Observed.RUNNING, Observed.PAUSED)
        return Status.ACTIVE if running else Status.OFF


class Halted(TypedDict):
    """A Droplet whose guest QEMU has halted, and why: the machine's disk is full or failing."""

    id: int
    name: str
    reason: str
