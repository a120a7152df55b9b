"""dew doctor --repair mends what can be mended, says what it did, asks first, and never deletes a Layer."""

import asyncio
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.unit.kept import copied, data_directory, opened, sql

from dew.cli.failure import Exit
from dew.database import copies as database_copies
from dew.database import migrations
from dew.doctor import repair
from dew.storage.mending import layer_path

__all__ = ["data_directory"]  # a fixture

pytestmark = pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img is not installed")


@dataclass(frozen=True)
class Sick:
    """A data directory on which something went wrong."""

    data: Path

    @property
    def store(self) -> Path:
        return self.data / "store"

    def layer(self, layer: int) -> Path:
        return layer_path(self.store, layer)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "dew.cli.main", "doctor", "--repair", *words],
            env={**os.environ, "DEW_DATA": str(self.data)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def repair(self) -> list[dict[str, Any]]:
        """Mend everything, without the dew command; return what was done. No Layer may be gone afterwards."""
        before, said = self.layers(), StringIO()
        repair.serve(self.data, StringIO("yes\n"), said)
        assert before <= self.layers(), "a Layer was deleted"
        _, *done = map(json.loads, said.getvalue().splitlines())
        return list(done[0]["done"]) if done else []

    def layers(self) -> set[str]:
        """Return the names of all Layers, those in the trash among them."""
        return {path.name.split("-", 1)[-1] for path in self.store.glob("*/*layer-*.qcow2")}

    def value(self, query: str) -> Any:
        with closing(sqlite3.connect(self.data / "dew.db")) as database:
            row = database.execute(query).fetchone()
        return row and row[0]

    def checked(self) -> dict[str, Any]:
        """Let dewd take over and check the store."""

        async def check() -> dict[str, Any]:
            async with opened(self.data) as kept:
                return await kept.check()

        return asyncio.run(check())


@pytest.fixture
def sick(template: Path) -> Iterator[Sick]:
    data = copied(template)
    yield Sick(data)
    shutil.rmtree(data)


def test_where_nothing_is_wrong_nothing_is_done(sick: Sick) -> None:
    before = {path: path.stat().st_mtime_ns for path in sick.store.rglob("*")}
    done = sick.run()
    assert (done.returncode, done.stdout) == (Exit.OK, "There is nothing to mend.\n"), done.stderr
    assert {path: path.stat().st_mtime_ns for path in sick.store.rglob("*")} == before


def test_it_works_before_there_is_anything(tmp_path: Path) -> None:
    assert Sick(tmp_path / "nothing").run().stdout == "There is nothing to mend.\n"
    assert not (tmp_path / "nothing").exists()


def test_nothing_is_mended_before_somebody_said_yes(sick: Sick) -> None:
    sick.layer(2).chmod(0o666)
    done = sick.run()
    assert done.returncode == Exit.USAGE
    assert "has mode 0666" in done.stderr
    assert "--yes" in done.stderr
    assert sick.layer(2).stat().st_mode & 0o777 == 0o666


def test_what_was_done_is_said(sick: Sick) -> None:
    sick.layer(2).chmod(0o666)
    done = sick.run("--yes")
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.startswith("mended")
    assert "mode 0666 and should have 0440" in done.stdout
    sick.layer(2).chmod(0o666)
    document = json.loads(sick.run("--yes", "--json").stdout)
    assert [each["ok"] for each in document["done"]] == [True]


def test_modes_become_what_they_should_be(sick: Sick) -> None:
    sick.layer(2).chmod(0o666)
    sick.layer(3).chmod(0o640)
    assert [each["ok"] for each in sick.repair()] == [True, True]
    modes = [sick.layer(layer).stat().st_mode & 0o777 for layer in (2, 3)]
    assert modes == [0o440, 0o600]
    assert sick.checked()["faults"] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users, which takes root")
def test_a_sealed_layer_gets_its_owner_back(sick: Sick) -> None:
    os.chown(sick.layer(2), 61235, 61235)
    sick.repair()
    assert sick.checked()["faults"] == []


def test_what_was_never_finished_is_cleared_away(sick: Sick) -> None:
    leftover = sick.store / "layers" / ".making-9-0123456789abcdef"
    leftover.touch()
    sick.repair()
    assert not leftover.exists()


def test_a_needed_layer_comes_back_from_the_trash(sick: Sick) -> None:
    whole = sick.layer(2).read_bytes()
    shutil.copy(sick.layer(1), sick.store / "trash" / "1600000000000-layer-2.qcow2")
    sick.layer(2).rename(sick.store / "trash" / "1700000000000-layer-2.qcow2")
    assert any("not in the store" in sentence for sentence in sick.checked()["damaged"])
    assert "trash" in sick.repair()[0]["found"]
    assert sick.layer(2).read_bytes() == whole
    assert (sick.checked()["damaged"], sick.checked()["faults"]) == ([], [])


@pytest.mark.parametrize("left", [None, b"", b"not JSON", b"[]", b'{"identity": 7}'])
def test_a_lost_store_json_is_written_anew(sick: Sick, left: bytes | None) -> None:
    written = (sick.store / "store.json").read_bytes()
    (sick.store / "store.json").unlink()
    if left is not None:
        (sick.store / "store.json").write_bytes(left)
    sick.repair()
    assert (sick.store / "store.json").read_bytes() == written
    assert sick.checked()["damaged"] == []


def test_a_store_whose_disk_is_not_mounted_gets_no_identity(sick: Sick) -> None:
    (sick.store / "store.json").rename(sick.data / "store.json")
    (sick.store / "layers").rename(sick.data / "layers")
    assert sick.repair() == []
    assert not (sick.store / "store.json").exists()


def test_names_of_a_dewd_that_does_not_run_are_removed(sick: Sick) -> None:
    for name in ("dewd.pid", "address"):
        (sick.data / name).write_text("{}")
    sick.repair()
    assert not (sick.data / "dewd.pid").exists()
    assert not (sick.data / "address").exists()


def test_directories_of_droplets_that_are_gone_are_removed_and_no_other(sick: Sick) -> None:
    sql(sick.data, "INSERT INTO sqlite_sequence (name, seq) VALUES ('ignored', 1)")
    sql(sick.data, "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'droplets'")
    for name in ("1", "2", "3", "not-a-number"):
        (sick.data / "run" / name).mkdir(parents=True)
    sick.repair()
    assert {path.name for path in (sick.data / "run").iterdir()} == {"1", "3", "not-a-number"}


def test_a_directory_whose_guest_still_runs_is_left_to_dewd(sick: Sick) -> None:
    sql(sick.data, "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'droplets'")
    directory = sick.data / "run" / "2"
    directory.mkdir(parents=True)
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    process = {"pid": os.getpid(), "start_ticks": ticks, "boot_id": boot}
    (directory / "guest.json").write_text(json.dumps({"process": process, "address": "127.66.0.2"}))
    sick.repair()
    assert directory.exists()


def test_rows_of_layers_that_nothing_needs_and_that_are_gone_are_deleted(sick: Sick) -> None:
    sql(sick.data, "INSERT INTO layers (disk_bytes, created_at) VALUES (1, '2026-01-01 00:00:00')")
    sick.repair()
    assert sick.value("SELECT count(*) FROM layers") == 3


def test_a_stuck_action_goes_on_at_the_next_start(sick: Sick) -> None:
    sql(sick.data, "UPDATE actions SET state = 'stuck', error = 'The disk was full.', step = '' WHERE id = 3")
    sql(sick.data, "INSERT INTO locks VALUES ('droplet', 1, 3)")
    assert "The disk was full." in sick.repair()[0]["found"]
    assert sick.value("SELECT state FROM actions WHERE id = 3") == "running"

    async def finish() -> str:
        async with opened(sick.data) as kept:
            return str((await kept.engine.finished(3)).state)

    assert asyncio.run(finish()) == "completed"


def corrupt(data: Path) -> None:
    content = bytearray((data / "dew.db").read_bytes())
    content[4096 : 5 * 4096] = b"\xff" * 4 * 4096
    (data / "dew.db").write_bytes(content)


def lose(data: Path) -> None:
    (data / "dew.db").unlink()


def hollow_out(data: Path) -> None:
    (data / "dew.db").write_bytes(b"")


def start_afresh(data: Path) -> None:
    """What a dewd that was started without its database leaves."""
    (data / "dew.db").unlink()
    migrations.upgrade(data / "dew.db")


@pytest.mark.parametrize("harm", [corrupt, lose, hollow_out, start_afresh])
def test_the_newest_copy_takes_the_place_of_a_lost_database(sick: Sick, harm: Callable[[Path], None]) -> None:
    copies = sick.data / "copies"
    copies.mkdir()
    database_copies.copy(sick.data / "dew.db", copies / "dew.db.20260101T000000Z")
    (copies / "dew.db.20260103T000000Z").write_bytes(b"not a database")
    database_copies.copy(sick.data / "dew.db", copies / "dew.db.20260102T000000Z")
    sql_in(copies / "dew.db.20260102T000000Z", "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'layers'")
    # The names could lie, and the clock: what a copy knows of can't.
    harm(sick.data)
    (done,) = sick.repair()
    assert done["ok"], done
    assert "20260101" in done["said"]
    assert "is lost" in done["said"]
    assert sick.value("SELECT name FROM droplets") == "web"
    kept = [path for path in sick.data.glob("dew.db.damaged-*") if path.name.endswith("Z")]
    assert len(kept) == (0 if harm is lose else 1)
    assert len(list(copies.iterdir())) == 3, "the daily copy counts what lies there"
    assert sick.checked()["damaged"] == []


def test_what_an_older_copy_does_not_know_is_named_before_it_is_put_back(sick: Sick) -> None:
    (sick.data / "copies").mkdir()
    copy = sick.data / "copies" / "dew.db.20260101T000000Z"
    database_copies.copy(sick.data / "dew.db", copy)
    sql_in(copy, "UPDATE sqlite_sequence SET seq = 2 WHERE name = 'layers'")
    lose(sick.data)
    asked = sick.run().stderr
    assert "never heard of Layer 3" in asked
    assert "dewd will accept no Action" in asked
    assert not (sick.data / "dew.db").exists()


def test_without_a_whole_copy_it_says_where_to_go_on(sick: Sick) -> None:
    corrupt(sick.data)
    done = sick.run()
    assert "is damaged. There is no copy of it that is whole" in done.stderr
    assert '"The database is lost"' in done.stderr


def test_a_database_of_another_version_is_left_to_dewd(sick: Sick) -> None:
    sql(sick.data, "UPDATE alembic_version SET version_num = '0001'")
    sick.layer(2).chmod(0o666)
    done = sick.run()
    assert "made by another version of Dew" in done.stderr
    assert sick.layer(2).stat().st_mode & 0o777 == 0o666


def test_a_copy_that_belongs_to_another_store_is_never_put_back(sick: Sick) -> None:
    (sick.data / "copies").mkdir()
    copy = sick.data / "copies" / "dew.db.20260101T000000Z"
    database_copies.copy(sick.data / "dew.db", copy)
    sql_in(copy, f"UPDATE facts SET value = '{'f' * 32}' WHERE name = 'store_identity'")
    lose(sick.data)
    assert sick.repair() == []
    assert not (sick.data / "dew.db").exists()


@pytest.mark.parametrize("change", ["DELETE FROM facts", "UPDATE sqlite_sequence SET seq = 1"])
def test_a_database_that_does_not_fit_judges_nothing(sick: Sick, change: str) -> None:
    sql(sick.data, change)
    sql(sick.data, "DELETE FROM images")
    sick.layer(2).chmod(0o666)
    assert sick.repair() == []
    assert sick.layer(2).exists()


def test_with_dewd_running_only_what_does_not_disturb_it_is_mended(sick: Sick) -> None:
    sick.layer(2).chmod(0o666)
    leftover = sick.store / "layers" / ".making-9-0123456789abcdef"
    leftover.touch()
    with (sick.data / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = {each["found"]: each for each in sick.repair()}
    assert sick.layer(2).stat().st_mode & 0o777 == 0o440
    assert leftover.exists(), "a running dewd may be making it"
    (refused,) = [each for each in done.values() if not each["ok"]]
    assert "dew down" in refused["said"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users, which takes root")
def test_the_data_of_another_user_is_refused(sick: Sick) -> None:
    os.chown(sick.data, 61235, 61235)
    done = sick.run("--yes")
    assert done.returncode == Exit.FAILED
    assert "belongs to another user" in done.stderr


def test_what_looks_sealed_is_never_made_writable(sick: Sick) -> None:
    """If it is the database that is wrong, a Snapshot stands on this file."""
    sick.layer(3).chmod(0o440)
    assert sick.repair() == []
    assert sick.layer(3).stat().st_mode & 0o777 == 0o440
    assert "layer-3.qcow2 has mode 0440" in sick.checked()["faults"][0]


def test_a_stuck_action_of_a_running_dewd_is_left_to_it(sick: Sick) -> None:
    sql(sick.data, "UPDATE actions SET state = 'stuck', error = 'The disk was full.', step = '' WHERE id = 3")
    with (sick.data / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (told,) = sick.repair()
    assert (told["ok"], told["said"]) == (False, "dew action retry 3")
    assert sick.value("SELECT state FROM actions WHERE id = 3") == "stuck"


def sql_in(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
