"""Live Snapshots of real guests: what was fsynced is there, sealed Layers stay, filesystems are whole."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.dewd import Dewd, Guest

pytestmark = pytest.mark.guest

WRITE_STEADILY = (
    "touch /root/busy; nohup sh -c 'while [ -e /root/busy ]; do"
    " dd if=/dev/urandom of=/root/noise bs=64k count=8 conv=fsync; rm /root/noise; done' >/dev/null 2>&1 &"
)
STOP_WRITING = "rm /root/busy"


@pytest.fixture(scope="module")
def guest(dewd: Dewd) -> Iterator[Guest]:
    made = dewd.create("kept")
    made.ssh("true")
    yield made
    made.delete()


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chain_of(dewd: Dewd, layer: int) -> list[Path]:
    """Return a Layer's files, newest first, as the headers hint at them: good enough to look from outside."""
    paths = [dewd.layers()[layer]]
    while True:
        shown = subprocess.run(
            ["qemu-img", "info", "--force-share", "--output=json", paths[-1]], capture_output=True, check=True
        )
        hint = json.loads(shown.stdout).get("backing-filename")
        if hint is None:
            return paths
        paths.append(paths[-1].parent / Path(hint).name)


def test_data_fsynced_before_a_live_snapshot_is_in_it(dewd: Dewd, guest: Guest) -> None:
    guest.ssh("dd if=/dev/urandom of=/root/acknowledged bs=64k count=16 conv=fsync && sync")
    expected = guest.ssh("sha256sum /root/acknowledged")
    # A writer that never pauses, so that the switch happens in the middle of writes.
    guest.ssh(WRITE_STEADILY)
    snapshot = guest.snapshot("live")
    assert dewd.client.snapshot(snapshot).consistency == "frozen"
    copy = dewd.create("copy", image=snapshot)
    try:
        assert copy.ssh("sha256sum /root/acknowledged") == expected
    finally:
        copy.delete()
        guest.ssh(STOP_WRITING)


def test_a_sealed_layer_never_changes(dewd: Dewd, guest: Guest) -> None:
    before = set(dewd.layers())
    guest.snapshot("sealed")
    successor = max(set(dewd.layers()) - before)
    sealed = chain_of(dewd, successor)[1:]
    checksums = {path: checksum(path) for path in sealed}
    guest.ssh("dd if=/dev/urandom of=/root/more bs=64k count=32 conv=fsync && sync")
    guest.act("power_cycle")
    guest.ssh("dd if=/dev/urandom of=/root/yet-more bs=64k count=32 conv=fsync && sync")
    assert {path: checksum(path) for path in sealed} == checksums
    assert all(path.stat().st_mode & 0o222 == 0 for path in sealed)


def test_a_live_snapshot_restores_to_a_filesystem_that_fsck_finds_clean(
    dewd: Dewd, guest: Guest, tmp_path: Path
) -> None:
    before = set(dewd.layers())
    guest.ssh(WRITE_STEADILY)
    snapshot = guest.snapshot("for fsck")
    successor = max(set(dewd.layers()) - before)
    guest.ssh(STOP_WRITING)
    raw = tmp_path / "snapshot.raw"
    sealed = chain_of(dewd, successor)[1]
    subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", sealed, raw], check=True)
    table = subprocess.run(["sfdisk", "--json", raw], capture_output=True, check=True)
    root = json.loads(table.stdout)["partitiontable"]["partitions"][-1]
    filesystem = f"{raw}?offset={root['start'] * 512}"
    checked = subprocess.run(["e2fsck", "-f", "-n", filesystem], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()
    guest.restore(snapshot)
    assert "ext4" in guest.ssh("grep ' / ' /proc/mounts")


def test_a_guest_without_an_answering_agent_gets_a_crash_consistent_snapshot_and_no_password(
    dewd: Dewd, guest: Guest
) -> None:
    guest.ssh("true")
    password = guest.ssh("kill -STOP $(pidof qemu-ga); grep ^root: /etc/shadow")
    try:
        snapshot = guest.snapshot("without agent")
        reset = dewd.wait(dewd.client.act(guest.id, "password_reset"))
        assert (reset.status, "start qemu-guest-agent" in reset.error) == ("errored", True)
    finally:
        guest.ssh("kill -CONT $(pidof qemu-ga)")
    assert dewd.client.snapshot(snapshot).consistency == "crash"
    assert guest.ssh("echo still writes > /root/after && sync; grep ^root: /etc/shadow") == password
