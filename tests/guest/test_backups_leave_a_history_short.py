"""Backups of a real guest make themselves, and however many there were, its disk stays quick and whole."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.guest.dewd import Dewd, Guest, dewd_on, eventually

pytestmark = pytest.mark.guest

FROM_DISK = "sync; echo 3 > /proc/sys/vm/drop_caches"


def ask(dewd: Dewd, query: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(dewd.data / "dew.db", timeout=20)) as database, database:
        return database.execute(query, values).fetchall()


def chain(dewd: Dewd, guest: Guest) -> list[int]:
    """Return the Layers of the Droplet's disk, newest first."""
    query = "SELECT layer_id FROM volumes JOIN droplets ON volumes.id = volume_id WHERE droplets.id = ?"
    return below(dewd, ask(dewd, query, guest.id)[0][0])


def below(dewd: Dewd, head: object) -> list[int]:
    """Return a Layer and all that it lies over, newest first."""
    parents = dict(ask(dewd, "SELECT id, parent_id FROM layers"))
    found = [head]
    while (parent := parents[found[-1]]) is not None:
        found.append(parent)
    return [int(str(layer)) for layer in found]


def files_open(guest: Guest) -> set[str]:
    """Return the names of the Layers that the guest's process holds open."""
    names = set()
    for descriptor in Path(f"/proc/{guest.pid}/fd").iterdir():
        name = os.path.basename(os.readlink(descriptor))  # noqa: PTH115, PTH119 - "… (deleted)" is no path
        if name.startswith("layer-"):
            names.add(name.removesuffix(" (deleted)"))
    return names


def back_up(dewd: Dewd, guest: Guest) -> None:
    """Have a Backup made as after downtime: its window has come and gone, and nobody was there."""
    before = len(dewd.client.backups(guest.id))
    changed = "SET since = '2020-01-01 00:00:00', window_at = NULL, made = 0 WHERE droplet_id = ?"
    ask(dewd, f"UPDATE backup_policies {changed}", guest.id)
    eventually("the Backup is made", lambda: len(dewd.client.backups(guest.id)) == before + 1, 60)


def test_backups_of_a_busy_guest_are_merged_under_it_and_every_byte_stays(
    image_cache: Path, micro_image: Path
) -> None:
    with dewd_on(image_cache, "tests.guest.hurried_dewd", DEW_NETWORK="127.79.0.0/16") as dewd:
        dewd.image("dew-micro")
        over = (datetime.now(UTC).hour // 4 * 4 - 4) % 24  # the hour of a window that is over
        guest = dewd.create("kept", backups=True, backup_policy={"plan": "daily", "hour": over})
        written = []
        for number in range(4):
            guest.ssh(f"dd if=/dev/urandom of=/root/{number} bs=64k count=24 conv=fsync")
            guest.ssh(f"dd if=/dev/urandom of=/root/again bs=64k count=8 conv=fsync; {FROM_DISK}")
            written.append(guest.ssh("sha256sum /root/*"))
            back_up(dewd, guest)
        made = dewd.client.backups(guest.id)
        guest.ssh(
            "touch /root/.busy; nohup sh -c 'while [ -e /root/.busy ]; do dd if=/dev/urandom of=/tmp/noise"
            " bs=64k count=4 conv=fsync; done' >/dev/null 2>&1 &"
        )
        eventually("its history is short", lambda: len(chain(dewd, guest)) <= 4, 120)
        guest.ssh("rm /root/.busy")
        eventually("no Action is open", lambda: all(each.completed_at for each in dewd.client.actions()), 60)
        wanted = {f"layer-{layer}.qcow2" for layer in chain(dewd, guest)}
        eventually("it reads no other Layers", lambda: files_open(guest) == wanted)
        assert guest.ssh(f"{FROM_DISK}; sha256sum /root/*") == written[-1]

        guest.act("power_cycle")  # boots from what was merged
        assert guest.ssh("sha256sum /root/*") == written[-1]
        assert {each.consistency for each in made} == {"frozen"}, "made live"
        for (head,) in ask(dewd, "SELECT layer_id FROM images WHERE kind = 'backup'"):
            assert set(below(dewd, head)) <= set(dewd.layers()), "a Backup keeps the Layers that were merged"
