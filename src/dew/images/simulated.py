"""Images for ``dewd --simulate``: every name and nothing inside; others only as long as they are."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dew.images.address_policy import AddressPolicy
from dew.images.catalogue import CLOUD_IMAGES, CloudImage
from dew.images.confinement import Confinement, Limits, prlimit
from dew.images.importer import ImageImporter
from dew.images.recipe import RECIPES, Recipe

BOOT_SIGNATURE_OFFSET, BOOT_SIGNATURE = 510, b"\x55\xaa"

CLOUD_DISK_BYTES = 2**30
"""Less than the 2 to 5 GB of real ones, so that each fits the smallest Droplet."""


class SimulatedBuilder:
    """Builds at once; Droplets made from the result boot in memory only."""

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """What can be built, by slug."""
        return RECIPES

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        """Write an empty disk's length to ``target``."""
        progress(0.5, f"Simulating {name}")
        await asyncio.to_thread(_write_sparse, target, self.recipes[name].min_disk_bytes)


class Unconfined(Confinement):
    """Runs programs as they are: a simulation asks for no sandbox, and its images are its user's own."""

    def command(
        self, program: Sequence[str], limits: Limits, source: Path | None, target: Path | None
    ) -> list[str]:
        """Return the program with nothing but its limits."""
        return [*prlimit(limits), *program]


class SimulatedImporter(ImageImporter):
    """Fetches, unpacks and inspects for real, and converts only what can be seen of it: the disk's length."""

    def __init__(self, policy: AddressPolicy, largest_disk_bytes: int) -> None:
        super().__init__(Unconfined(None), policy, largest_disk_bytes)

    async def convert(
        self,
        source: Path,
        format: str,
        disk_bytes: int,
        target: Path,
        room_bytes: int,
        progress: Callable[[float, str], None],
    ) -> None:
        """Write an empty disk's length to ``target``."""
        progress(0.5, f"Simulating {format}")
        await asyncio.to_thread(_write_sparse, target, disk_bytes)


class SimulatedCatalogue:
    """Fetches at once, from nowhere."""

    @property
    def offers(self) -> Mapping[str, CloudImage]:
        """What can be fetched, by slug."""
        return CLOUD_IMAGES

    async def fetch(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        """Write an empty disk's length to ``target``."""
        progress(0.5, f"Simulating {self.offers[name].description}")
        await asyncio.to_thread(_write_disk, target, CLOUD_DISK_BYTES)


def _write_disk(target: Path, size_bytes: int) -> None:
    """Write what passes for a disk that could boot: inspection is no simulation."""
    with target.open("wb") as file:
        file.seek(BOOT_SIGNATURE_OFFSET)
        file.write(BOOT_SIGNATURE)
        file.truncate(size_bytes)


def _write_sparse(target: Path, size_bytes: int) -> None:
    with target.open("wb") as file:
        file.truncate(size_bytes)
