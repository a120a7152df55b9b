"""Custom Images for real: a disk of a Droplet, packed as others would send it, comes back and boots."""

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dew.cli.upload import PIECE_BYTES
from dew.client import Client, Upload
from tests.guest.dewd import Dewd, Guest

pytestmark = pytest.mark.guest


def exported(guest: Guest, directory: Path) -> Path:
    """Return the Droplet's disk as a vmdk.gz, the way a user of another hypervisor would bring it."""
    newest = max(guest.dewd.layers().items())[1]
    disk = directory / "disk.vmdk"
    options = ("-O", "vmdk", "-o", "subformat=streamOptimized")
    subprocess.run(["qemu-img", "convert", "-f", "qcow2", *options, newest, disk], check=True)
    with disk.open("rb") as plain, gzip.open(f"{disk}.gz", "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed)
    return Path(f"{disk}.gz")


def send_half(client: Client, path: Path) -> Upload:
    """Begin to send a file as `dew image import` does, and stop half-way."""
    content = path.read_bytes()
    digest = subprocess.run(["sha256sum", path], capture_output=True, check=True).stdout.split()[0].decode()
    upload = client.begin_upload(path.name, len(content), digest)
    return client.send_piece(upload, content[: min(PIECE_BYTES, len(content) // 2)])


def test_an_uploaded_image_boots_after_dewd_was_killed_in_the_middle(own_dewd: Dewd, tmp_path: Path) -> None:
    origin = own_dewd.create("origin")
    origin.act("power_off")  # it need not come up: what matters is that its disk does, elsewhere
    packed = exported(origin, tmp_path)
    half = send_half(own_dewd.client, packed)
    own_dewd.kill()
    own_dewd.start()
    assert own_dewd.client.upload(half.id).received_bytes == half.received_bytes > 0
    imported = dew(own_dewd, "image", "import", str(packed), "--name", "brought", "--distribution", "Debian")
    assert "is imported" in imported
    (image,) = [each for each in own_dewd.client.images() if each.name == "brought"]
    assert (image.type, image.status, image.distribution) == ("custom", "available", "Debian")
    assert own_dewd.client.uploads() == []
    brought = own_dewd.create("brought", image=image.id)
    assert brought.ssh("hostname") == "brought"
    own_dewd.client.delete_image(image.id)
    assert brought.ssh("md5sum /boot/vmlinuz | wc -l") == "1", "a Droplet keeps what it needs"


def dew(dewd: Dewd, *words: str) -> str:
    """Return what a dew command that has to succeed prints."""
    program = [sys.executable, "-m", "dew.cli.main", *words]
    done = subprocess.run(program, env=dewd.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
