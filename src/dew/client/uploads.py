"""Files on their way to the server, in pieces."""

from datetime import datetime

import msgspec

from dew.client.answers import decode
from dew.client.requests import Requests

PIECE_TIMEOUT_SECONDS = 120.0  # 16 MiB at 140 KB/s, and a slow disk's sync


class Upload(msgspec.Struct, frozen=True):
    """A file on its way; ``received_bytes`` are there for good, and the next piece follows them."""

    id: int
    file_name: str
    size_bytes: int
    received_bytes: int
    sha256: str | None = None
    importing: bool = False
    touched_at: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.file_name


class Uploads(Requests):
    """The uploads of one Dew."""

    def uploads(self) -> list[Upload]:
        """Return the files on their way."""
        return self._one("GET", "/dew/v1/uploads", "uploads", list[Upload])

    def upload(self, upload_id: int) -> Upload:
        """Return how far a file is."""
        return self._one("GET", f"/dew/v1/uploads/{upload_id}", "upload", Upload)

    def begin_upload(self, file_name: str, size_bytes: int, sha256: str) -> Upload:
        """Announce a file; nothing of it is sent yet."""
        body = {"file_name": file_name, "size_bytes": size_bytes, "sha256": sha256}
        return self._one("POST", "/dew/v1/uploads", "upload", Upload, body)

    def send_piece(self, upload: Upload, piece: bytes) -> Upload:
        """Send the bytes that follow ``upload.received_bytes``; return it as it is then.

        After a failure nobody knows how much came: ask for the upload again. ApiError 409 says the same.
        """
        headers = {"Content-Type": "application/octet-stream", "Upload-Offset": str(upload.received_bytes)}
        path = f"/dew/v1/uploads/{upload.id}"
        content = self._send_once("PATCH", path, piece, PIECE_TIMEOUT_SECONDS, headers)
        answer = decode(content, dict[str, msgspec.Raw], self.url)
        return decode(answer["upload"], Upload, self.url)

    def delete_upload(self, upload_id: int) -> None:
        """Forget a file that is on its way."""
        self._send("DELETE", f"/dew/v1/uploads/{upload_id}")
