"""Snapshots as files to carry away."""

from typing import TypedDict

from dew.api.wire.units import Instant, time
from dew.model.image import Consistency, Image
from dew.streams.exports import EXPORT_FORMAT, EXPORT_VERSION
from dew.streams.exports import Export as ExportModel


class Export(TypedDict):
    """The manifest of an exported Snapshot."""

    format: str
    format_version: int
    name: str
    consistency: Consistency | None
    distribution: str
    created_at: Instant
    disk_bytes: int
    size_bytes: int
    sha256: str
    expires_at: Instant


def own_export(image: Image, export: ExportModel) -> Export:
    """The manifest of an exported Snapshot: what another Dew needs to know of the disk beside it."""
    return {
        "format": EXPORT_FORMAT,
        "format_version": EXPORT_VERSION,
        "name": image.name,
        "consistency": image.consistency,
        "distribution": image.distribution,
        "created_at": time(image.created_at),
        "disk_bytes": image.disk_bytes,
        "size_bytes": export.size_bytes,
        "sha256": export.sha256,
        "expires_at": time(export.expires_at),
    }
