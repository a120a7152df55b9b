"""A database that is lost, empty or older than the store: the sweeper refuses, and dew doctor says why."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dew.client import ApiError
from tests.guest.dewd import Dewd, eventually

pytestmark = pytest.mark.guest

REFUSED = "the sweeper refused"


def files_of(database: Path) -> list[Path]:
    return [path for path in database.parent.glob(f"{database.name}*") if path.suffix != ".lock"]


def lose(data: Path) -> None:
    """The database is gone with everything beside it."""
    for path in files_of(data / "dew.db"):
        path.unlink()


def empty(data: Path) -> None:
    """The database is a file without a byte."""
    lose(data)
    (data / "dew.db").touch()


def put_back_an_older_one(data: Path) -> None:
    """Somebody restored a copy from before the newest Snapshot."""
    lose(data)
    shutil.copy(data / "older.db", data / "dew.db")


def finding(dewd: Dewd, about: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "dew.daemon", "--doctor"],
        env=dewd.environment,
        capture_output=True,
        check=True,
    )
    findings: list[dict[str, str]] = json.loads(done.stdout)
    return next(each for each in findings if about in each["name"].lower())


@pytest.mark.parametrize("damage", [lose, empty, put_back_an_older_one])
def test_no_layer_is_deleted(own_dewd: Dewd, damage: Callable[[Path], None]) -> None:
    guest = own_dewd.create("precious")
    guest.act("power_off")
    guest.snapshot("first")
    own_dewd.stop()
    shutil.copy(own_dewd.data / "dew.db", own_dewd.data / "older.db")
    own_dewd.start()
    guest.snapshot("newest")
    own_dewd.stop()
    before = {layer: path.read_bytes() for layer, path in own_dewd.layers().items()}
    whole = {path.name: path.read_bytes() for path in files_of(own_dewd.data / "dew.db")}

    damage(own_dewd.data)
    said = finding(own_dewd, "store")
    assert said["ok"] == "fail", said
    log = own_dewd.data / "log" / "dewd.log"
    refused_before = log.read_text().count(REFUSED)
    own_dewd.start()
    with pytest.raises(ApiError, match="nothing is deleted"):
        own_dewd.client.build_image("dew-micro")
    eventually("the sweeper refuses", lambda: log.read_text().count(REFUSED) > refused_before, 30)
    assert {layer: path.read_bytes() for layer, path in own_dewd.layers().items()} == before
    own_dewd.stop()

    lose(own_dewd.data)
    for name, content in whole.items():
        (own_dewd.data / name).write_bytes(content)
    own_dewd.start()
    assert guest.is_("off")
    assert {snapshot.name for snapshot in own_dewd.client.snapshots()} == {"first", "newest"}
