"""Importing foreign images: fetch, unpack, inspect, convert. Every byte is a stranger's until the end.

URL ──► file ──► unpacked, if it was compressed ──► inspected ──► converted ──► a qcow2 of our own
        fetch.py   unpacking.py, confined           inspection.py  conversion.py, confined
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dew.images import conversion, fetch, unpacking
from dew.images.address_policy import AddressPolicy
from dew.images.confinement import Confinement
from dew.images.unpacking import Allowance

if TYPE_CHECKING:
    from dew.images.inspection import Inspected

Progress = Callable[[float, str], None]

MIB = 2**20


class ImageImporter:
    """Turns what people bring into images that can be trusted."""

    def __init__(self, confined: Confinement, policy: AddressPolicy, largest_disk_bytes: int) -> None:
        """``largest_disk_bytes`` bounds files as they come and are unpacked, and virtual disks."""
        self._confined = confined
        self._policy = policy
        self._largest_disk_bytes = largest_disk_bytes
        self._working = asyncio.Lock()  # two at once would only slow each other down, and the guests twice

    def check_url(self, url: str) -> None:
        """Raise Invalid for a URL that is never fetched, wherever it leads."""
        self._policy.check_url(url)

    async def fetch(self, url: str, target: Path, room_bytes: int, progress: Progress) -> None:
        """Have the file at ``url`` at ``target``. Raises Invalid, StepFailed, NoSpace, Transient."""

        def report(done: int, total: int | None) -> None:
            told = f"{done // MIB} MiB of {total // MIB} MiB" if total else f"{done // MIB} MiB"
            progress(done / total if total else 0.0, f"Fetching {told}")

        await fetch.fetch(
            url,
            target,
            policy=self._policy,
            limit_bytes=self._largest_disk_bytes,
            room_bytes=room_bytes,
            checksum=None,
            report=report,
        )

    async def unpack(self, source: Path, target: Path, room_bytes: int, progress: Progress) -> bool:
        """Write to ``target`` what ``source`` holds; False, and nothing is written, if it is not compressed.

        Raises StepFailed (damaged, or a bomb), NoSpace.
        """
        program = await asyncio.to_thread(unpacking.unpacker, source)
        if program is None:
            return False
        size_bytes = (await asyncio.to_thread(source.stat)).st_size
        allowance = Allowance(self._largest_disk_bytes, room_bytes)
        async with self._working:
            await unpacking.unpack(
                self._confined,
                program,
                source,
                target,
                allowance,
                lambda done: progress(
                    done / size_bytes, f"Unpacking {done // MIB} of {size_bytes // MIB} MiB"
                ),
            )
        return True

    async def inspect(self, path: Path, declared: str | None) -> Inspected:
        """Return what an unpacked image is. Raises StepFailed, saying why it is refused."""
        return await asyncio.to_thread(self._inspect, path, declared)

    def _inspect(self, path: Path, declared: str | None) -> Inspected:
        from dew.images.inspection import inspect  # brings oslo.utils, which takes longer than the rest of us

        return inspect(path, declared=declared, largest_disk_bytes=self._largest_disk_bytes)

    async def convert(
        self, source: Path, format: str, disk_bytes: int, target: Path, room_bytes: int, progress: Progress
    ) -> None:
        """Write a standalone qcow2 of an inspected image to ``target``. Raises StepFailed, NoSpace."""
        async with self._working:
            await asyncio.to_thread(self._confined.hand_over, source)
            await conversion.convert(
                self._confined,
                source,
                format,
                target,
                room_bytes,
                lambda share: progress(share, "Converting"),
            )
