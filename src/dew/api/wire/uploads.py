"""Files on their way in."""

from dew.api.wire.units import Json, time
from dew.model.upload import Upload


def upload(upload: Upload) -> Json:
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
