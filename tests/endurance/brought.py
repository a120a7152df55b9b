"""What clients bring: small files that become Images, and the sending of one."""

import gzip
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from tests.unit.hostile_images import raw

MANIFEST = {"format": "dew-snapshot", "format_version": 1, "created_at": "2024-05-01T12:00:00Z"}
PACKED = gzip.compress(raw(2 << 20))
"""A disk as somebody else would bring it."""


@cache
def exported() -> bytes:
    """Return a disk as another Dew would have exported it."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "disk.qcow2"
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", path, "1M"], check=True)
        return path.read_bytes()


def piece(content: bytes) -> dict[str, Any]:
    """Return what goes with a request that sends all of an upload's bytes."""
    return {"content": content, "headers": {"upload-offset": "0"}}


async def upload(connection: httpx2.AsyncClient, name: str, content: bytes) -> int:
    """Send a file; return the upload's id."""
    body = {"file_name": name, "size_bytes": len(content)}
    begun = await connection.post("/dew/v1/uploads", json=body)
    assert begun.is_success, begun.text
    upload_id: int = begun.json()["upload"]["id"]
    sent = await connection.patch(f"/dew/v1/uploads/{upload_id}", **piece(content))
    assert sent.is_success, sent.text
    return upload_id
