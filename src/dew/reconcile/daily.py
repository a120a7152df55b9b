"""A copy of the database every day: what is kept in it can't be read back from the disks."""

import asyncio
import sqlite3
import time
from pathlib import Path

import structlog

from dew.database import copies
from dew.storage.durable import make_directory

KEPT_COPIES = 7
DAY_SECONDS = 86400.0

log = structlog.get_logger()


class DailyCopy:
    """Keeps the last seven days' copies in ``copies/`` beside the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._directory = database.parent / "copies"

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                due_in = await asyncio.to_thread(self._copy_if_due)
            except (OSError, sqlite3.Error) as error:
                log.error("the daily copy of the database failed", error=str(error))
                due_in = 3600.0
            await asyncio.sleep(due_in)

    def _copy_if_due(self) -> float:
        """Make the copy if the newest is a day old; return the seconds until the next is due. Blocks."""
        make_directory(self._directory, 0o700)
        kept = sorted(self._directory.glob(f"{self._database.name}.*"))
        age = time.time() - kept[-1].stat().st_mtime if kept else DAY_SECONDS
        if age < DAY_SECONDS:
            return DAY_SECONDS - age
        name = f"{self._database.name}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        copies.copy(self._database, self._directory / name)
        for old in kept[: -(KEPT_COPIES - 1)]:
            old.unlink()
        return DAY_SECONDS
