"""What clients ask for often stays quick however much there is: no query walks through a whole table."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event

from dew.database import actions, droplets, images, keys, tags, tokens
from dew.database.connect import Database, Tx
from dew.database.tables import metadata
from dew.model.image import ImageKind


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = await Database.open(tmp_path / "dew.db", durable=False)
    yield made
    await made.close()


async def everything_that_is_asked_often(tx: Tx) -> None:
    """Pages, filters and gets, as the API asks for them."""
    for wanted in (
        droplets.Filter(),
        droplets.Filter(name="web"),
        droplets.Filter(tag="web"),
        droplets.Filter(region="nyc3"),
    ):
        await droplets.page(tx, wanted, 20, 20)
    await images.get_many(tx, [1, 2, 3])
    await images.ids_of_droplets(tx, [1, 2, 3])
    users = (ImageKind.SNAPSHOT, ImageKind.BACKUP, ImageKind.CUSTOM)
    for wanted_images in (
        images.Filter(unfinished=("import_image",)),
        images.Filter(kinds=users, unfinished=("import_image",)),
        images.Filter(kinds=(ImageKind.BASE,), unfinished=("import_image",)),
        images.Filter(kinds=(ImageKind.SNAPSHOT,)),
        images.Filter(kinds=(ImageKind.SNAPSHOT,), droplet_id=1),
        images.Filter(tag="web", unfinished=("import_image",)),
    ):
        await images.page(tx, wanted_images, 20, 20)
    for wanted_actions in (
        actions.Filter(not_of="store"),
        actions.Filter("droplet", 1),
        actions.Filter("image", 1),
    ):
        await actions.page(tx, wanted_actions, 20, 20)
    await actions.list_open(tx)
    await actions.list_stuck(tx)
    await actions.lock_holder(tx, "droplet", 1)
    await keys.page(tx, 0, 20)
    await keys.find_many(tx, [1, "00:11"])
    await tags.page(tx, 0, 20)
    await tokens.find(tx, "dop_v1_" + "0" * 64)


async def test_no_query_that_is_asked_often_walks_through_a_whole_table(database: Database) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, tuple(parameters)))  # type: ignore[arg-type]

    event.listen(database._engine.sync_engine, "before_cursor_execute", listen)
    async with database.read() as tx:
        await everything_that_is_asked_often(tx)
    event.remove(database._engine.sync_engine, "before_cursor_execute", listen)
    assert len(asked) > 30
    walks = []
    async with database.read() as tx:
        for statement, parameters in asked:
            plan = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            walks += [f"{row.detail}: {statement}" for row in plan if _walks(statement, row.detail)]
    assert walks == []


def _walks(statement: str, detail: str) -> bool:
    """Whether a whole table is gone through; a page by the primary key's order ends with the page.

    Where two conditions are two searches, all that is found is collected and sorted before the page begins.
    """
    if detail == "MULTI-INDEX OR" and "LIMIT" in statement:
        return True
    first, table = [*detail.split(), ""][:2]
    whole = first == "SCAN" and table in metadata.tables and "INDEX" not in detail
    return whole and not (
        f"ORDER BY {table}.id" in statement and "LIMIT" in statement and _nearly_all(statement)
    )


def _nearly_all(statement: str) -> bool:
    """Whether nearly all rows fit, so that a page is full soon."""
    nearly_all = ("WHERE actions.resource_type != ?", "WHERE NOT (images.ready = 0 AND")
    return "WHERE" not in statement or any(condition in statement for condition in nearly_all)


@pytest.mark.parametrize(
    ("query", "found_by"),
    [
        ("SELECT id FROM droplets WHERE gone_at IS NULL AND folded = 'web'", "folded=?"),
        ("SELECT id FROM images WHERE ready AND droplet_id IN (1, 2) AND kind = 'snapshot'", "droplet_id=?"),
        ("SELECT id FROM images WHERE ready AND droplet_id = 1 AND kind IN ('snapshot')", "droplet_id=?"),
    ],
)
async def test_what_is_rare_is_found_by_what_makes_it_rare(
    database: Database, query: str, found_by: str
) -> None:
    """Not among all that are alive, or ready: those are nearly all."""
    async with database.read() as tx:
        plan = list(await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
    assert found_by in plan[0].detail
