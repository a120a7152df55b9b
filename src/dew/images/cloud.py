"""CloudImages: what the catalogue names, fetched once per published version and kept.

<cache>/fetched/<slug>-<12 digits of its checksum>.qcow2    verified; the newest of each slug
                …qcow2.part, …qcow2.part.json               under way

Of these MOST_KEPT_BYTES stay; when the disk gets full they all go, before anything else does.
"""

import asyncio
import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dew.images.catalogue import CloudImage
from dew.images.fetch import AddressPolicy, Checksum, fetch
from dew.images.kept import FETCHED, copy, give_up_beyond
from dew.images.partial import partial_files
from dew.images.published import published_checksum
from dew.model.errors import StepFailed, Transient

LARGEST_BYTES = 8 * 2**30
"""Cloud images have 0.2 to 1 GB."""

MOST_KEPT_BYTES = 10 * 2**30
"""Of files in the cache: ten to fifty images, more than anybody uses side by side."""

LARGEST_CHECKSUMS_BYTES = 2**20

KEEP_PARTIAL_SECONDS = 7 * 86400.0
"""Who has not gone on with a download for a week will not."""

CHECKSUMS = ".checksums-"
"""What a directory for a file of checksums is called, which only a daemon that was killed leaves behind."""

VERSION_DIGITS = 12

Progress = Callable[[float, str], None]


class CloudImages:
    """Fetches the catalogue's images into a cache; one at a time, since they share one line."""

    def __init__(
        self,
        offers: Mapping[str, CloudImage],
        cache: Path,
        policy: AddressPolicy,
        reserve_bytes: int,
    ) -> None:
        self.offers = offers
        self._directory = cache / FETCHED
        self._policy = policy
        self._reserve_bytes = reserve_bytes
        self._fetching = asyncio.Lock()

    async def fetch(self, name: str, target: Path, progress: Progress) -> None:
        """Write the file that is published as ``name`` to ``target``. What was downloaded is kept.

        Raises StepFailed, NoSpace, Invalid (its address is refused).
        """
        if self._fetching.locked():
            progress(0.0, "Waiting for another download to end")
        async with self._fetching:
            await asyncio.to_thread(self._prepare)
            try:
                await copy(await self._kept(self.offers[name], progress), target)
            except Transient as error:  # fetch has tried again for long enough
                raise StepFailed(f"{error} Fetch {name} again later to go on from there.") from error
            finally:
                await asyncio.to_thread(give_up_beyond, self._directory, MOST_KEPT_BYTES)

    async def _kept(self, image: CloudImage, progress: Progress) -> Path:
        """Return the verified file of the version that is published now."""
        progress(0.0, f"Asking for the checksum of {image.name}")
        checksum = await self._published(image)
        kept = self._directory / f"{image.name}-{checksum.hex[:VERSION_DIGITS]}.qcow2"
        if not await asyncio.to_thread(_has, kept, checksum):
            await self._download(image, kept, checksum, progress)
        await asyncio.to_thread(self._drop_others, image, kept)
        return kept

    async def _published(self, image: CloudImage) -> Checksum:
        with tempfile.TemporaryDirectory(dir=self._directory, prefix=CHECKSUMS) as directory:
            file = Path(directory) / "checksums"
            await fetch(
                image.checksums,
                file,
                policy=self._policy,
                limit_bytes=LARGEST_CHECKSUMS_BYTES,
                room_bytes=LARGEST_CHECKSUMS_BYTES,
                checksum=None,
                report=lambda *_: None,
            )
            text = await asyncio.to_thread(file.read_text, errors="replace")
        return published_checksum(text, image.file, image.checksums)

    async def _download(self, image: CloudImage, kept: Path, checksum: Checksum, progress: Progress) -> None:
        def report(so_far_bytes: int, total_bytes: int | None) -> None:
            share = so_far_bytes / total_bytes if total_bytes else 0.0
            progress(share, f"Fetching {image.name}: {so_far_bytes >> 20} MiB")

        await fetch(
            image.image,
            kept,
            policy=self._policy,
            limit_bytes=LARGEST_BYTES,
            room_bytes=await asyncio.to_thread(self._room_bytes),
            checksum=checksum,
            report=report,
        )

    def _room_bytes(self) -> int:
        return max(0, shutil.disk_usage(self._directory).free - self._reserve_bytes)

    def _prepare(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for left in (*partial_files(self._directory), *self._directory.glob(f"{CHECKSUMS}*")):
            if time.time() - left.stat().st_mtime > KEEP_PARTIAL_SECONDS:
                _remove(left)

    def _drop_others(self, image: CloudImage, kept: Path) -> None:
        """Forget older versions, and what was begun of them."""
        own = re.compile(rf"{re.escape(image.name)}-[0-9a-f]{{{VERSION_DIGITS}}}\.qcow2(\.part.*)?")
        for other in self._directory.iterdir():
            if own.fullmatch(other.name) and other != kept:
                other.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _has(path: Path, checksum: Checksum) -> bool:
    """Whether the file is there and still what was published: disks rot."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, checksum.algorithm).hexdigest() == checksum.hex
