"""Giving up exports that nobody asked for any more: they are copies of what the store holds."""

import asyncio
from pathlib import Path

import structlog

from dew.model.errors import DewError
from dew.storage.exports import Exports

LOOK_EVERY_SECONDS = 3600.0

log = structlog.get_logger()


class ExportPruner:
    """Looks at the start and every hour."""

    def __init__(self, directory: Path) -> None:
        self._exports = Exports(directory)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self._exports.prune()
            except DewError as error:
                log.error("old exports could not be deleted", error=str(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)
