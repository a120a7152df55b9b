"""Uploads that nobody goes on with are forgotten after a day; bytes that no upload knows are deleted."""

import asyncio
from contextlib import suppress

import structlog

from dew.model.errors import DewError
from dew.streams.uploads import Uploads

TIDY_EVERY_SECONDS = 600.0

log = structlog.get_logger()


class UploadTidier:
    """Looks at the uploads when woken, and now and then."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """An upload may have become an Image."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._uploads.tidy()
            except (DewError, OSError) as error:
                log.warning("uploads could not be tidied up, trying again later", error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(TIDY_EVERY_SECONDS):
                    await self._woken.wait()
