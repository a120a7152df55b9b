"""dewd is killed in the middle of Actions, and worse happens: repair mends it, and every byte is there."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from dew.client import Action
from tests.crash import offline_disk
from tests.guest.dewd import Dewd, Guest

pytestmark = pytest.mark.guest

BASE = 1  # the Layer of the distribution, on which everything stands
BOOT = "cat /proc/sys/kernel/random/boot_id"


def test_repair_after_kills_loses_no_droplet_and_no_byte(own_dewd: Dewd, tmp_path: Path) -> None:
    web = own_dewd.create("web")
    boot = web.ssh(f"echo early > /root/data && sync && {BOOT}")
    early = web.snapshot("early")
    web.ssh("echo later > /root/data && sync")

    taking = killed_in(web, "snapshot", name="later")
    lose_identity_and_base(own_dewd.data)
    said = mend(own_dewd)
    assert "holds no identity" in said
    assert f"Layer {BASE} is needed, and lies in the trash" in said
    own_dewd.start().done(taking)
    assert web.ssh(f"cat /root/data; {BOOT}") == f"later\n{boot}", "the guest has run all the time"

    restoring = killed_in(web, "restore", image=early)
    leave_things_about(own_dewd.data)
    said = mend(own_dewd)
    assert "was never finished" in said
    assert "has mode 0666" in said
    own_dewd.start().done(restoring)
    assert web.ssh("cat /root/data") == "early"
    assert len(own_dewd.client.droplet_detail(web.id).kept_disks) == 1
    own_dewd.done(own_dewd.client.check_store())
    check = own_dewd.client.store().last_check
    assert check is not None
    assert (check.damaged, check.faults) == ([], [])
    assert [each.name for each in own_dewd.client.snapshots()] == ["later", "early"]
    assert data_of(own_dewd, "later", tmp_path) == "later"


def killed_in(guest: Guest, type_: str, **params: object) -> Action:
    """Ask for an Action and kill dewd before it is done."""
    action = guest.dewd.client.act(guest.id, type_, **params)
    guest.dewd.kill()
    with closing(sqlite3.connect(f"file:{guest.dewd.data / 'dew.db'}?mode=ro", uri=True)) as database:
        unfinished = database.execute("SELECT id FROM actions WHERE completed_at IS NULL").fetchall()
    assert unfinished == [(action.id,)], "dewd was too quick"
    return action


def lose_identity_and_base(data: Path) -> None:
    """Lose what says whose the store is; throw away what the running guest reads from."""
    (data / "store" / "store.json").unlink()
    base = data / "store" / "layers" / f"layer-{BASE}.qcow2"
    base.rename(data / "store" / "trash" / f"{time.time_ns() // 10**6}-{base.name}")


def leave_things_about(data: Path) -> None:
    """Leave a Layer half made, and open one that is sealed to everybody."""
    layers = data / "store" / "layers"
    (layers / ".making-9-0123456789abcdef").touch()
    (layers / f"layer-{BASE}.qcow2").chmod(0o666)


def mend(dewd: Dewd) -> str:
    """Let the user have everything mended; return what was said."""
    command = [sys.executable, "-m", "dew.cli.main", "doctor", "--repair", "--yes"]
    done = subprocess.run(command, env=dewd.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not mended" not in done.stdout
    return done.stdout


def data_of(dewd: Dewd, snapshot: str, scratch: Path) -> str:
    """Return what a Snapshot has in /root/data, read without booting it."""
    with closing(sqlite3.connect(f"file:{dewd.data / 'dew.db'}?mode=ro", uri=True)) as database:
        (layer,) = database.execute("SELECT layer_id FROM images WHERE name = ?", (snapshot,)).fetchone()
        parents = dict(database.execute("SELECT id, parent_id FROM layers"))
    root = offline_disk.put_together(dewd.data / "store", layer, parents, scratch)
    return offline_disk.read(root, "/root/data")
