"""One Droplet, snapshotted after a shutdown, made bigger, rebuilt, and given back what it was."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.dewd import Dewd, Guest, identity

pytestmark = pytest.mark.guest

BIGGER = "s-1vcpu-512mb-10gb"


@pytest.fixture(scope="module")
def guest(dewd: Dewd) -> Iterator[Guest]:
    made = dewd.create("changing")
    made.ssh("true")
    yield made
    made.delete()


def test_a_snapshot_can_shut_the_guest_down_and_switches_it_on_again(dewd: Dewd, guest: Guest) -> None:
    process = guest.pid
    guest.ssh("echo kept > /root/data")  # not synced: a guest that shuts down does that
    sealed = dewd.layers()[max(dewd.layers())]
    dewd.done(dewd.client.snapshot_off(guest.id, "clean"))
    (taken,) = (each for each in dewd.client.snapshots() if each.name == "clean")
    assert taken.consistency == "off"
    assert guest.is_("active")
    assert guest.pid != process
    assert "clean" in superblock(sealed, dewd.data / "sealed.raw")
    assert guest.ssh("cat /root/data") == "kept"


def superblock(layer: Path, raw: Path) -> str:
    """Return the state of the root filesystem in a sealed Layer, as ext4 has it: clean only if unmounted."""
    subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", layer, raw], check=True)
    command = ["debugfs", "-R", "stats -h", f"{raw}?offset={4096 * 512}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    raw.unlink()
    features, state = (
        next(line for line in shown.stdout.splitlines() if line.startswith(word))
        for word in ("Filesystem features", "Filesystem state")
    )
    return "in use" if "needs_recovery" in features else state


def test_after_a_resize_the_filesystem_fills_the_bigger_disk(dewd: Dewd, guest: Guest) -> None:
    before = identity(guest)
    guest.act("shutdown")
    guest.act("resize", size=BIGGER, disk=True)
    assert (guest.droplet.disk, guest.droplet.memory, guest.is_("off")) == (10, 512, True)
    taken = guest.snapshot("bigger")
    assert dewd.client.image(taken).min_disk_size == 10
    guest.act("power_on")
    assert identity(guest) == before
    blocks, memory = guest.ssh(
        "df -k / | tail -1 | awk '{print $2}'; awk '/MemTotal/ {print $2}' /proc/meminfo"
    ).split()
    assert int(blocks) > 9 * 2**20
    assert int(memory) > 400 * 2**10
    assert guest.ssh("cat /root/data") == "kept"


def test_a_rebuild_begins_anew_and_an_undo_brings_back_who_it_was(dewd: Dewd, guest: Guest) -> None:
    address, before = guest.address, identity(guest)
    guest.ssh("echo newest > /root/data && sync")
    guest.act("rebuild", image="dew-micro")
    reborn = identity(guest)
    assert (guest.address, reborn[0]) == (address, "changing")
    assert not set(reborn[1:]) & set(before[1:]), "another machine-id and another host key"
    assert guest.ssh("ls /root") == ""

    (kept,) = dewd.client.droplet_detail(guest.id).kept_disks
    dewd.done(dewd.client.undo(guest.id))
    assert identity(guest) == before
    assert guest.ssh("cat /root/data") == "newest"
    assert [disk.id for disk in dewd.client.droplet_detail(guest.id).kept_disks] != [kept.id]
    dewd.done(dewd.client.undo(guest.id))
    assert identity(guest) == reborn
