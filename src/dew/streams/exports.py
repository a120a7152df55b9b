"""Export downloads: a file that an Action wrote, sent as fast as the client takes it, from any byte on."""

import asyncio
from pathlib import Path

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from dew.model.errors import LimitReached, NotFound
from dew.model.image import Image
from dew.storage.exports import EXPORT_FORMAT, EXPORT_VERSION, Export, Exports

__all__ = ["EXPORT_FORMAT", "EXPORT_VERSION", "Export", "ExportDownloads"]

MOST_DOWNLOADS = 8
"""At once: each holds a file and a connection."""

STALL_SECONDS = 60.0
"""How long a client may take nothing before it counts as gone; it may come back for the rest."""


class ExportDownloads:
    """What the API gives of exports."""

    def __init__(self, directory: Path) -> None:
        self._exports = Exports(directory)
        self._open: set[object] = set()

    async def get(self, image: Image) -> Export:
        """Return the Snapshot's export. Raises NotFound."""
        found = await self._exports.find(image.id, image.created_at.isoformat())
        if found is None:
            raise NotFound("There is no export of this Snapshot (any more): make a new one.")
        return found

    async def remove(self, image_id: int) -> None:
        """Delete the Snapshot's export; none is fine."""
        await self._exports.remove(image_id)

    async def download(self, image: Image) -> FileResponse:
        """Return the answer that sends what is asked for of the file. Raises NotFound, LimitReached."""
        found = await self.get(image)
        if len(self._open) >= MOST_DOWNLOADS:
            raise LimitReached(f"{MOST_DOWNLOADS} downloads are under way already: wait for one to end.")
        await self._exports.keep(image.id)
        return Download(found, self._open)


class Download(FileResponse):
    """One client's download."""

    def __init__(self, export: Export, open_downloads: set[object]) -> None:
        headers = {"etag": f'"{export.sha256}"', "cache-control": "no-store"}
        super().__init__(export.path, headers=headers, media_type="application/octet-stream")
        self._open_downloads = open_downloads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(STALL_SECONDS):
                await send(message)

        self._open_downloads.add(self)
        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            self._open_downloads.discard(self)
