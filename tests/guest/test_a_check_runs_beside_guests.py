"""The store is checked while Droplets run, Snapshots come and go, dewd is killed; damage stops no guest."""

import subprocess
import sys
from pathlib import Path

import pytest

from dew.client import Action, ApiError
from tests.guest.dewd import Dewd, eventually

pytestmark = pytest.mark.guest

SLOWLY = "1"  # megabytes a second: time enough for much to happen before the check is cut short


def dew(dewd: Dewd, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dew.cli.main", *words]
    return subprocess.run(command, env=dewd.environment, capture_output=True, text=True, timeout=120)


def flip(path: Path) -> None:
    """Change one bit in the middle of a sealed file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        (byte,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def test_a_check_survives_kill_9_and_damage_stops_no_guest(own_dewd: Dewd) -> None:
    guest = own_dewd.create("web")
    guest.ssh("echo kept > /root/kept && dd if=/dev/urandom of=/root/bulk bs=1M count=2 && sync")
    guest.snapshot("first")
    sealed = max(set(own_dewd.layers()) - {max(own_dewd.layers())})
    own_dewd.stop()
    own_dewd.settings["DEW_CHECK_MEGABYTES_PER_SECOND"] = SLOWLY
    own_dewd.start()

    check = own_dewd.client.check_store()
    eventually("it reads", lambda: "Reading" in own_dewd.client.action(check.id).message, 30)
    own_dewd.client.delete_snapshot(guest.snapshot("second"))
    guest.ssh("echo more >> /root/kept && sync")
    assert own_dewd.client.check_store().id == check.id, "a second one joins the first"
    own_dewd.kill()
    del own_dewd.settings["DEW_CHECK_MEGABYTES_PER_SECOND"]
    own_dewd.start()
    ended: Action = own_dewd.done(check.id)
    result = own_dewd.client.store().last_check
    assert result is not None
    assert (ended.status, result.damaged, result.faults) == ("completed", [], [])

    pid, whole = guest.pid, own_dewd.layers()[sealed].read_bytes()
    flip(own_dewd.layers()[sealed])
    done = dew(own_dewd, "check", "store")
    assert done.returncode == 1
    assert f"Layer {sealed} is damaged" in done.stdout
    assert "touches Snapshot first" in done.stdout
    assert "touches Droplet web" in done.stdout
    assert "first (damaged)" in dew(own_dewd, "snapshot", "list").stdout
    assert f"Layer {sealed} is damaged" in dew(own_dewd, "droplet", "show", "web").stdout
    with pytest.raises(ApiError, match="is damaged"):
        own_dewd.client.act(guest.id, "snapshot", name="third")
    assert guest.ssh("cat /root/kept") == "kept\nmore"
    assert guest.pid == pid

    own_dewd.layers()[sealed].write_bytes(whole)
    assert dew(own_dewd, "check", "store").returncode == 0
    guest.snapshot("third")
