"""Built images are kept, so that building again (for another data directory, say) is a copy."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from dew.images.debian import Choices
from dew.images.kept import copy
from dew.images.recipe import RECIPES, Recipe, build, require_room

Progress = Callable[[float, str], None]


async def kept_image(
    name: str,
    cache: Path,
    work: Path,
    progress: Progress,
    choices: Choices | None = None,
    reserve_bytes: int = 0,
) -> Path:
    """Return the file of a built image in ``cache``, building it if this version of it is not there.

    Two that build at once, of one cache, each build a whole one; the later takes the earlier's place.
    Raises StepFailed, NoSpace.
    """
    kept = cache / f"{name}-{RECIPES[name].version}.qcow2"
    if not await asyncio.to_thread(kept.exists):
        await asyncio.to_thread(cache.mkdir, parents=True, exist_ok=True)
        own = cache / f".{secrets.token_hex(4)}-{kept.name}"
        try:
            await build(name, own, work, progress, choices, reserve_bytes)
            await asyncio.to_thread(own.replace, kept)
        finally:
            await asyncio.to_thread(own.unlink, missing_ok=True)
    return kept


class CachedBuilder:
    """Builds a recipe once per version of it."""

    def __init__(self, cache: Path, work: Path, reserve_bytes: int = 0) -> None:
        """``reserve_bytes`` are left free of the disk at ``work``."""
        self._cache = cache
        self._work = work
        self._reserve_bytes = reserve_bytes
        self._building = asyncio.Lock()  # two builds at once would only slow each other down

    @property
    def recipes(self) -> Mapping[str, Recipe]:
        """What can be built, by slug."""
        return RECIPES

    async def build(self, name: str, target: Path, progress: Progress) -> None:
        """Write the image to ``target``, from the cache if it is there. Raises StepFailed, NoSpace."""
        async with self._building:
            kept = await kept_image(
                name, self._cache, self._work, progress, reserve_bytes=self._reserve_bytes
            )
        progress(0.98, "Copying the image")
        await asyncio.to_thread(self._require_room, kept, target)
        await copy(kept, target)

    def _require_room(self, kept: Path, target: Path) -> None:
        allocated_bytes = kept.stat().st_blocks * 512
        require_room(f"Copying {kept.name}", target.parent, allocated_bytes, self._reserve_bytes)
