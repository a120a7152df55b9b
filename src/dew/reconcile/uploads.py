"""Uploads that nobody goes on with are forgotten after a day; bytes that no upload knows are deleted."""

import asyncio

import structlog

from dew.model.errors import DewError
from dew.streams.uploads import Uploads

TIDY_EVERY_SECONDS = 600.0

log = structlog.get_logger()


class UploadTidier:
    """Looks at the uploads now and then."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self._uploads.tidy()
            except (DewError, OSError) as error:
                log.warning("uploads could not be tidied up, trying again later", error=str(error))
            await asyncio.sleep(TIDY_EVERY_SECONDS)
