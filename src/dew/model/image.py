"""Image: something a Droplet can be created from. A Snapshot is an Image that a user made."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ImageKind(StrEnum):
    """Where an Image came from; the values are DigitalOcean's."""

    BASE = "base"
    SNAPSHOT = "snapshot"
    BACKUP = "backup"
    CUSTOM = "custom"


class Consistency(StrEnum):
    """What state the filesystems were in at the instant of a Snapshot."""

    OFF = "off"
    """The Droplet was off: nothing was in flight."""
    FROZEN = "frozen"
    """The guest agent had flushed and frozen the filesystems."""
    CRASH = "crash"
    """As after a power cut: what the guest had fsynced is there."""


@dataclass(frozen=True)
class Image:
    """A named, immutable point to create from or return to."""

    id: int
    kind: ImageKind
    name: str
    slug: str | None  # only distribution Images have one
    distribution: str
    description: str
    layer_id: int
    disk_bytes: int  # virtual size: the smallest disk it fits on
    used_bytes: int  # what it holds, as stored
    droplet_id: int | None  # the Droplet it was taken from
    consistency: Consistency | None  # only Snapshots and Backups have one
    incarnation: int  # of its Droplet, when it was taken: a restore brings it back …
    hostname: str | None  # … and the name it was born with …
    origin_id: int | None  # … and the Image it had come from; both None where no Droplet was
    tags: tuple[str, ...]
    region: str
    created_at: datetime
    copied_to: tuple[str, ...] = ()  # further regions
    ready: bool = True  # False while it is imported: it can be seen, and not used

    @property
    def label(self) -> str:
        """What people call it: a distribution by its slug."""
        return self.slug or self.name

    @property
    def public(self) -> bool:
        """Whether everybody on this Dew may use it; only distribution Images are."""
        return self.kind is ImageKind.BASE

    @property
    def regions(self) -> tuple[str, ...]:
        """Where a user's own Image is offered; a distribution is everywhere."""
        return (self.region, *self.copied_to)

    @property
    def min_disk_gigabytes(self) -> int:
        """The smallest Droplet disk it fits on, in GiB, rounded up."""
        return -(-self.disk_bytes // 2**30)
