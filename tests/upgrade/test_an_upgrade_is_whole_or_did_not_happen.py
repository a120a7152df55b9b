"""Whatever ends dewd while it migrates, and whichever dewd is started then: a whole database is there."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dew.database import migrations
from tests.guest.dewd import REPOSITORY
from tests.upgrade.freeze import schema_of
from tests.upgrade.frozen_machine import SCHEMAS, thaw_database

START_SECONDS = 60.0
UPGRADE = """
import sys
from pathlib import Path
from dew.database import migrations
migrations.SCRIPTS = Path(sys.argv[1])
migrations.upgrade(Path(sys.argv[2]))
"""
MIGRATION = """
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{revision}", "{before}"
def upgrade():
    op.create_table("added", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE droplets SET name = 'changed'")
    op.drop_table("added")
    op.create_table("added_{revision}", sa.Column("id", sa.Integer(), primary_key=True))
    {end}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The oldest database there is, with much in it."""
    thaw_database(SCHEMAS[0], tmp_path / "dew.db")
    return tmp_path / "dew.db"


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations of a Dew to come, beginning with those of this one."""
    future = tmp_path / "migrations"
    shutil.copytree(migrations.SCRIPTS, future, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrations, "SCRIPTS", future)
    return future


def plant(scripts: Path, revision: str, before: str, end: str = "") -> None:
    script = MIGRATION.format(revision=revision, before=before, end=end)
    (scripts / "versions" / f"{revision}.py").write_text(script)


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def newest(tmp_path: Path) -> str:
    migrations.upgrade(tmp_path / "empty.db")
    return schema_of(tmp_path / "empty.db")


@pytest.mark.parametrize("end", ["raise OSError('no')", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_migration_that_ends_half_way_changed_nothing_and_can_be_done_again(
    end: str, path: Path, scripts: Path, tmp_path: Path
) -> None:
    head, before = newest(tmp_path), content(path)
    plant(scripts, "8888", head)
    plant(scripts, "9999", "8888", end)
    assert upgrade_in_a_process(scripts, path) != 0
    assert content(path) == before
    plant(scripts, "9999", "8888")
    migrations.upgrade(path)
    assert schema_of(path) == "9999"
    assert content(path.with_name("dew.db.before-9999")) == before


def upgrade_in_a_process(scripts: Path, path: Path) -> int:
    command = [sys.executable, "-c", UPGRADE, str(scripts), str(path)]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_copies_from_before_migrations_are_kept_but_not_for_ever(
    path: Path, scripts: Path, tmp_path: Path
) -> None:
    before = newest(tmp_path)
    for number in range(migrations.KEPT_COPIES + 2):
        plant(scripts, f"900{number}", before)
        before = f"900{number}"
        migrations.upgrade(path)
    copies = sorted(each.name for each in tmp_path.glob("dew.db.before-*"))
    assert len(copies) == migrations.KEPT_COPIES
    assert copies[-1] == f"dew.db.before-{before}"


def test_dewd_refuses_the_database_of_a_newer_one_and_says_what_to_do(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    environment = os.environ | {"DEW_DATA": str(path.parent), "PYTHONPATH": str(REPOSITORY / "src")}
    command = [sys.executable, "-m", "dew.daemon"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert done.returncode == 1
    assert "made by a newer Dew (schema 9999)" in done.stderr
    assert "start the newer version again, or put back the copy" in done.stderr
    assert "dew.db.before-9999" in done.stderr
    assert path.read_bytes() == before
