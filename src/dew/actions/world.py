"""World: what Actions act on, handed to every step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Protocol

from dew.actions.pace import ReadingPace
from dew.actions.turns import Turns
from dew.compute.host import Host
from dew.database.connect import Database
from dew.storage.store import LayerStore

LOOPBACK_RANGE = IPv4Network("127.66.0.0/16")


class Recipe(Protocol):
    """An image that can be built on this machine."""

    @property
    def name(self) -> str: ...
    @property
    def distribution(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def min_disk_bytes(self) -> int: ...


class ImageBuilder(Protocol):
    """Builds distribution images from this machine's package archive."""

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """What can be built, by slug."""
        ...

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        """Write the finished qcow2 to ``target``; ``progress`` gets 0..1 and words. Raises StepFailed."""
        ...


@dataclass(frozen=True)
class Settings:
    """What the configuration says to Actions."""

    network: IPv4Network = LOOPBACK_RANGE
    shutdown_grace_seconds: float = 60.0  # how long a guest may take to shut down when asked
    reserve_bytes: int = 2 * 2**30  # disk that Actions may not eat
    disk_overcommit: float = 10.0  # disks are thin: how often the same space may be promised
    memory_reserve_bytes: int = 512 * 2**20  # memory that no Droplet is promised
    memory_overcommit: float = 1.0
    max_droplets: int = 1000
    max_images: int = 10_000
    max_chain_layers: int = 128  # QEMU opens 100 in 1 s, 200 in 14, 400 in 78: more than a start may take
    max_open_actions: int = 200
    work: Path = Path("work")  # scratch files of Actions; emptied of what no Action owns


@dataclass(frozen=True)
class World:
    """The drivers in use, whatever they are, and the time."""

    database: Database
    store: LayerStore
    host: Host
    builder: ImageBuilder
    installation: str  # random, of this Dew: makes instance-ids unique between installations
    settings: Settings = field(default_factory=Settings)
    turns: Turns = field(default_factory=Turns)
    pace: ReadingPace = field(default_factory=ReadingPace)  # of what reads whole disks in the background
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
