"""From a distribution's server to a running system, to files, and to a running system on another Dew.

The distribution is a web server on loopback, and what it publishes is the tests' own image.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.guest.dewd import Dewd, Guest, dewd_on

pytestmark = pytest.mark.guest

SLUG = "tests-1-x64"


def dew(dewd: Dewd, *words: str) -> Any:
    """Run a dew command that has to succeed; return its document."""
    command = [sys.executable, "-m", "dew.cli.main", *words, "--json"]
    done = subprocess.run(command, env=dewd.environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def published(micro_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a directory with an image and its checksum."""
    directory = tmp_path_factory.mktemp("published")
    (directory / "image.qcow2").symlink_to(micro_image)
    listed = f"{hashlib.sha256(micro_image.read_bytes()).hexdigest()} *image.qcow2\n"
    (directory / "SHA256SUMS").write_text(listed)
    serve = partial(SimpleHTTPRequestHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def here(published: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dewd]:
    """A dewd that may fetch from there, and has fetched."""
    cache = tmp_path_factory.mktemp("cache")
    catalogue = cache / "catalogue.toml"
    catalogue.write_text(
        f'[{SLUG}]\ndistribution = "Debian"\ndescription = "Tests"\n'
        f'image = "{published}/image.qcow2"\nchecksums = "{published}/SHA256SUMS"\n'
    )
    allowed = {"DEW_CATALOGUE": str(catalogue), "DEW_FETCH_NETWORKS": "127.0.0.0/8"}
    with dewd_on(cache, DEW_NETWORK="127.78.0.0/16", **allowed) as running:
        dew(running, "image", "fetch", SLUG)
        yield running


@pytest.fixture(scope="module")
def guest(here: Dewd) -> Guest:
    return here.create("traveller", image=SLUG)


def test_a_fetched_image_boots(here: Dewd, guest: Guest) -> None:
    assert guest.ssh("hostname") == "traveller"
    assert here.client.image(SLUG).distribution == "Debian"


def test_a_snapshot_of_a_running_droplet_is_exported_imported_and_boots_elsewhere(
    here: Dewd, guest: Guest, image_cache: Path, tmp_path: Path
) -> None:
    guest.ssh("dd if=/dev/urandom of=/root/data bs=64k count=16 conv=fsync && sync")
    expected = guest.ssh("sha256sum /root/data")
    snapshot = here.client.snapshot(guest.snapshot("packed"))
    pid = guest.pid
    written = dew(here, "snapshot", "export", str(snapshot.id), str(tmp_path))
    assert guest.ssh("sha256sum /root/data") == expected
    assert guest.pid == pid, "it went on running"
    guest.delete()
    assert list((here.data / "exports").iterdir()) == []
    inform = ["qemu-img", "info", "--output=json", written["disk"]]
    described = json.loads(subprocess.run(inform, capture_output=True, check=True).stdout)
    assert "backing-filename" not in described
    assert described["format-specific"]["data"]["compression-type"] == "zstd"
    with dewd_on(image_cache, DEW_NETWORK="127.79.0.0/16") as elsewhere:
        arrived = dew(elsewhere, "snapshot", "import", str(tmp_path))["snapshot"]
        assert arrived["name"] == "packed"
        assert arrived["consistency"] == snapshot.consistency == "frozen"
        assert arrived["created_at"] == f"{snapshot.created_at:%Y-%m-%dT%H:%M:%SZ}"
        assert elsewhere.create("settler", image=arrived["id"]).ssh("sha256sum /root/data") == expected
