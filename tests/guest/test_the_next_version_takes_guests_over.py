"""An upgrade under a running guest: an older database, an Action open, and a guest that notices nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from dew.database import migrations
from tests.guest.dewd import Dewd, Guest, eventually
from tests.upgrade.freeze import schema_of
from tests.upgrade.frozen_machine import SCHEMAS

pytestmark = pytest.mark.guest

TRIES = 5


def test_a_guest_runs_on_and_what_was_open_is_finished(own_dewd: Dewd) -> None:
    guest = own_dewd.create("older")
    guest.ssh("echo kept > /root/kept && sync")
    pid, database = guest.pid, own_dewd.data / "dew.db"
    snapshot = kill_during_a_snapshot(own_dewd, guest)
    newest = schema_of(database)
    take_back_to(SCHEMAS[0], database)
    own_dewd.start()
    assert schema_of(database) == newest
    assert newest == SCHEMAS[0] or database.with_name(f"dew.db.before-{newest}").exists()
    assert own_dewd.wait(newest_action(own_dewd)).status == "completed"
    eventually("the Snapshot is there", lambda: snapshot in [s.name for s in own_dewd.client.snapshots()])
    assert guest.pid == pid
    assert guest.ssh("cat /root/kept") == "kept"
    guest.act("power_cycle")
    assert guest.ssh("cat /root/kept") == "kept"


def kill_during_a_snapshot(dewd: Dewd, guest: Guest) -> str:
    """Kill dewd while a Snapshot is being taken; return the Snapshot's name."""
    for attempt in range(TRIES):
        name = f"before-the-upgrade-{attempt}"
        dewd.client.act(guest.id, "snapshot", name=name)
        dewd.kill()
        if is_any_open(dewd.data / "dew.db"):
            return name
        dewd.start()
    raise AssertionError("a Snapshot was always taken before dewd could be killed")


def is_any_open(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("SELECT 1 FROM actions WHERE state = 'running'").fetchall())


def take_back_to(schema: str, database: Path) -> None:
    """Make the database what a Dew of that schema would have left."""
    engine = create_engine(f"sqlite:///{database}")
    config = migrations._config(engine)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, schema)
    engine.dispose()
    assert schema_of(database) == schema


def newest_action(dewd: Dewd) -> int:
    return dewd.client.actions()[0].id
