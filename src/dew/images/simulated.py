"""Images for ``dewd --simulate``: every recipe's name, and nothing inside."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from dew.images.recipe import RECIPES, Recipe


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


def _write_sparse(target: Path, size_bytes: int) -> None:
    with target.open("wb") as file:
        file.truncate(size_bytes)
