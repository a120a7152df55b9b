"""Snapshots that were written out to files, to be carried away."""

from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPException

import msgspec

from dew.client.actions import Action
from dew.client.answers import STREAM_SILENCE_SECONDS, reason
from dew.client.errors import ApiError, Unreachable
from dew.client.requests import Requests

READ_BYTES = 2**20  # of a download at once


class Export(msgspec.Struct, frozen=True):
    """The manifest of a Snapshot that was written out, and of the file that its disk is in."""

    format: str
    format_version: int
    name: str
    created_at: datetime
    disk_bytes: int
    size_bytes: int  # of the file
    sha256: str  # of the file
    consistency: str | None = None
    distribution: str = "Unknown"
    expires_at: datetime | None = None


class Exports(Requests):
    """The exports of one Dew."""

    def make_export(self, snapshot_id: int) -> Action:
        """Start writing a Snapshot's disk out to a file at the server."""
        return self._one("POST", f"/dew/v1/snapshots/{snapshot_id}/export", "action", Action)

    def export(self, snapshot_id: int) -> Export:
        """Return what is known of a Snapshot's export; ApiError 404 if there is none."""
        return self._one("GET", f"/dew/v1/snapshots/{snapshot_id}/export", "export", Export)

    def delete_export(self, snapshot_id: int) -> None:
        """Delete a Snapshot's export; the Snapshot stays."""
        self._send("DELETE", f"/dew/v1/snapshots/{snapshot_id}/export")

    def read_export(self, snapshot_id: int, sha256: str, offset: int) -> Iterator[bytes]:
        """Yield the bytes of an exported disk from ``offset`` on. Raises Unreachable when the connection
        breaks; ApiError, 412 where the file is not the one with this checksum any more.
        """
        headers = {"Range": f"bytes={offset}-", "If-Range": f'"{sha256}"'}
        path = f"/dew/v1/snapshots/{snapshot_id}/export/disk"
        connection = self._connection(STREAM_SILENCE_SECONDS)
        try:
            response = self._exchange(connection, "GET", path, None, "application/octet-stream", headers)
            if response.status != 206:
                raise ApiError(412, "precondition_failed", "The export at the server is another one by now.")
            while piece := response.read(READ_BYTES):
                yield piece
        except (OSError, HTTPException) as error:
            raise Unreachable(f"The connection to {self.url} broke ({reason(error)}).") from error
        finally:
            connection.close()
