"""From a running system to files, and from the files to a running system on another Dew."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.guest.dewd import Dewd, dewd_on

pytestmark = pytest.mark.guest


def dew(dewd: Dewd, *words: str) -> Any:
    """Run a dew command that has to succeed; return its document."""
    command = [sys.executable, "-m", "dew.cli.main", *words, "--json"]
    done = subprocess.run(command, env=dewd.environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_snapshot_of_a_running_droplet_is_exported_imported_and_boots_elsewhere(
    dewd: Dewd, image_cache: Path, tmp_path: Path
) -> None:
    guest = dewd.create("traveller")
    try:
        guest.ssh("dd if=/dev/urandom of=/root/data bs=64k count=16 conv=fsync && sync")
        expected = guest.ssh("sha256sum /root/data")
        snapshot = dewd.client.snapshot(guest.snapshot("packed"))
        pid = guest.pid
        written = dew(dewd, "snapshot", "export", str(snapshot.id), str(tmp_path))
        assert guest.ssh("sha256sum /root/data") == expected
        assert guest.pid == pid, "it went on running"
    finally:
        guest.delete()
    assert list((dewd.data / "exports").iterdir()) == []
    shown = subprocess.run(
        ["qemu-img", "info", "--output=json", written["disk"]], capture_output=True, check=True
    )
    described = json.loads(shown.stdout)
    assert "backing-filename" not in described
    assert described["format-specific"]["data"]["compression-type"] == "zstd"
    with dewd_on(image_cache, DEW_NETWORK="127.78.0.0/16") as other:
        arrived = dew(other, "snapshot", "import", str(tmp_path))["snapshot"]
        assert arrived["name"] == "packed"
        assert arrived["consistency"] == snapshot.consistency == "frozen"
        assert arrived["created_at"] == f"{snapshot.created_at:%Y-%m-%dT%H:%M:%SZ}"
        assert other.create("settler", image=arrived["id"]).ssh("sha256sum /root/data") == expected
