"""Built images are kept, so that building again (for another data directory, say) is a copy."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from dew.images import commands
from dew.images.recipe import RECIPES, Recipe, build

COPY_SECONDS = 600.0


class CachedBuilder:
    """Builds a recipe once per version of it."""

    def __init__(self, cache: Path, work: Path) -> None:
        self._cache = cache
        self._work = work
        self._building = asyncio.Lock()  # two builds at once would only slow each other down

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """What can be built, by slug."""
        return RECIPES

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        """Write the image to ``target``, from the cache if it is there. Raises StepFailed."""
        kept = self._cache / f"{name}-{RECIPES[name].version}.qcow2"
        async with self._building:
            if not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True)
                await build(name, kept, self._work, progress)
        progress(0.98, "Copying the image")
        await commands.run(
            *("cp", "--reflink=auto", "--sparse=always", "--", kept, target),
            what="Copying an image from the cache",
            timeout_seconds=COPY_SECONDS,
        )
