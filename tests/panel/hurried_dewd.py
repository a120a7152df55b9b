"""A simulated dewd that makes due Backups at once, and whose guests get jammed: then nothing ends them."""

import os
from pathlib import Path

from dew.compute.memory import MemoryHost
from dew.daemon import process, simulated_drivers
from dew.model.errors import Broken
from dew.reconcile import backups

JAM = "jammed"  # the file in the data directory that does it


class JammedHost(MemoryHost):
    async def ensure_stopped(self, droplet_id: int) -> None:
        if Path(os.environ["DEW_DATA"], JAM).exists():
            raise Broken("The guest is jammed.")
        await super().ensure_stopped(droplet_id)


if __name__ == "__main__":
    backups.LOOK_EVERY_SECONDS = 0.2
    setattr(simulated_drivers, "MemoryHost", JammedHost)  # noqa: B010
    process.main()
