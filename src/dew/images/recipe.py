"""What Dew can build, and building it: room checked, work directory cleaned up, failures translated."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dew.images import commands, debian, micro, namespace
from dew.images.debian import Choices
from dew.model import room
from dew.model.errors import NoSpace, NotFound, StepFailed

CLEAN_UP_SECONDS = 120.0

HERE = Path(__file__).parent

VERSION_DIGITS = 12

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Recipe:
    """One image Dew can build. `version` changes whenever the recipe's own sources do."""

    name: str  # also the public slug
    distribution: str
    description: str
    min_disk_bytes: int  # the smallest disk a Droplet made from it can have
    work_bytes: int  # room the building takes for a while
    version: str


def _version(own: str) -> str:
    """A hash of every file that the recipe `own` is made of."""
    shared = [HERE / name for name in ("cpio.py", "disk.py", "packages.py")]
    scripts = [path for path in (HERE / "guest").iterdir() if path.is_file()]
    tree = [path for path in (HERE / "guest" / own).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted([HERE / f"{own}.py", *shared, *scripts, *tree]):
        digest.update(str(path.relative_to(HERE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:VERSION_DIGITS]


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "debian-12": Recipe(
            name="debian-12",
            distribution="Debian",
            description="Debian 12 (bookworm) x64",
            min_disk_bytes=debian.SIZE_BYTES,
            work_bytes=3 << 30,
            version=_version("debian"),
        ),
        "dew-micro": Recipe(
            name="dew-micro",
            distribution="Debian",
            description="Dew micro: Debian's kernel and busybox, for tests and first tries",
            min_disk_bytes=micro.SIZE_BYTES,
            work_bytes=1 << 30,
            version=_version("micro"),
        ),
    }
)


async def build(
    name: str,
    target: Path,
    work: Path,
    progress: Progress,
    choices: Choices | None = None,
    reserve_bytes: int = 0,
) -> None:
    """Build the image `name` and put it at `target`: a compressed qcow2 without a backing file.

    The target appears whole or not at all. `work` is a directory for the large temporary files; nothing is
    left in it. `progress` is told the share done, 0 to 1, and what is being done. `choices` bend debian-12
    for tests. Of the disk at `work` at least `reserve_bytes` are left free. Cancelling stops every helper
    program. Raises NotFound, NoSpace or StepFailed.
    """
    recipe = RECIPES.get(name)
    if recipe is None:
        raise NotFound(f"There is no image called {name}; Dew can build {', '.join(RECIPES)}.")
    async with _room(work, recipe, reserve_bytes) as directory:
        if name == "dew-micro":
            await micro.build(target, directory, progress)
        else:
            await debian.build(target, directory, progress, choices or Choices())
    progress(1.0, "done")


@asynccontextmanager
async def _room(work: Path, recipe: Recipe, reserve_bytes: int) -> AsyncIterator[Path]:
    """A directory of one's own in `work`, removed however the building ends."""
    try:
        directory = await asyncio.to_thread(_make_room, work, recipe, reserve_bytes)
        try:
            yield directory
        finally:
            await asyncio.shield(_remove(directory))
    except OSError as error:
        kind = NoSpace if error.errno == errno.ENOSPC else StepFailed
        raise kind(f"Building the image {recipe.name} failed: {error}.") from error


def _make_room(work: Path, recipe: Recipe, reserve_bytes: int) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    require_room(f"Building the image {recipe.name}", work, recipe.work_bytes, reserve_bytes)
    return Path(tempfile.mkdtemp(prefix=f"{recipe.name}.", dir=work))


def require_room(doing: str, place: Path, needed_bytes: int, reserve_bytes: int) -> None:
    """Raise NoSpace, with the numbers, if so much could not be written at `place` and the reserve kept."""
    room.require_room(f"{doing} in {place}", needed_bytes, shutil.disk_usage(place).free, reserve_bytes)


async def _remove(directory: Path) -> None:
    """Unpacked files may belong to subordinate users, whom only the namespace can act for."""
    command: tuple[str | Path, ...] = (*namespace.prefix(), "rm", "-rf", "--", directory)
    await commands.run(*command, timeout_seconds=CLEAN_UP_SECONDS, what="Cleaning up after building an image")
