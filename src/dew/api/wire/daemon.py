"""What the daemon says of itself and of its machine."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.actions.admission import MachineFacts
from dew.api.wire.units import Instant
from dew.database.backups import FailedBackup
from dew.model.droplet import Halted


class DaemonStatus(MachineFacts):
    """What the daemon is, and how its machine is."""

    halted: list[Halted]
    failed_backups: list[FailedBackup]
    version: str
    simulated: Annotated[bool, Meta(description="machines and disks are in memory only")]
    acceleration: Annotated[str, Meta(description="what guests run under, and why")]
    started_at: Instant
    url: str
    data: Annotated[str, Meta(description="the data directory")]
    pid: int


class Recipe(TypedDict):
    """An image that can be made here by its name: built, or fetched."""

    name: str
    description: str
