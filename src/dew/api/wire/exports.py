"""Snapshots as files to carry away."""

from dew.api.wire.units import Json, time
from dew.model.image import Image
from dew.streams.exports import EXPORT_FORMAT, EXPORT_VERSION, Export


def own_export(image: Image, export: Export) -> Json:
    """The manifest of an exported Snapshot: what another Dew needs to know of the disk beside it."""
    return {
        "format": EXPORT_FORMAT,
        "format_version": EXPORT_VERSION,
        "name": image.name,
        "consistency": None if image.consistency is None else image.consistency.value,
        "distribution": image.distribution,
        "created_at": time(image.created_at),
        "disk_bytes": image.disk_bytes,
        "size_bytes": export.size_bytes,
        "sha256": export.sha256,
        "expires_at": time(export.expires_at),
    }
