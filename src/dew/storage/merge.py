"""merge: several Layers' bytes, written out as one that lies over the same parents.

What the whole chain and the parents alone show is compared, and what differs is written; then what the new
file shows is compared with what the chain shows, before anybody relies on it. The programs are confined as
flatten's are: a guest that broke out into its QEMU may have written the Layers.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dew.model.errors import NoSpace, StepFailed
from dew.storage.durable import in_thread
from dew.storage.flatten import Progress, confined, reading
from dew.storage.programs import RunAs, make_qcow2

WRITING_SHARE = 0.6
"""Of the progress; the rest is comparing."""


async def merge(
    merged: Sequence[Path],
    parents: Sequence[Path],
    target: Path,
    disk_bytes: int,
    run_as: RunAs | None,
    progress: Progress,
) -> None:
    """Have ``target`` show over ``parents`` (newest first) what ``merged`` over them shows.

    ``progress`` is told the share done. Raises NoSpace, StepFailed; then ``target`` may hold anything.
    """
    await make_qcow2(target, disk_bytes, None)
    descriptor = await in_thread(_lend, target, run_as)
    try:
        merging = _Merging([*merged, *parents], parents, descriptor, disk_bytes, run_as)
        await merging.write(lambda share: progress(share * WRITING_SHARE))
        await merging.compare(lambda share: progress(WRITING_SHARE + share * (1 - WRITING_SHARE)))
    finally:
        await in_thread(_take_back, descriptor)


@dataclass(frozen=True)
class _Merging:
    """One merge under way; the target is an open descriptor."""

    chain: Sequence[Path]
    parents: Sequence[Path]
    descriptor: int
    disk_bytes: int
    run_as: RunAs | None

    async def write(self, progress: Progress) -> None:
        below = ("-b", reading(self.parents), "-F", "qcow2") if self.parents else ("-b", "")
        await self._run(("rebase", "-p", *below, self._target(self.chain)), progress)
        if self.parents:  # what stands in the header is a hint for people, and they know names
            hint = ("-b", self.parents[0].name, "-F", "qcow2")
            await self._run(("rebase", "-u", *hint, self._target([])), lambda _: None)

    async def compare(self, progress: Progress) -> None:
        words = ("compare", "-p", reading(self.chain), self._target(self.parents))
        try:
            await self._run(words, progress)
        except NoSpace:
            raise
        except StepFailed as error:
            raise StepFailed(
                f"One Layer made of {len(self.chain) - len(self.parents)} does not show what they show, so "
                f"it is not used. {error}"
            ) from error

    async def _run(self, words: Sequence[str], progress: Progress) -> None:
        await confined(words, self.descriptor, self.disk_bytes, self.run_as, progress)

    def _target(self, below: Sequence[Path]) -> str:
        """Spell the target out over others. What turns out to be zeros takes no room."""
        thin = {"discard": "unmap", "detect-zeroes": "unmap"}
        file = {"driver": "file", "filename": f"/dev/fd/{self.descriptor}", "discard": "unmap"}
        backing = json.loads(reading(below).removeprefix("json:")) if below else None
        return f"json:{json.dumps({'driver': 'qcow2', 'file': file, 'backing': backing, **thin})}"


def _lend(target: Path, run_as: RunAs | None) -> int:
    descriptor = os.open(target, os.O_RDWR | os.O_CLOEXEC)
    if run_as is not None:
        os.fchown(descriptor, run_as.user, -1)
    return descriptor


def _take_back(descriptor: int) -> None:
    os.fchown(descriptor, os.geteuid(), -1)
    os.fsync(descriptor)
    os.close(descriptor)
