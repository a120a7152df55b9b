"""Exports and imports under /dew/v1: bytes from any of them on, manifests that are checked, bounds."""

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from dew.actions.kind import Request
from dew.database import tokens
from dew.model.action import Action, ActionState
from dew.storage.exports import KEEP_HOURS, MOST, Exports
from dew.streams.exports import MOST_DOWNLOADS
from tests.api.house import House


async def exported(house: House, snapshot_id: int) -> dict[str, Any]:
    """Have a Snapshot exported; return its manifest."""
    made = await house.ok("POST", f"/dew/v1/snapshots/{snapshot_id}/export")
    action = await house.finished(made["action"]["id"])
    assert (action.state, action.error) == (ActionState.COMPLETED, "")
    manifest: dict[str, Any] = (await house.ok("GET", f"/dew/v1/snapshots/{snapshot_id}/export"))["export"]
    return manifest


async def a_snapshot(house: House) -> int:
    droplet = await house.create()
    return await house.snapshot(droplet["id"], "before the upgrade")


async def test_an_export_says_what_the_snapshot_was_and_gives_its_bytes(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    await house.refused("GET", f"/dew/v1/snapshots/{snapshot_id}/export", status=404)
    manifest = await exported(house, snapshot_id)
    snapshot = (await house.ok("GET", f"/dew/v1/snapshots/{snapshot_id}"))["snapshot"]
    assert (manifest["format"], manifest["format_version"]) == ("dew-snapshot", 1)
    for told in ("name", "consistency", "created_at", "disk_bytes"):
        assert manifest[told] == snapshot[told]
    disk = await house.get(f"/dew/v1/snapshots/{snapshot_id}/export/disk")
    assert disk.status_code == 200
    assert len(disk.content) == manifest["size_bytes"]
    assert hashlib.sha256(disk.content).hexdigest() == manifest["sha256"]


async def test_a_token_that_may_only_look_is_not_given_a_disk(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    await exported(house, snapshot_id)
    async with house.database.write() as tx:
        looking = await tokens.create(tx, "looking", ("read",))
    async with house.client_with(looking) as client:
        assert (await client.get(f"/dew/v1/snapshots/{snapshot_id}/export")).status_code == 200
        assert (await client.get(f"/dew/v1/snapshots/{snapshot_id}/export/disk")).status_code == 403


async def test_a_download_goes_on_from_any_byte_of_the_same_file(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    manifest = await exported(house, snapshot_id)
    path, etag = f"/dew/v1/snapshots/{snapshot_id}/export/disk", f'"{manifest["sha256"]}"'
    whole = (await house.get(path)).content
    rest = await house.get(path, headers={"range": "bytes=1000-", "if-range": etag})
    assert (rest.status_code, rest.content) == (206, whole[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert rest.headers["etag"] == etag
    other = await house.get(path, headers={"range": "bytes=1000-", "if-range": '"something else"'})
    assert (other.status_code, other.content) == (200, whole)
    beyond = await house.get(path, headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


async def test_exporting_again_makes_nothing_new_and_keeps_it_longer(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    first = await exported(house, snapshot_id)
    path = Exports(house.directory / "exports").path(snapshot_id)
    written = path.stat().st_ino
    os.utime(path, (time.time() - 3600, time.time() - 3600))
    again = await exported(house, snapshot_id)
    assert path.stat().st_ino == written
    assert again["sha256"] == first["sha256"]
    left = datetime.fromisoformat(again["expires_at"]) - datetime.now(UTC)
    assert left > timedelta(hours=KEEP_HOURS) - timedelta(minutes=5)


async def test_an_export_is_not_taken_for_one_of_another_snapshot_that_has_its_id_now(house: House) -> None:
    """As after going back to an older copy of the database, which gives ids out again."""
    snapshot_id = await a_snapshot(house)
    await exported(house, snapshot_id)
    path = Exports(house.directory / "exports").path(snapshot_id)
    path.write_bytes(b"another disk")
    async with house.database.write() as tx:
        await tx.exec_driver_sql("UPDATE images SET created_at = '2024-05-01 00:00:00.000000'")
    await house.refused("GET", f"/dew/v1/snapshots/{snapshot_id}/export", status=404)
    await house.refused("GET", f"/dew/v1/snapshots/{snapshot_id}/export/disk", status=404)
    await exported(house, snapshot_id)
    assert path.read_bytes() != b"another disk"


async def test_a_deleted_export_is_gone_and_the_snapshot_stays(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    await exported(house, snapshot_id)
    for _ in range(2):
        await house.ok("DELETE", f"/dew/v1/snapshots/{snapshot_id}/export")
    await house.refused("GET", f"/dew/v1/snapshots/{snapshot_id}/export/disk", status=404)
    assert list((house.directory / "exports").iterdir()) == []
    await house.ok("GET", f"/dew/v1/snapshots/{snapshot_id}")


async def test_with_a_snapshot_goes_what_was_exported_of_it(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    await exported(house, snapshot_id)
    await house.ok("DELETE", f"/v2/snapshots/{snapshot_id}")
    await house.settled()
    assert list((house.directory / "exports").iterdir()) == []


async def test_exports_end_with_age_and_number(house: House) -> None:
    droplet = await house.create()
    snapshots = [await house.snapshot(droplet["id"], f"number {number}") for number in range(3)]
    for snapshot_id in snapshots[:2]:
        await exported(house, snapshot_id)
    exports = Exports(house.directory / "exports")
    old = time.time() - KEEP_HOURS * 3600 - 60
    for path in (house.directory / "exports").glob(f"snapshot-{snapshots[0]}.*"):
        os.utime(path, (old, old))
    await exported(house, snapshots[2])
    assert [exports.path(each).exists() for each in snapshots] == [False, True, True]
    await exports.prune(most=1)
    assert [exports.path(each).exists() for each in snapshots] == [False, False, True]
    assert MOST > 1


async def test_only_snapshots_are_exported(house: House) -> None:
    await house.refused("POST", f"/dew/v1/snapshots/{house.image_id}/export", status=400)
    await house.refused("POST", "/dew/v1/snapshots/4711/export", status=404)


async def test_an_export_that_would_eat_the_reserve_is_refused_with_numbers(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    object.__setattr__(house.settings, "reserve_bytes", 2**60)
    made = await house.ok("POST", f"/dew/v1/snapshots/{snapshot_id}/export")
    action = await house.finished(made["action"]["id"])
    assert action.state is ActionState.ERRORED
    assert "are a reserve" in action.error
    assert not Exports(house.settings.exports).path(snapshot_id).exists()


async def test_downloads_at_once_are_bounded(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    await exported(house, snapshot_id)
    house.parts.exports._open.update(range(MOST_DOWNLOADS))
    await house.refused("GET", f"/dew/v1/snapshots/{snapshot_id}/export/disk", status=429)


async def uploaded(house: House, content: bytes) -> int:
    """Have a file sent; return the upload's id."""
    wanted = {"file_name": "disk.qcow2", "size_bytes": len(content)}
    upload_id: int = (await house.ok("POST", "/dew/v1/uploads", wanted))["upload"]["id"]
    sent = await house.client.patch(
        f"/dew/v1/uploads/{upload_id}", content=content, headers={"upload-offset": "0"}
    )
    assert sent.is_success, sent.text
    return upload_id


async def imported(house: House, manifest: dict[str, Any], upload_id: int) -> tuple[Action, int]:
    made = await house.ok("POST", "/dew/v1/snapshots/import", {**manifest, "upload_id": upload_id})
    return await house.finished(made["action"]["id"]), made["snapshot_id"]


async def test_an_imported_snapshot_is_what_it_was_elsewhere(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    manifest = await exported(house, snapshot_id) | {"created_at": "2024-05-01T12:00:00Z"}
    content = (await house.get(f"/dew/v1/snapshots/{snapshot_id}/export/disk")).content
    action, arrived_id = await imported(house, manifest, await uploaded(house, content))
    assert (action.state, action.error) == (ActionState.COMPLETED, "")
    shown = (await house.ok("GET", f"/dew/v1/snapshots/{arrived_id}"))["snapshot"]
    for told in ("name", "consistency", "created_at", "disk_bytes"):
        assert shown[told] == manifest[told]
    assert shown["droplet_id"] is None
    listed = (await house.ok("GET", "/v2/snapshots"))["snapshots"]
    assert str(arrived_id) in [each["id"] for each in listed]
    droplet = await house.create("from-elsewhere", image=arrived_id)
    assert droplet["image"]["id"] == arrived_id
    assert (await house.ok("GET", "/dew/v1/uploads"))["uploads"] == []


NONSENSE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"format": "something"}, "format"),
    ({"format_version": 2}, "version"),
    ({"name": ""}, "Name"),
    ({"name": "two\nlines"}, "name"),
    ({"consistency": "excellent"}, "consistency"),
    ({"created_at": "yesterday"}, "created_at"),
    ({"created_at": None}, "created_at"),
    ({"created_at": "9999-12-31T23:59:59-23:59"}, "created_at"),
    ({"distribution": "x" * 100}, "distribution"),
    ({"upload_id": "x"}, "upload_id"),
)


async def test_a_manifest_that_makes_no_sense_is_refused(house: House) -> None:
    manifest = {
        "format": "dew-snapshot",
        "format_version": 1,
        "name": "snapshot",
        "consistency": "off",
        "created_at": "2024-05-01T12:00:00Z",
        "upload_id": 1,
    }
    for wrong, named in NONSENSE:
        assert named in await house.refused("POST", "/dew/v1/snapshots/import", {**manifest, **wrong})


async def test_a_snapshot_from_the_future_is_as_old_as_its_import(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    manifest = await exported(house, snapshot_id) | {"created_at": "2924-05-01T12:00:00Z"}
    content = (await house.get(f"/dew/v1/snapshots/{snapshot_id}/export/disk")).content
    _, arrived_id = await imported(house, manifest, await uploaded(house, content))
    shown = (await house.ok("GET", f"/dew/v1/snapshots/{arrived_id}"))["snapshot"]
    assert datetime.fromisoformat(shown["created_at"]) <= datetime.now(UTC)


async def test_what_is_no_disk_is_refused_and_the_upload_may_be_used_otherwise(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    manifest = await exported(house, snapshot_id)
    upload_id = await uploaded(house, b"no disk at all" * 1000)
    action, arrived_id = await imported(house, manifest, upload_id)
    assert action.state is ActionState.ERRORED
    assert "refused" in action.error
    await house.refused("GET", f"/dew/v1/snapshots/{arrived_id}", status=404)
    (kept,) = (await house.ok("GET", "/dew/v1/uploads"))["uploads"]
    assert (kept["id"], kept["importing"]) == (upload_id, False)


async def test_a_snapshot_is_not_deleted_while_it_is_exported(house: House) -> None:
    snapshot_id = await a_snapshot(house)
    (action,) = await house.engine.accept(Request("export_snapshot", snapshot_id))
    await house.refused("DELETE", f"/v2/snapshots/{snapshot_id}")
    await house.refused("POST", f"/dew/v1/snapshots/{snapshot_id}/export")
    await house.finished(action.id)
    await house.ok("DELETE", f"/v2/snapshots/{snapshot_id}")


async def test_the_catalogue_is_listed_and_fetched_from(house: House) -> None:
    (offer,) = (await house.ok("GET", "/dew/v1/catalogue"))["catalogue"]
    made = await house.ok("POST", "/dew/v1/images", {"name": offer["name"]})
    action = await house.finished(made["action"]["id"])
    assert (action.state, action.error) == (ActionState.COMPLETED, "")
    image = (await house.ok("GET", f"/v2/images/{offer['name']}"))["image"]
    assert (image["id"], image["distribution"], image["public"]) == (made["image_id"], "Ubuntu", True)
    types = [each["type"] for each in (await house.ok("GET", "/v2/actions"))["actions"]]
    assert types[0] == "create"
