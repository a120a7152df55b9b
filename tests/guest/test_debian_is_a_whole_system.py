"""The image people really use: Debian with systemd, agent and cloud-init; and one that Dew did not build."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dew.images.cache import kept_image
from dew.images.debian import Choices
from tests.guest.dewd import Dewd, Guest, dewd_on, eventually

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]

SIZE, BIGGER = "s-1vcpu-512mb-10gb", "s-1vcpu-1gb"
USER_DATA = "#cloud-config\nruncmd:\n- [touch, /root/from-user-data]\n"
IDENTITY = "hostname; cat /etc/machine-id; cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub"
IMPORT_SECONDS = 240.0  # of an image of half a gigabyte, which is sent, converted and copied
SLOW_BOOT_SECONDS = 300.0  # cloud-init alone takes half a minute under software emulation


def identity(guest: Guest) -> list[str]:
    """Return host name, machine-id and host key."""
    return guest.ssh(IDENTITY, within_seconds=SLOW_BOOT_SECONDS).split()


def root_gigabytes(guest: Guest) -> int:
    return int(guest.ssh("df --output=size -B1G / | tail -1"))


def inside(guest: Guest) -> dict[str, Any]:
    """Return what dewd knows of it now."""
    found = guest.dewd.client._document("GET", f"/dew/v1/droplets/{guest.id}/metrics")
    return dict((found["metrics"]["points"] or [{}])[-1])


def has_file(guest: Guest, path: str) -> bool:
    return guest.try_ssh(f"test -e {path}").returncode == 0


def test_debian_boots_snapshots_powers_off_and_is_born_again(dewd: Dewd, debian_image: Path) -> None:
    dewd.image("debian-12")
    guest = dewd.create("debian", image="debian-12", size=SIZE)
    before = identity(guest)
    assert before[0] == "debian"
    assert guest.ssh("systemctl list-units --failed --no-legend --plain") == ""
    assert guest.ssh("findmnt -no FSTYPE /") == "ext4"
    assert "Virtio Tablet" in guest.ssh("cat /proc/bus/input/devices"), "its screen has a pointer"
    assert root_gigabytes(guest) >= 9, "the filesystem fills the bigger disk"
    guest.ssh("echo data > /root/data && sync")
    snapshot = guest.snapshot("running debian")
    assert dewd.client.snapshot(snapshot).consistency == "frozen"
    guest.try_ssh("sudo poweroff")
    eventually("the Droplet shows as off", lambda: guest.is_("off"), 60)
    guest.act("resize", size=BIGGER, disk=True)
    guest.act("power_on")  # it boots while the second one does

    second = dewd.create("second", image=snapshot, size=SIZE, user_data=USER_DATA)
    after = identity(second)
    assert after[0] == "second"
    assert not set(before) & set(after)
    assert second.ssh("cat /root/data") == "data"
    eventually("the user data took effect", lambda: has_file(second, "/root/from-user-data"), 180)
    second.delete()
    assert identity(guest) == before
    assert root_gigabytes(guest) >= 24, "the filesystem has grown with its disk"
    eventually("its agent tells of its inside", lambda: inside(guest).get("load_1") is not None, 180)
    told = inside(guest)
    assert all(0 < told[f"memory_{kind}_bytes"] < 2**30 for kind in ("free", "cached", "available"))
    assert 20 * 2**30 < told["filesystem_free_bytes"] < told["filesystem_size_bytes"] < 25 * 2**30
    guest.delete()


@pytest.fixture
def cloud_image(image_cache: Path, tmp_path: Path) -> Path:
    """An ordinary cloud image: plain cloud-init, nothing of Dew's inside."""
    choices = Choices(dew_identity=False, time_synchronisation=False)
    plain = image_cache / "plain"
    return asyncio.run(kept_image("debian-12", plain, tmp_path, lambda *_: None, choices))


@pytest.fixture
def foreign_dewd(tmp_path: Path) -> Iterator[Dewd]:
    settings = {"DEW_NETWORK": "127.80.0.0/16", "DEW_SHUTDOWN_GRACE_SECONDS": "1"}
    with dewd_on(tmp_path / "cache", **settings) as running:
        yield running


def test_a_cloud_image_from_elsewhere_is_imported_and_gets_an_identity_too(
    foreign_dewd: Dewd, cloud_image: Path
) -> None:
    program = [sys.executable, "-m", "dew.cli.main", "image", "import", str(cloud_image), "--name", "cloud"]
    subprocess.run(program, env=foreign_dewd.environment, check=True, timeout=IMPORT_SECONDS)
    (image,) = foreign_dewd.client.images(private=True)
    first = foreign_dewd.create("first", image=image.id, size=SIZE)
    before = identity(first)
    assert before[0] == "first"
    first.ssh("sync")
    first.act("power_off")
    snapshot = first.snapshot("foreign")
    first.act("resize", size=BIGGER, disk=True)
    first.act("power_on")  # it boots while the second one does
    second = foreign_dewd.create("second", image=image.id, size=SIZE, user_data=USER_DATA)
    second.act("rebuild", image=snapshot)  # before it has booted: the user data are for the other disk
    after = identity(second)
    assert after[0] == "second"
    assert not set(before) & set(after)
    eventually("the user data took effect", lambda: has_file(second, "/root/from-user-data"), 180)
    second.delete()
    assert identity(first) == before
    assert root_gigabytes(first) >= 24, "the filesystem has grown with its disk"
