"""Files on their way in."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.model.upload import Upload as UploadModel


class Upload(TypedDict):
    """A file on its way in."""

    id: int
    file_name: str
    size_bytes: int
    received_bytes: Annotated[int, Meta(description="there for good; the next piece follows them")]
    sha256: str | None
    importing: Annotated[bool, Meta(description="an Action works with it")]
    created_at: Instant
    touched_at: Instant


def upload(upload: UploadModel) -> Upload:
    """A file on its way in."""
    return {
        "id": upload.id,
        "file_name": upload.file_name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "sha256": upload.sha256,
        "importing": upload.taken,
        "created_at": time(upload.created_at),
        "touched_at": time(upload.touched_at),
    }
