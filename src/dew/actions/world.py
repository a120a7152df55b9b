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
from dew.model.billing import Prices
from dew.storage.store import LayerStore

Progress = Callable[[float, str], None]

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


class Inspected(Protocol):
    """What is known of an image that may be opened."""

    @property
    def format(self) -> str: ...
    @property
    def disk_bytes(self) -> int: ...


class ImageImporter(Protocol):
    """Turns files of strangers into images that can be trusted; ``room_bytes`` bounds what each verb writes.

    ``progress`` gets 0..1 and words. Everything may be done again. Raises StepFailed, saying why a file is
    refused; NoSpace.
    """

    def check_url(self, url: str) -> None:
        """Raise Invalid for a URL that is never fetched."""
        ...

    async def fetch(self, url: str, target: Path, room_bytes: int, progress: Progress) -> None:
        """Have the file at ``url`` at ``target``. Raises Invalid (an address that is refused), Transient."""
        ...

    async def unpack(self, source: Path, target: Path, room_bytes: int, progress: Progress) -> bool:
        """Write to ``target`` what the compressed ``source`` holds; False if it is not compressed."""
        ...

    async def inspect(self, path: Path, declared: str | None) -> Inspected:
        """Find out what an image is, from its headers; ``declared`` is what it is said to be."""
        ...

    async def convert(
        self, source: Path, format: str, disk_bytes: int, target: Path, room_bytes: int, progress: Progress
    ) -> None:
        """Write a standalone qcow2 of an inspected image to ``target``."""
        ...


class Offer(Protocol):
    """An image that a distribution publishes."""

    @property
    def name(self) -> str: ...
    @property
    def distribution(self) -> str: ...
    @property
    def description(self) -> str: ...


class ImageCatalogue(Protocol):
    """Fetches the images that distributions publish."""

    @property
    def offers(self) -> Mapping[str, Offer]:
        """What can be fetched, by slug."""
        ...

    async def fetch(self, name: str, target: Path, progress: Progress) -> None:
        """Write the file that is published to ``target``, verified. Raises StepFailed, Invalid."""
        ...


@dataclass(frozen=True)
class Settings:
    """What the configuration says to Actions."""

    network: IPv4Network = LOOPBACK_RANGE
    usual_ports: tuple[int, ...] = (22, 80, 443)  # on which each Droplet listens at its own address
    shutdown_grace_seconds: float = 60.0  # how long a guest may take to shut down when asked
    reserve_bytes: int = 2 * 2**30  # disk that Actions may not eat
    disk_overcommit: float = 10.0  # disks are thin: how often the same space may be promised
    memory_reserve_bytes: int = 512 * 2**20  # memory that no Droplet is promised
    memory_overcommit: float = 1.0
    prices: Prices = field(default_factory=Prices)
    max_droplets: int = 1000
    max_images: int = 10_000
    max_chain_layers: int = 128  # QEMU opens 100 in 1 s, 200 in 14, 400 in 78: more than a start may take
    max_open_actions: int = 200
    uploads: Path = Path("uploads")
    exports: Path = Path("exports")  # Snapshots written out for clients, for a while
    image_cache: Path = Path("cache")  # files of images that can be had again
    work: Path = Path("work")  # scratch files of Actions; emptied of what no Action owns


@dataclass(frozen=True)
class World:
    """The drivers in use, whatever they are, and the time."""

    database: Database
    store: LayerStore
    host: Host
    builder: ImageBuilder
    importer: ImageImporter
    catalogue: ImageCatalogue = field(kw_only=True)
    installation: str  # random, of this Dew: makes instance-ids unique between installations
    settings: Settings = field(default_factory=Settings)
    turns: Turns = field(default_factory=Turns)
    pace: ReadingPace = field(default_factory=ReadingPace)  # of what reads whole disks in the background
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
