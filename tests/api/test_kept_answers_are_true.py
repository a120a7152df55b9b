"""Droplets are kept as bytes between requests: what was acknowledged before a request is in its answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, update

from dew.actions.kind import Request
from dew.api import kept_droplets
from dew.api.shown_droplets import describe
from dew.database import droplets, guests, layers, triggers
from dew.database.tables import droplets as droplets_table
from dew.database.tables import images as images_table
from dew.database.tables import metadata
from dew.model.droplet import Observed
from dew.model.size import SIZES
from tests.api.house import SIZE, House, client_of

LARGER = "s-1vcpu-1gb"
NEVER = datetime(2001, 1, 1, tzinfo=UTC)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = house.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def as_read(house: House) -> list[dict[str, Any]]:
    """All Droplets as the database has them now, with nothing kept."""
    async with house.database.read() as tx:
        bodies = await describe(house.parts, tx, await droplets.list_all(tx))
    shown: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(bodies))
    return shown


async def as_told(house: House) -> list[dict[str, Any]]:
    """All Droplets as clients are told, which has to be the truth however they ask."""
    shown: list[dict[str, Any]] = (await house.ok("GET", "/v2/droplets"))["droplets"]
    assert shown == await as_read(house)
    for each in shown:
        assert (await house.ok("GET", f"/v2/droplets/{each['id']}"))["droplet"] == each
    return shown


async def test_each_thing_that_a_droplet_tells_is_new_in_the_next_answer(house: House) -> None:
    first, second = await house.create("first"), await house.create("second")
    path, of_first = f"/v2/droplets/{first['id']}", first["id"]
    told = await as_told(house)

    async def changed() -> set[str]:
        """Which members the first Droplet tells otherwise than before; the second stays as it is."""
        nonlocal told
        before, (now, other) = told, await as_told(house)
        told = [now, other]
        assert other == before[1]
        return {name for name in now if now[name] != before[0][name]}

    assert await changed() == set()
    await house.act(of_first, "power_off")
    assert await changed() == {"status"}
    await house.act(of_first, "resize", size=LARGER)
    assert await changed() >= {"size_slug", "size", "memory"}
    await house.act(of_first, "power_on")
    assert await changed() == {"status"}
    image_id = await house.snapshot(of_first, "2026-07-02")
    assert await changed() == {"snapshot_ids"}
    await house.ok("POST", "/v2/tags", {"name": "prod"})
    tagging = {"resources": [{"resource_id": str(of_first), "resource_type": "droplet"}]}
    await house.ok("POST", "/v2/tags/prod/resources", tagging)
    assert await changed() == {"tags"}
    await house.ok("DELETE", "/v2/tags/prod")
    assert await changed() == {"tags"}
    await house.act(of_first, "rename", name="other")
    assert await changed() == {"name"}
    await house.act(of_first, "enable_backups")
    assert await changed() == {"features", "next_backup_window"}
    (backup,) = await house.engine.accept(Request("backup", of_first, {"window": NEVER.isoformat()}))
    await house.finished(backup.id)
    assert await changed() == {"backup_ids"}
    await house.act(of_first, "change_backup_policy", backup_policy={"plan": "weekly", "hour": 4})
    assert await changed() == {"next_backup_window"}
    await house.act(of_first, "disable_backups")
    assert await changed() == {"features", "next_backup_window", "backup_ids"}
    async with house.database.write() as tx:  # what a Host sees by itself
        await guests.record(tx, of_first, Observed.POWERED_OFF)
    assert await changed() == {"status"}
    await house.act(of_first, "rebuild", image=image_id)
    assert await changed() >= {"image"}
    await house.ok("PUT", f"/v2/images/{image_id}", {"name": "renamed"})
    assert await changed() == {"image"}
    await house.ok("DELETE", f"/v2/snapshots/{image_id}")
    await house.settled()
    assert await changed() == {"image", "snapshot_ids"}
    await house.ok("DELETE", path)
    assert (await house.get(path)).status_code == 404
    assert [each["id"] for each in await as_told(house)] == [second["id"]]


async def test_a_droplet_tells_what_became_of_the_image_it_was_made_from(house: House) -> None:
    """Also of one that was taken of another Droplet."""
    image_id = await house.snapshot((await house.create("first"))["id"])
    await house.create("second", image=image_id)
    await as_told(house)
    await house.ok("PUT", f"/v2/images/{image_id}", {"name": "renamed"})
    assert (await as_told(house))[1]["image"]["name"] == "renamed"
    await house.ok("DELETE", f"/v2/snapshots/{image_id}")
    assert (await as_told(house))[1]["image"]["status"] == "deleted"


async def test_an_open_action_is_seen_from_its_acceptance_to_its_end(house: House) -> None:
    droplet = await house.create()
    await as_told(house)
    await house.ok("PUT", "/dew/v1/simulate", {"delays": {"reboot": 0.2}, "failures": []})
    made = await house.ok("POST", f"/v2/droplets/{droplet['id']}/actions", {"type": "reboot"})
    assert [each["locked"] for each in await as_told(house)] == [True]
    await house.finished(made["action"]["id"])
    assert [each["locked"] for each in await as_told(house)] == [False]
    created = await house.ok("POST", "/v2/droplets", {"name": "new", "size": SIZE, "image": house.image_id})
    assert [each["name"] for each in await as_told(house)] == ["web-01", "new"]
    await house.finished(created["links"]["actions"][0]["id"])
    assert (await as_told(house))[1]["networks"]["v4"]


async def test_the_window_of_the_next_backup_moves_on_with_the_clock(house: House) -> None:
    await house.create(backups=True)
    (before,) = await as_told(house)
    start, now = before["next_backup_window"]["start"], house.parts.now()
    house.app.state.parts = house.parts = replace(house.parts, now=lambda: now + timedelta(days=1, hours=4))
    (after,) = await as_told(house)
    assert after["next_backup_window"]["start"] > start


async def test_links_name_the_host_that_was_asked_whoever_asked_before(house: House) -> None:
    for number in range(2):
        await house.create(f"web-{number}")
    pages = (await house.ok("GET", "/v2/droplets?per_page=1"))["links"]["pages"]
    async with client_of(house.app, house.token, "127.0.0.1:8080") as client:
        others = (await client.get("/v2/droplets?per_page=1")).json()["links"]["pages"]
    assert pages["next"] == "http://localhost/v2/droplets?per_page=1&page=2"
    assert others["next"] == "http://127.0.0.1:8080/v2/droplets?per_page=1&page=2"


async def test_what_has_not_changed_is_not_read_again(house: House) -> None:
    """Two hundred Droplets cost six queries, whichever of them changed, and none where none did."""
    async with house.database.write() as tx:
        volume_id = await layers.add_volume(tx, 1)
        for number in range(200):
            new = ("nyc3", SIZES[0], house.image_id, volume_id, (), None, None, "", ("web",))
            await droplets.add(tx, droplets.NewDroplet(f"web-{number}", *new), house.parts.now())
    wanted = "/v2/droplets?per_page=200"
    await house.ok("GET", "/v2/account")  # from now on it is known who asks
    await house.ok("GET", "/v2/account")
    with statements(house) as cold:
        assert len((await house.ok("GET", wanted))["droplets"]) == 200
    with statements(house) as warm:
        assert len((await house.ok("GET", wanted))["droplets"]) == 200
    with statements(house) as otherwise:
        assert len((await house.ok("GET", f"{wanted}&tag_name=web"))["droplets"]) == 200
    async with house.database.write() as tx:
        await tx.execute(update(droplets_table).where(droplets_table.c.id == 7).values(desired_power="off"))
    with statements(house) as changed:
        await house.ok("GET", wanted)
    selects = [sum(each.startswith("SELECT") for each in asked) for asked in (cold, otherwise, changed)]
    assert warm == []
    assert selects == [6, 2, 6]


async def test_whatever_a_droplets_answer_is_read_from_tells_when_it_changes(house: House) -> None:
    """Each table names the Droplet, or is its Image's: others would change and nobody would know."""
    await house.create(backups=True)
    with statements(house) as asked:
        await as_read(house)
    told = {
        table.name for table in metadata.sorted_tables if {"droplet_id", "resource_id"} & {*table.c.keys()}
    }
    told = (told | {"droplets", images_table.name}) - {table.name for table in triggers.SILENT}
    read = {name for name in metadata.tables if any(f" {name}" in each for each in asked)}
    assert {"droplets", "images", "guests", "locks", "addresses", "backup_policies"} <= read <= told


async def test_a_page_is_kept_only_while_nothing_changes_that_decides_which_droplets_it_has(
    house: House,
) -> None:
    async with house.database.read() as tx:
        with statements(house) as asked:
            await droplets.page_ids(tx, droplets.Filter("name", "tag", "nyc3"), 0, 20)
    assert {name for name in metadata.tables if any(f" {name}" in each for each in asked)} == {
        *droplets.PAGED_BY
    }


async def test_what_is_kept_has_a_bound(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_droplets, "KEPT_BYTES", 4000)
    for number in range(4):
        await house.create(f"web-{number}")
    assert len(await as_told(house)) == 4
    kept = house.app.state.kept_droplets
    assert 0 < kept._size_bytes <= 4000
    assert kept._size_bytes == sum(
        len(body) + kept_droplets.OVERHEAD_BYTES for body, _ in kept._bodies.values()
    )


async def test_many_who_read_while_others_write_hear_nothing_older_than_what_was_acknowledged(
    house: House,
) -> None:
    droplet = await house.create()
    path, newest, done = f"/v2/droplets/{droplet['id']}", 0, False

    async def write() -> None:
        nonlocal newest, done
        for number in range(1, 20):
            async with house.database.write() as tx:
                await droplets.change(tx, droplet["id"], name=f"web-{number}")
            newest = number
            await asyncio.sleep(0)
        done = True

    async def read(path: str) -> None:
        while not done:
            acknowledged = newest
            told = await house.ok("GET", path)
            shown = told.get("droplet") or told["droplets"][0]
            assert int(shown["name"].removeprefix("web-")) >= acknowledged
            await asyncio.sleep(0.001)  # leaves the writer its turns

    await asyncio.gather(write(), *(read(each) for each in (path, path, "/v2/droplets")))
