"""Uploads: files on their way in. The row says how much of each is on the disk for sure."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update

from dew.database.connect import Tx, insert_row
from dew.database.tables import uploads
from dew.model.errors import Busy, NotFound
from dew.model.upload import Upload


async def add(tx: Tx, file_name: str, size_bytes: int, sha256: str | None, now: datetime) -> int:
    """Insert an upload of which nothing has come yet; return its id."""
    return await insert_row(
        tx,
        uploads,
        file_name=file_name,
        size_bytes=size_bytes,
        received_bytes=0,
        sha256=sha256,
        taken=False,
        created_at=now,
        touched_at=now,
    )


async def get(tx: Tx, upload_id: int) -> Upload:
    """Return an upload. Raises NotFound."""
    row = (await tx.execute(select(uploads).where(uploads.c.id == upload_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such upload; it may have expired. Begin a new one.")
    return _upload(row)


async def list_all(tx: Tx) -> Sequence[Upload]:
    """Return all uploads, oldest first; there are few."""
    return [_upload(row) for row in await tx.execute(select(uploads).order_by(uploads.c.id))]


async def outstanding_bytes(tx: Tx) -> int:
    """Return how much is promised and has not come yet."""
    missing = func.sum(uploads.c.size_bytes - uploads.c.received_bytes)
    return int(await tx.scalar(select(missing)) or 0)


async def set_received(tx: Tx, upload_id: int, received_bytes: int, now: datetime) -> None:
    """Record how much is on the disk."""
    mine = uploads.c.id == upload_id
    await tx.execute(update(uploads).where(mine).values(received_bytes=received_bytes, touched_at=now))


async def take(tx: Tx, upload_id: int) -> Upload:
    """Reserve a complete upload for an Action. Raises NotFound, Busy (it is incomplete or taken)."""
    upload = await get(tx, upload_id)
    if upload.taken:
        raise Busy("The upload is being imported already.")
    if not upload.complete:
        raise Busy(f"Only {upload.received_bytes} of the upload's {upload.size_bytes} bytes have arrived.")
    await tx.execute(update(uploads).where(uploads.c.id == upload_id).values(taken=True))
    return upload


async def release(tx: Tx, upload_id: int, now: datetime) -> None:
    """Give an upload back after an Action that failed, to be tried again or to expire."""
    mine = uploads.c.id == upload_id
    await tx.execute(update(uploads).where(mine).values(taken=False, touched_at=now))


async def remove(tx: Tx, upload_id: int) -> None:
    """Forget an upload."""
    await tx.execute(delete(uploads).where(uploads.c.id == upload_id))


async def remove_expired(tx: Tx, touched_before: datetime) -> None:
    """Forget what nobody has gone on with since then."""
    stale = (uploads.c.touched_at < touched_before) & uploads.c.taken.is_(False)
    await tx.execute(delete(uploads).where(stale))


def _upload(row: Row[tuple[object, ...]]) -> Upload:
    return Upload(**row._mapping)
