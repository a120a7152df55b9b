"""The machine's disk, with everything of Dew on it, fills under a guest that writes: nothing is lost.

One dewd on a small disk of its own, told in the order in which its user meets it.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dew.client import ApiError
from tests.guest.dewd import Dewd, Guest, eventually
from tests.small_disk import fill, free_bytes, small_disk, takes_root

pytestmark = [pytest.mark.guest, takes_root]

MIB = 2**20
DISK_MEBIBYTES = 640
LEFT_BYTES = 40 * MIB
WRITTEN_MIB = 64


@pytest.fixture
def dewd(image_cache: Path, micro_image: Path) -> Iterator[Dewd]:
    """A dewd whose data are on a disk of 640 MiB."""
    place = Path(f"/var/tmp/dew-test-full-{os.getpid()}")
    with small_disk(place, DISK_MEBIBYTES):
        settings = {"DEW_NETWORK": "127.79.0.0/16", "DEW_RESERVE_GIGABYTES": "0.02"}
        dewd = Dewd(place, image_cache, settings=settings)
        try:
            yield dewd.start()
        finally:
            dewd.end()
    place.rmdir()


def says(dewd: Dewd, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dew.cli.main", *words],
        env=dewd.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


def allocated_bytes(dewd: Dewd) -> dict[int, int]:
    return {layer: path.stat().st_blocks * 512 for layer, path in dewd.layers().items()}


def test_a_guest_is_halted_named_and_resumed_and_its_space_comes_back(dewd: Dewd) -> None:
    dewd.image("dew-micro")
    guest = dewd.create("web")
    guest.ssh("true")
    _a_write_halts_it_and_everybody_says_so(dewd, guest)
    volume = max(dewd.layers())
    _what_the_guest_deletes_comes_back(dewd, guest, volume)
    _what_is_deleted_comes_back_when_space_is_short(dewd, guest)


def _a_write_halts_it_and_everybody_says_so(dewd: Dewd, guest: Guest) -> None:
    fill(dewd.data, leave_bytes=LEFT_BYTES)
    script = f"dd if=/dev/urandom of=/root/much bs=1M count={WRITTEN_MIB} conv=fsync 2>&1; echo rc=$?"
    said: list[str] = []
    writing = threading.Thread(target=lambda: said.append(guest.ssh(script, within_seconds=240)))
    writing.start()
    eventually("the guest is halted", lambda: bool(dewd.client.status()["halted"]), 90)
    (halted,) = dewd.client.status()["halted"]
    assert halted["id"] == guest.id
    assert "disk is full" in halted["reason"]
    assert free_bytes(dewd.data) < 4 * MIB

    eventually("it is written down", lambda: dewd.client.droplet_detail(guest.id).observed == "paused")
    assert guest.droplet.status == "active", "in DigitalOcean's words it is on"
    for words in (["status"], ["droplet", "list"], ["droplet", "show", "web"], ["doctor"]):
        told = says(dewd, *words)
        assert "halted" in told or "Halted" in told, f"dew {' '.join(words)} says: {told}"
        assert "disk is full" in told, f"dew {' '.join(words)} says: {told}"

    _nothing_is_begun_and_nothing_lost(dewd, guest)
    _dewd_can_be_killed_and_started(dewd, guest)
    (dewd.data / "filler").unlink()
    writing.join(120)
    assert said[0].endswith("rc=0"), "the guest saw no error"
    assert dewd.client.status()["halted"] == []
    assert int(guest.ssh("wc -c < /root/much")) == WRITTEN_MIB * MIB


def _nothing_is_begun_and_nothing_lost(dewd: Dewd, guest: Guest) -> None:
    layers, images = dewd.layers(), [each.id for each in dewd.client.images()]
    for begin in (
        lambda: dewd.client.act(guest.id, "snapshot", name="now"),
        lambda: dewd.client.create_droplet({"name": "b", "size": "s-1vcpu-256mb-2gb", "image": images[0]}),
        lambda: dewd.client.build_image("dew-micro"),
    ):
        with pytest.raises(ApiError, match=r"has \d+ MiB left, and 20 MiB are a reserve") as refused:
            begin()
        assert refused.value.status == 422
    assert (dewd.layers(), [each.id for each in dewd.client.images()]) == (layers, images)
    assert guest.act("rename", name="renamed").status == "completed", "what needs no disk works"


def _dewd_can_be_killed_and_started(dewd: Dewd, guest: Guest) -> None:
    dewd.kill()
    fill(dewd.data)
    dewd.start()
    eventually("the guest is found halted", lambda: bool(dewd.client.status()["halted"]), 60)
    assert guest.droplet.name == "renamed", "what was acknowledged is there"


def _what_the_guest_deletes_comes_back(dewd: Dewd, guest: Guest, volume: int) -> None:
    before = allocated_bytes(dewd)[volume]
    assert before > WRITTEN_MIB * MIB
    guest.ssh("dd if=/dev/zero of=/root/much bs=1M count=16 conv=notrunc,fsync")
    zeroed = allocated_bytes(dewd)[volume]
    assert zeroed < before - 12 * MIB, "zeros take no space"
    guest.ssh("rm /root/much && sync && fstrim /")
    eventually("the space is back", lambda: allocated_bytes(dewd)[volume] < zeroed - 40 * MIB, 30)


def _what_is_deleted_comes_back_when_space_is_short(dewd: Dewd, guest: Guest) -> None:
    guest.ssh("dd if=/dev/urandom of=/root/old bs=1M count=24 conv=fsync")
    snapshot_id = guest.snapshot("old")
    sealed = dewd.layers()
    guest.ssh("rm /root/old && sync && fstrim /")
    assert allocated_bytes(dewd)[max(sealed) - 1] > 24 * MIB, "what is sealed keeps its bytes"
    guest.delete()
    dewd.client.delete_snapshot(snapshot_id)
    trash = dewd.data / "store" / "trash"
    eventually("all of it is in the trash or gone", lambda: len(dewd.layers()) == 1, 30)
    assert list(trash.iterdir()), "there is room, so it may be taken back still"
    fill(dewd.data, leave_bytes=8 * MIB)
    eventually("the trash is emptied, because space is short", lambda: not list(trash.iterdir()), 15)
    assert free_bytes(dewd.data) > 8 * MIB
