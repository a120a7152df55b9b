"""Receiving files: each in as many pieces as it takes, over broken connections and restarts of dewd.

    begin ──► receive at offset 0 ──► … ──► receive ──► complete ──► an Action takes it
                       │ broken: what came is kept            │
                       └── ask how much is there, go on ──────┴── nobody goes on: expires

A piece is synced before the row says that it is there, so the offset that a client is told survives a power
cut. A file longer than its row says is cut back when its client goes on.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from dew.database import uploads
from dew.database.connect import Database
from dew.model.errors import Busy, Conflict, Invalid, LimitReached, NoSpace, Transient
from dew.model.room import require_room
from dew.model.upload import Upload
from dew.storage.durable import in_thread, translated
from dew.storage.store import LayerStore
from dew.streams.upload_file import UploadFile, length

KEPT_HOURS = 24  # since anybody went on with it: long enough for a night without a connection
MAX_UPLOADS = 16  # begun and not expired: an API client needs one or two
SILENCE_SECONDS = 60.0  # of a client that says it is sending
GATHERED_BYTES = 2**20  # written at once
SAVED_BYTES = 64 * 2**20  # synced and recorded at once: what a power cut costs at most


@dataclass
class _Receiver:
    """Somebody who writes to an upload."""

    superseded: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Uploads:
    """The files on their way in."""

    def __init__(
        self,
        database: Database,
        store: LayerStore,
        directory: Path,
        now: Callable[[], datetime],
        *,
        largest_bytes: int,
        reserve_bytes: int,
    ) -> None:
        self._database = database
        self._store = store
        self._directory = directory
        self._now = now
        self._largest_bytes = largest_bytes
        self._reserve_bytes = reserve_bytes
        self._receivers: dict[int, _Receiver] = {}

    async def begin(self, file_name: str, size_bytes: int, sha256: str | None) -> Upload:
        """Promise room for a file. Raises Invalid, LimitReached, NoSpace.

        What an import that failed gave back makes room for it, the oldest first.
        """
        if not 0 < size_bytes <= self._largest_bytes:
            raise Invalid(
                f"A file of {size_bytes} bytes is not taken: it must have at least one and at most "
                f"{self._largest_bytes} (max_image_gigabytes)."
            )
        free_bytes = (await self._store.room()).free_bytes - self._reserve_bytes
        async with self._database.write() as tx:
            free_bytes -= await uploads.outstanding_bytes(tx)
            present = await uploads.list_all(tx)
            dropped = _droppable(present, size_bytes - free_bytes)
            _require_room(len(present) - len(dropped), size_bytes, free_bytes + _total_bytes(dropped))
            for each in dropped:
                await uploads.remove(tx, each.id)
            upload_id = await uploads.add(tx, file_name, size_bytes, sha256, self._now())
        for each in dropped:
            await in_thread(self._path(each.id).unlink, missing_ok=True)
        return await self.get(upload_id)

    async def get(self, upload_id: int) -> Upload:
        """Return an upload. Raises NotFound."""
        async with self._database.read() as tx:
            return await uploads.get(tx, upload_id)

    async def list_all(self) -> list[Upload]:
        """Return all uploads, oldest first."""
        async with self._database.read() as tx:
            return list(await uploads.list_all(tx))

    async def receive(self, upload_id: int, offset: int, pieces: AsyncIterator[bytes]) -> Upload:
        """Take in what comes, from ``offset`` on; return the upload as it is then.

        However it ends, what came before is kept. Raises NotFound, Busy (it is being imported), Conflict
        (another offset is next), Invalid (too much), NoSpace, Transient (nothing comes), and what ``pieces``
        raises.
        """
        async with self._alone(upload_id) as superseded:
            await self._require_next(upload_id, offset)
            with translated("write the upload"):
                file = await in_thread(UploadFile.open, self._path(upload_id), offset)
                try:
                    async with aclosing(_until(pieces, superseded)) as coming:
                        await self._take_in(upload_id, file, coming)
                finally:
                    await asyncio.shield(self._save(upload_id, file))
                    await in_thread(file.close)
            return await self.get(upload_id)

    async def discard(self, upload_id: int) -> None:
        """Forget an upload and its bytes. Raises NotFound, Busy (it is being imported)."""
        async with self._alone(upload_id):
            async with self._database.write() as tx:
                if (await uploads.get(tx, upload_id)).taken:
                    raise Busy("The upload is being imported: delete it afterwards.")
                await uploads.remove(tx, upload_id)
            await in_thread(self._path(upload_id).unlink, missing_ok=True)

    async def tidy(self) -> None:
        """Forget what has expired, and delete files that belong to no upload."""
        present = await in_thread(lambda: set(self._files()))  # before the rows are read: one may be added
        async with self._database.write() as tx:
            for upload in await uploads.list_all(tx):
                if upload.id in self._receivers:  # slow, but not abandoned
                    await uploads.set_received(tx, upload.id, upload.received_bytes, self._now())
            await uploads.remove_expired(tx, self._now() - timedelta(hours=KEPT_HOURS))
            known = {upload.path(self._directory) for upload in await uploads.list_all(tx)}
        for path in present - known:
            await in_thread(path.unlink, missing_ok=True)

    def _files(self) -> Iterator[Path]:
        return self._directory.glob("upload-*")

    def _path(self, upload_id: int) -> Path:
        return self._directory / f"upload-{upload_id}"

    @asynccontextmanager
    async def _alone(self, upload_id: int) -> AsyncIterator[asyncio.Event]:
        """Be the only one who writes. A client that comes again has lost its connection, though the end of it
        that is here may not know: who wrote so far is told to stop.
        """
        while former := self._receivers.get(upload_id):
            former.superseded.set()
            await former.gone.wait()
        mine = self._receivers[upload_id] = _Receiver()
        try:
            yield mine.superseded
        finally:
            del self._receivers[upload_id]
            mine.gone.set()

    async def _require_next(self, upload_id: int, offset: int) -> None:
        upload = await self.get(upload_id)
        if upload.taken:
            raise Busy("The upload is being imported: nothing can be added to it.")
        received_bytes = upload.received_bytes
        if await in_thread(length, self._path(upload_id)) < received_bytes:  # somebody took the file away
            received_bytes = 0
            async with self._database.write() as tx:
                await uploads.set_received(tx, upload_id, 0, self._now())
        if offset != received_bytes:
            raise Conflict(f"{received_bytes} bytes are here already: go on from there.")

    async def _take_in(self, upload_id: int, file: UploadFile, pieces: AsyncIterator[bytes]) -> None:
        size_bytes = (await self.get(upload_id)).size_bytes
        async for piece in pieces:
            if file.end_bytes + len(piece) > size_bytes:
                raise Invalid(f"More has come than the {size_bytes} bytes that were announced.")
            if file.gather(piece) >= GATHERED_BYTES:
                await in_thread(file.write)
            if file.unsaved_bytes >= SAVED_BYTES:
                await self._save(upload_id, file)
                await self._require_reserve()

    async def _save(self, upload_id: int, file: UploadFile) -> None:
        """Put on the disk what came, and only then say that it is there."""
        try:
            await in_thread(file.save)
        finally:
            async with self._database.write() as tx:
                await uploads.set_received(tx, upload_id, file.saved_bytes, self._now())

    async def _require_reserve(self) -> None:
        free_bytes = (await self._store.room()).free_bytes
        require_room(
            "The rest of the upload (what has come is kept)", GATHERED_BYTES, free_bytes, self._reserve_bytes
        )


def _droppable(present: Sequence[Upload], missing_bytes: int) -> list[Upload]:
    """Return what can go so that another upload has a place and ``missing_bytes``, if that is enough."""
    idle, dropped = [each for each in present if each.complete and not each.taken], list[Upload]()
    while idle and (len(present) - len(dropped) >= MAX_UPLOADS or _total_bytes(dropped) < missing_bytes):
        dropped.append(idle.pop(0))
    return dropped


def _total_bytes(several: Sequence[Upload]) -> int:
    return sum(each.size_bytes for each in several)


def _require_room(others: int, size_bytes: int, free_bytes: int) -> None:
    if others >= MAX_UPLOADS:
        raise LimitReached(f"{MAX_UPLOADS} uploads are under way already: delete some first.")
    if size_bytes > free_bytes:
        raise NoSpace(
            f"There is no room for {size_bytes} bytes: {max(0, free_bytes)} are free beyond the "
            "reserve and what other uploads were promised. Make room and try again."
        )


async def _until(pieces: AsyncIterator[bytes], superseded: asyncio.Event) -> AsyncGenerator[bytes, None]:
    """Yield the pieces. Raises Conflict when another one goes on with the upload, Transient on silence."""
    stop = asyncio.create_task(superseded.wait())
    try:
        while True:
            coming = asyncio.create_task(_next(pieces))
            try:
                waiting = {coming, stop}
                await asyncio.wait(waiting, timeout=SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            finally:
                coming.cancel()  # does nothing to what is done
            if stop.done():
                raise Conflict("Another connection goes on with this upload.")
            try:
                piece = await coming
            except asyncio.CancelledError:
                raise Transient(
                    f"Nothing came for {SILENCE_SECONDS:.0f} s. What had come is kept: go on."
                ) from None
            if piece is None:
                return
            yield piece
    finally:
        stop.cancel()


async def _next(pieces: AsyncIterator[bytes]) -> bytes | None:
    return await anext(pieces, None)
