"""What the database promises, whichever it is: all or nothing, ids never reused, needs computed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event

from dew.database import (
    actions,
    addresses,
    changes,
    connect,
    copies,
    droplets,
    events,
    facts,
    guests,
    images,
    kept_disks,
    layers,
    migrations,
)
from dew.database.connect import READERS, Database, Tx
from dew.database.tables import metadata
from dew.model.droplet import Observed, Status
from dew.model.errors import Broken, Busy, DatabaseBusy, HostFull, NotFound
from dew.model.image import ImageKind
from dew.model.size import SIZES

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=2)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "dew.db")
    yield opened
    await opened.close()


async def test_more_readers_than_connections_find_the_database_busy_and_a_writer_does_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other error ends the background loops, and with them dewd, and makes Actions stuck."""
    monkeypatch.setattr(connect, "PATIENCE_SECONDS", 0.1)
    async with AsyncExitStack() as stack:
        for _ in range(READERS):
            await stack.enter_async_context(database.read())
        with pytest.raises(DatabaseBusy):
            async with database.read():
                pass
        async with database.write() as tx:
            await facts.put(tx, "written", "yes")
    async with database.read() as tx:
        assert await facts.get(tx, "written") == "yes"


async def add_droplet(tx: Tx, name: str = "web", parent: int | None = None) -> int:
    layer = await layers.add_layer(tx, parent, 2**30, NOW)
    volume = await layers.add_volume(tx, layer)
    new = droplets.NewDroplet(name, "nyc3", SIZES[0], 1, volume, ("key",), None, None, "", ("a", "b"))
    return await droplets.add(tx, new, NOW)


async def replace_disk(tx: Tx, droplet_id: int, now: datetime = NOW) -> int:
    """Give a Droplet another disk and keep the one it had; return the Layer of that one."""
    droplet = await droplets.get(tx, droplet_id)
    assert droplet.volume_id is not None
    await kept_disks.keep(tx, droplet, now)
    (replaced,) = await layers.volume_chain(tx, droplet.volume_id)
    volume = await layers.add_volume(tx, await layers.add_layer(tx, None, 2**30, now))
    await droplets.change(tx, droplet_id, volume_id=volume)
    return replaced


async def kept_layers(tx: Tx, droplet_id: int) -> list[int]:
    return [disk.layer_id for disk in await kept_disks.of_droplet(tx, droplet_id)]


async def add_image(tx: Tx, layer: int, name: str = "image") -> int:
    new = images.NewImage(ImageKind.SNAPSHOT, name, "Debian", "", layer, 2**30, 1, "nyc3")
    return await images.plan(tx, new, NOW)


async def add_action(tx: Tx, resource_id: int = 1, **params: object) -> int:
    new = actions.NewAction("snapshot", 1, "droplet", resource_id, "nyc3", params)
    return await actions.add(tx, new, NOW)


async def test_a_transaction_that_fails_changes_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as tx:
            await facts.put(tx, "fact", "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as tx:
        assert await facts.get(tx, "fact") is None


async def test_a_cancelled_transaction_changes_nothing_and_the_next_one_works(database: Database) -> None:
    async def write_slowly() -> None:
        async with database.write() as tx:
            await facts.put(tx, "fact", "1")
            await asyncio.sleep(60)

    task = asyncio.create_task(write_slowly())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as tx:
        assert await facts.get(tx, "fact") is None
        await facts.put(tx, "fact", "2")
    async with database.read() as tx:
        assert await facts.get(tx, "fact") == "2"


async def test_writers_wait_for_each_other(database: Database) -> None:
    async def increment() -> None:
        async with database.write() as tx:
            before = int(await facts.get(tx, "count") or 0)
            await asyncio.sleep(0)
            await facts.put(tx, "count", str(before + 1))

    await asyncio.gather(*(increment() for _ in range(20)))
    async with database.read() as tx:
        assert await facts.get(tx, "count") == "20"


async def test_a_reader_sees_one_instant(database: Database) -> None:
    async with database.write() as tx:
        await facts.put(tx, "fact", "before")
    async with database.read() as reading:
        assert await facts.get(reading, "fact") == "before"
        async with database.write() as tx:
            await facts.put(tx, "fact", "after")
        assert await facts.get(reading, "fact") == "before"


async def test_whoever_waits_for_a_commit_is_woken_by_it(database: Database) -> None:
    committed = database.next_commit()
    assert not committed.is_set()
    async with database.write() as tx:
        await facts.put(tx, "fact", "1")
    assert committed.is_set()
    assert not database.next_commit().is_set()


async def test_what_a_commit_changes_is_known_before_anybody_can_read_it(database: Database) -> None:
    """What was read before is true no more; what nothing was written of stays true."""
    known = database.changes
    async with database.write() as tx:
        first, second = await add_droplet(tx), await add_droplet(tx)
        image_id = await add_image(tx, await layers.add_layer(tx, None, 1, NOW))
        action_id = await add_action(tx, first)
    read_at = known.now

    def changed() -> tuple[bool, ...]:
        droplet_ids, image = (first, second), known.of("image", image_id)
        return *(known.of("droplet", each) > read_at for each in droplet_ids), image > read_at

    for write in (
        lambda tx: guests.record(tx, first, Observed.RUNNING),
        lambda tx: addresses.allocate(tx, first, IPv4Network("127.66.0.0/24")),
        lambda tx: actions.lock(tx, "droplet", first, action_id),
        lambda tx: actions.unlock(tx, action_id),
        lambda tx: addresses.free(tx, first),
        lambda tx: droplets.mark_gone(tx, first, NOW),
    ):
        async with database.write() as tx:
            await write(tx)
            assert changed() == (True, False, False), "others see it a moment before the writer knows"
        assert changed() == (True, False, False)
        read_at = known.now
    async with database.write() as tx:  # whose Droplet 1 it is
        await images.finish(tx, image_id)
    assert changed() == (first == 1, second == 1, True)
    assert known.of_tables(["images"]) > read_at >= known.of_tables(["droplets"])


async def test_after_a_write_that_was_cut_off_nothing_counts_as_unchanged_until_the_next(
    database: Database,
) -> None:
    """Its commit may be on its way in the database's own thread."""

    async def cut_off() -> None:
        async with database.write() as tx:
            await facts.put(tx, "fact", "1")
            await asyncio.sleep(60)

    task = asyncio.create_task(cut_off())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    read_at = database.changes.now
    assert database.changes.of("droplet", 1) > read_at < database.changes.of_tables(["tokens"])
    async with database.write() as tx:
        await facts.put(tx, "fact", "2")
    assert database.changes.of("droplet", 1) > read_at < database.changes.of_tables(["tokens"])
    read_at = database.changes.now
    assert database.changes.of("droplet", 1) <= read_at >= database.changes.of_tables(["tokens"])


async def test_changes_of_more_than_can_be_remembered_are_not_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_RESOURCES", 3)
    read_at = database.changes.now
    async with database.write() as tx:
        ids = [await add_droplet(tx) for _ in range(5)]
    assert all(database.changes.of("droplet", each) > read_at for each in ids)
    assert len(database.changes._resources) <= 3


async def test_every_row_of_every_table_tells_when_it_is_written(database: Database) -> None:
    expected = {
        f"dew_{table.name}_{what}"
        for table in metadata.sorted_tables
        for what in ("insert", "update", "delete")
        if table.name != "events"
    }
    async with database.write() as tx:
        made = await tx.exec_driver_sql("SELECT name FROM sqlite_temp_master WHERE type = 'trigger'")
        assert set(made.scalars()) == expected


async def test_an_id_is_never_given_out_twice(database: Database) -> None:
    async with database.write() as tx:
        first = await add_image(tx, await layers.add_layer(tx, None, 1, NOW))
        await images.remove(tx, first)
        assert await add_image(tx, 1) > first
        assert await facts.highest_id(tx, "images") == first + 1


async def test_times_come_back_as_they_were(database: Database) -> None:
    async with database.write() as tx:
        droplet_id = await add_droplet(tx)
        assert (await droplets.get(tx, droplet_id)).created_at == NOW


async def test_a_chain_is_a_layer_and_its_ancestors_newest_first(database: Database) -> None:
    async with database.write() as tx:
        parent: int | None = None
        made = []
        for _ in range(130):
            parent = await layers.add_layer(tx, parent, 2**30, NOW)
            made.append(parent)
        assert await layers.chain(tx, made[-1]) == tuple(reversed(made))


async def test_a_history_that_runs_in_a_circle_is_broken_and_not_endless(database: Database) -> None:
    async with database.write() as tx:
        first = await layers.add_layer(tx, None, 1, NOW)
        second = await layers.add_layer(tx, first, 1, NOW)
        await tx.exec_driver_sql(f"UPDATE layers SET parent_id = {second} WHERE id = {first}")
        with pytest.raises(Broken):
            await layers.chain(tx, second)


async def test_what_droplets_images_and_open_actions_need_is_reachable_and_nothing_else(
    database: Database,
) -> None:
    async with database.write() as tx:
        base = await layers.add_layer(tx, None, 1, NOW)
        shown = await layers.add_layer(tx, base, 1, NOW)
        await add_image(tx, shown)
        planned = await layers.add_layer(tx, shown, 1, NOW)
        await add_action(tx, layers=[planned])
        droplet_id = await add_droplet(tx)
        replaced = await replace_disk(tx, droplet_id)
        volume_id = (await droplets.get(tx, droplet_id)).volume_id
        assert volume_id is not None
        (head,) = await layers.volume_chain(tx, volume_id)
        forgotten = await layers.add_layer(tx, base, 1, NOW)
        assert await layers.reachable(tx, LONG_AGO) == {base, shown, planned, head, replaced}
        assert await layers.reachable(tx, NOW) == {base, shown, planned, head}
        assert forgotten in await layers.list_ids(tx)


async def test_layers_can_be_forgotten_in_any_order(database: Database) -> None:
    async with database.write() as tx:
        base = await layers.add_layer(tx, None, 1, NOW)
        child = await layers.add_layer(tx, base, 1, NOW)
        await layers.drop_layers(tx, frozenset({base, child}))
        assert await layers.list_ids(tx) == frozenset()


async def test_a_kept_disk_knows_what_its_droplet_was_with_it(database: Database) -> None:
    async with database.write() as tx:
        droplet_id = await add_droplet(tx)
        await droplets.change(tx, droplet_id, image_id=7, hostname="born", incarnation=3)
        replaced = await replace_disk(tx, droplet_id)
        (kept,) = await kept_disks.of_droplet(tx, droplet_id)
        assert (kept.layer_id, kept.image_id, kept.hostname, kept.incarnation) == (replaced, 7, "born", 3)
        await kept_disks.take_back(tx, kept.id)
        assert await kept_disks.of_droplet(tx, droplet_id) == []


async def test_kept_disks_go_when_their_time_is_over_and_the_oldest_beyond_a_number(
    database: Database,
) -> None:
    async with database.write() as tx:
        first, second = await add_droplet(tx), await add_droplet(tx)
        many = [
            await replace_disk(tx, first, NOW + timedelta(hours=hour))
            for hour in range(kept_disks.MOST_KEPT + 2)
        ]
        one = await replace_disk(tx, second, NOW)
        await kept_disks.give_up_old(tx, LONG_AGO)
        assert await kept_layers(tx, first) == many[: -kept_disks.MOST_KEPT - 1 : -1]
        assert await kept_layers(tx, second) == [one]
        await kept_disks.give_up_old(tx, NOW + timedelta(hours=4))
        assert await kept_layers(tx, first) == many[:4:-1]
        assert await kept_layers(tx, second) == []


async def test_the_oldest_kept_disk_goes_first_and_none_that_an_action_is_giving_back(
    database: Database,
) -> None:
    async with database.write() as tx:
        first, second = await add_droplet(tx), await add_droplet(tx)
        oldest = await replace_disk(tx, first, NOW)
        await replace_disk(tx, second, NOW + timedelta(hours=1))
        action_id = await add_action(tx, first, layers=[oldest])
        assert await kept_disks.give_up_oldest(tx) is not None
        assert (await kept_layers(tx, first), await kept_layers(tx, second)) == ([oldest], [])
        assert await kept_disks.give_up_oldest(tx) is None
        await kept_disks.give_up_old(tx, NOW)
        assert await kept_layers(tx, first) == [oldest]
        await actions.change(tx, action_id, 1, state="completed")
        assert await kept_disks.give_up_oldest(tx) is not None
        assert await kept_disks.give_up_oldest(tx) is None


async def test_one_action_at_a_time_holds_a_resource(database: Database) -> None:
    async with database.write() as tx:
        first, second = await add_action(tx), await add_action(tx)
        await actions.lock(tx, "droplet", 1, first)
        await actions.lock(tx, "droplet", 1, first)
        with pytest.raises(Busy):
            await actions.lock(tx, "droplet", 1, second)
        await actions.unlock(tx, first)
        await actions.lock(tx, "droplet", 1, second)


async def test_an_earlier_owner_of_an_action_can_change_nothing(database: Database) -> None:
    async with database.write() as tx:
        action_id = await add_action(tx)
        generation = await actions.take_over(tx, action_id)
        assert not await actions.change(tx, action_id, generation - 1, step="stolen")
        assert await actions.change(tx, action_id, generation, step="mine")
        assert (await actions.get(tx, action_id)).step == "mine"


async def test_addresses_are_unique_kept_and_given_back(database: Database) -> None:
    network = IPv4Network("127.66.0.0/29")
    async with database.write() as tx:
        ids = [await add_droplet(tx) for _ in range(6)]
        given = [await addresses.allocate(tx, droplet_id, network) for droplet_id in ids[:5]]
        assert len(set(given)) == 5
        assert all(address in network for address in given)
        assert await addresses.allocate(tx, ids[0], network) == given[0]
        with pytest.raises(HostFull):
            await addresses.allocate(tx, ids[5], network)
        await addresses.free(tx, ids[2])
        assert await addresses.allocate(tx, ids[5], network) == given[2]


async def test_a_droplets_status_follows_from_what_is_known(database: Database) -> None:
    async with database.write() as tx:
        droplet_id = await add_droplet(tx)
        assert (await droplets.get(tx, droplet_id)).status is Status.OFF
        await guests.record(tx, droplet_id, Observed.RUNNING)
        assert (await droplets.get(tx, droplet_id)).status is Status.ACTIVE
        await actions.lock(tx, "droplet", droplet_id, await add_action(tx, droplet_id))
        assert (await droplets.get(tx, droplet_id)).locked
        await droplets.mark_gone(tx, droplet_id, NOW)
        with pytest.raises(NotFound):
            await droplets.get(tx, droplet_id)


async def test_droplets_are_found_by_name_in_any_case_and_by_tag(database: Database) -> None:
    async with database.write() as tx:
        await add_droplet(tx, "Web")
        await add_droplet(tx, "other")
        found, total = await droplets.page(tx, droplets.Filter(name="wEB"), 0, 10)
        assert [each.name for each in found] == ["Web"]
        assert total == 1
        assert (await droplets.page(tx, droplets.Filter(tag="b"), 0, 1))[1] == 2
        assert (await droplets.page(tx, droplets.Filter(tag="c"), 0, 1))[1] == 0


async def test_an_image_is_seen_only_when_it_is_finished(database: Database) -> None:
    async with database.write() as tx:
        image_id = await add_image(tx, await layers.add_layer(tx, None, 1, NOW))
        with pytest.raises(NotFound):
            await images.get(tx, image_id)
        await images.finish(tx, image_id, used_bytes=7)
        assert (await images.get(tx, image_id)).used_bytes == 7


async def test_a_generated_password_is_given_once(database: Database) -> None:
    async with database.write() as tx:
        droplet_id = await add_droplet(tx)
        await droplets.change(tx, droplet_id, password_once="secret")
        assert await droplets.take_password(tx, droplet_id) == "secret"
        assert await droplets.take_password(tx, droplet_id) is None


async def test_events_are_bounded_and_in_order(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEPT_EVENTS", 300)
    async with database.write() as tx:
        for number in range(1000):
            await events.append(tx, "droplet", "droplet", number)
        oldest, newest = await events.bounds(tx)
        assert newest - oldest < 300 + 256
        assert [event.id for event in await events.after(tx, newest - 3)] == [newest - 2, newest - 1, newest]


def test_the_migrations_make_the_tables_as_they_are_written_down(tmp_path: Path) -> None:
    path = tmp_path / "dew.db"
    migrations.upgrade(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_migrations_that_are_cut_short_leave_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "dew.db"

    def cut_short(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE layers" in statement:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", cut_short)
    try:
        with pytest.raises(KeyboardInterrupt):
            migrations.upgrade(path)
    finally:
        event.remove(Engine, "before_cursor_execute", cut_short)
    migrations.upgrade(path)


def test_the_database_is_nobody_elses_to_read(tmp_path: Path) -> None:
    migrations.upgrade(tmp_path / "dew.db")
    assert (tmp_path / "dew.db").stat().st_mode & 0o077 == 0


def test_a_database_of_a_newer_dew_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "dew.db"
    migrations.upgrade(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(Broken, match="newer Dew"):
        migrations.upgrade(path)
    assert path.read_bytes() == before


async def test_a_copy_is_whole_while_the_database_is_written_to(database: Database, tmp_path: Path) -> None:
    async with database.write() as tx:
        await facts.put(tx, "fact", "committed")
    await asyncio.to_thread(copies.copy, tmp_path / "dew.db", tmp_path / "copy.db")
    copied = await Database.open(tmp_path / "copy.db")
    async with copied.read() as tx:
        assert await facts.get(tx, "fact") == "committed"
    await copied.close()
