"""Tags were lists in their resources' rows once: what had one then is found by it now."""

import sqlite3
from contextlib import closing
from pathlib import Path

from dew.database import droplets, images, migrations, tags
from dew.database.connect import Database
from tests.upgrade.frozen_machine import SCHEMAS, thaw_database


async def test_tags_of_before_are_still_found(tmp_path: Path) -> None:
    path = tmp_path / "dew.db"
    thaw_database(SCHEMAS[0], path)
    with closing(sqlite3.connect(path)) as old:
        alive = "SELECT id FROM droplets WHERE gone_at IS NULL ORDER BY id LIMIT 2"
        first, second = (row[0] for row in old.execute(alive))
        (image,) = old.execute("SELECT id FROM images WHERE ready ORDER BY id LIMIT 1").fetchone()
        old.execute('UPDATE droplets SET tags = \'["Web", "prod"]\' WHERE id = ?', (first,))
        old.execute('UPDATE droplets SET tags = \'["web", "WEB"]\' WHERE id = ?', (second,))
        old.execute("UPDATE images SET tags = '[\"prod\"]' WHERE id = ?", (image,))
        old.commit()
    migrations.upgrade(path)
    database = await Database.open(path, durable=False)
    async with database.read() as tx:
        found, total = await droplets.page(tx, droplets.Filter(tag="Web"), 0, 10)
        assert ([each.id for each in found], total) == ([first, second], 2)
        assert [each.tags for each in found] == [("Web", "prod"), ("Web",)]
        known, _ = await tags.page(tx, 0, 10)
        assert [(tag.name, sum(part.count for part in tag.resources.values())) for tag in known] == [
            ("Web", 2),
            ("prod", 2),
        ]
        assert [each.id for each in (await images.page(tx, images.Filter(tag="prod"), 0, 10))[0]] == [image]
    await database.close()
