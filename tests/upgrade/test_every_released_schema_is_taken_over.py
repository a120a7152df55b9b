"""What any released Dew left, with Actions open everywhere, this one takes over and brings to an end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from dew.database import actions, droplets, images, migrations
from dew.database.tables import metadata
from dew.model.action import Action, ActionState
from tests.crash.machine import Life, check_invariants
from tests.crash.scenarios import EARLY, KEPT, LATER
from tests.upgrade.freeze import schema_of
from tests.upgrade.frozen_machine import SCHEMAS, Thawed, thaw, thaw_database

every_schema = pytest.mark.parametrize("schema", SCHEMAS)


def test_there_is_a_frozen_schema() -> None:
    assert SCHEMAS, "without one the tests here would hold nothing"


@every_schema
def test_it_is_migrated_without_loss_after_it_was_copied(schema: str, tmp_path: Path) -> None:
    path = tmp_path / "dew.db"
    thaw_database(schema, path)
    before = path.read_bytes()
    migrations.upgrade(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
    copies = list(tmp_path.glob("dew.db.before-*"))
    if schema == schema_of(path):
        assert path.read_bytes() == before
        assert copies == []
    else:
        (copy,) = copies
        assert rows(copy) == rows_of(before, tmp_path)


def rows_of(database: bytes, directory: Path) -> list[str]:
    path = directory / "before.db"
    path.write_bytes(database)
    return rows(path)


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


@every_schema
async def test_its_open_actions_are_brought_to_an_end_and_nothing_is_lost(
    schema: str, tmp_path: Path
) -> None:
    thawed = thaw(schema, tmp_path)
    async with Life(thawed.machine) as life:
        were_open, were_stuck = await unfinished(life)
        assert {action.kind for action in were_open} >= {"create", "destroy", "snapshot", "restore"}
        await life.resume()
        for action in were_stuck:  # as an operator would
            await life.engine.retry(action.id)
            await life.follow(action.id)
        for action in (*were_open, *were_stuck):
            await check_end(life, action)
        await life.tidy()
        await check_invariants(life)
        await check_nothing_is_lost(life, thawed)


async def unfinished(life: Life) -> tuple[list[Action], list[Action]]:
    """Return the Actions that were worked on, and those that were stuck."""
    async with life.database.read() as tx:
        found, _ = await actions.page(tx, actions.Filter(), 0, 10_000)
    stuck = [action for action in found if action.state is ActionState.STUCK]
    return [action for action in found if action.state.open], stuck


async def check_end(life: Life, before: Action) -> None:
    """What was on its way back ends errored with its reason, all else completes."""
    after = await life.follow(before.id)
    back = before.state is ActionState.UNWINDING
    assert after.state is (ActionState.ERRORED if back else ActionState.COMPLETED), f"{before}\n{after.error}"


async def check_nothing_is_lost(life: Life, thawed: Thawed) -> None:
    async with life.database.read() as tx:
        present = {droplet.id for droplet in await droplets.list_all(tx)}
        taken, _ = await images.page(tx, images.Filter(kinds=(images.ImageKind.SNAPSHOT,)), 0, 10_000)
        everything, _ = await actions.page(tx, actions.Filter(), 0, 10_000)
    assert thawed.droplets <= present
    assert thawed.snapshots <= {image.id for image in taken}
    exchanged = ("rebuild", "undo")  # for a disk that may be empty
    rebuilt = {action.resource_id for action in everything if action.kind in exchanged}
    for droplet_id in present - rebuilt - thawed.emptied:
        assert await life.read(droplet_id, "kept") == KEPT
        assert await life.read(droplet_id, "data") in (EARLY, LATER)
    for image in taken:
        assert await life.read_image(image.id, "data") in (EARLY, LATER)
