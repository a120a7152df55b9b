"""Backups and their policies in DigitalOcean's words; answers are held to its description."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dew.actions.kind import Request
from dew.api.wire.units import time
from tests.api import description
from tests.api.house import House
from tests.api.test_events_tell_of_every_change import served

DAILY = {"plan": "daily", "hour": 0, "window_length_hours": 4, "retention_period_days": 7}
WEEKLY = {"plan": "weekly", "weekday": "MON", "hour": 20}
NEVER = datetime(2001, 1, 1, tzinfo=UTC)


async def ok(house: House, method: str, path: str, body: Any = None) -> Any:
    """As house.ok; the answer fits DigitalOcean's description too."""
    response = await house.client.request(method, path, json=body)
    assert response.is_success, response.text
    content = response.json() if response.content else None
    if description.FILE.exists():
        bare = response.request.url.path
        assert description.judge(method, bare, response.status_code, content) == []
    return content


async def back_up(house: House, droplet_id: int, window_at: datetime = NEVER) -> int:
    """Make a Backup as the scheduler does; return the Image's id."""
    (action,) = await house.engine.accept(Request("backup", droplet_id, {"window": window_at.isoformat()}))
    assert (await house.finished(action.id)).error == ""
    return int(action.params["image"])


async def policy_of(house: House, droplet_id: int) -> Any:
    return (await ok(house, "GET", f"/v2/droplets/{droplet_id}/backups/policy"))["policy"]


async def test_backups_are_enabled_with_a_policy_when_a_droplet_is_created(house: House) -> None:
    droplet = await house.create(backups=True, backup_policy=WEEKLY)
    assert droplet["features"] == ["backups"]
    window = droplet["next_backup_window"]
    start, end = (datetime.fromisoformat(window[name]) for name in ("start", "end"))
    assert start.strftime("%a %H") == "Mon 20"
    assert end - start == timedelta(hours=4)
    assert datetime.now(UTC) < end <= datetime.now(UTC) + timedelta(days=7, hours=4)
    assert await policy_of(house, droplet["id"]) == {
        "droplet_id": droplet["id"],
        "backup_enabled": True,
        "backup_policy": {**WEEKLY, "window_length_hours": 4, "retention_period_days": 28},
        "next_backup_window": window,
    }


async def test_the_policy_is_daily_unless_another_is_asked_for(house: House) -> None:
    created = await house.create("created", backups=True)
    enabled = await house.create("enabled", backups=None, backup_policy=None)
    assert (enabled["features"], enabled["next_backup_window"]) == ([], None)
    assert (await house.act(enabled["id"], "enable_backups")).kind == "enable_backups"
    for droplet in (created, enabled):
        assert (await policy_of(house, droplet["id"]))["backup_policy"] == DAILY


async def test_a_policy_changes_and_what_makes_no_sense_is_refused(house: House) -> None:
    droplet_id = (await house.create())["id"]
    path = f"/v2/droplets/{droplet_id}/actions"
    change = {"type": "change_backup_policy", "backup_policy": {"plan": "daily", "hour": 4}}
    assert "not enabled" in await house.refused("POST", path, change)
    assert "not enabled" in await house.refused("POST", path, {"type": "disable_backups"})
    await house.act(droplet_id, "enable_backups", backup_policy=WEEKLY)
    await house.act(
        droplet_id,
        **{"type_": "change_backup_policy", "backup_policy": {"plan": "daily", "hour": "8", "weekday": ""}},
    )
    assert (await policy_of(house, droplet_id))["backup_policy"]["hour"] == 8
    await house.refused("POST", path, {"type": "change_backup_policy"})
    for nonsense in (
        {"plan": "hourly"},
        {"hour": 3},
        {"hour": True},
        {"weekday": "sunday"},
        {"plan": []},
        7,
        [1],
    ):
        message = await house.refused("POST", path, {"type": "enable_backups", "backup_policy": nonsense})
        assert "policy" in message


async def test_backups_are_listed_with_their_droplet_and_are_no_snapshots(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    backup = await back_up(house, droplet_id)
    (listed,) = (await ok(house, "GET", f"/v2/droplets/{droplet_id}/backups"))["backups"]
    assert (listed["id"], listed["type"]) == (backup, "backup")
    assert listed["name"].startswith("web-01 20")
    droplet = (await ok(house, "GET", f"/v2/droplets/{droplet_id}"))["droplet"]
    assert (droplet["backup_ids"], droplet["snapshot_ids"]) == ([backup], [])
    assert (await ok(house, "GET", f"/v2/images/{backup}"))["image"]["type"] == "backup"
    assert [each["id"] for each in (await ok(house, "GET", "/v2/images?private=true"))["images"]] == [backup]
    assert (await ok(house, "GET", "/v2/snapshots"))["snapshots"] == []
    message = await house.refused("GET", f"/v2/snapshots/{backup}", status=400)
    assert message == "the resource is not a snapshot"
    (own,) = (await house.ok("GET", f"/dew/v1/backups?droplet_id={droplet_id}"))["backups"]
    assert (own["id"], own["damage"]) == (backup, "")


async def test_a_backup_is_restored_and_made_into_new_droplets(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    backup = await back_up(house, droplet_id)
    assert (await house.act(droplet_id, "restore", image=backup)).error == ""
    assert (await house.create("from-backup", image=backup))["image"]["id"] == backup


async def test_a_converted_backup_is_a_snapshot_and_outlives_its_droplet(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    converted, kept = await back_up(house, droplet_id), await back_up(house, droplet_id)
    path = f"/v2/images/{converted}/actions"
    action = (await ok(house, "POST", path, {"type": "convert"}))["action"]
    assert (action["type"], action["resource_type"]) == ("convert", "image")
    await house.finished(action["id"])
    droplet = (await ok(house, "GET", f"/v2/droplets/{droplet_id}"))["droplet"]
    assert (droplet["backup_ids"], droplet["snapshot_ids"]) == ([kept], [converted])
    assert "no Backup" in await house.refused("POST", path, {"type": "convert"})
    await ok(house, "DELETE", f"/v2/droplets/{droplet_id}")
    await house.settled()
    await house.refused("GET", f"/v2/images/{kept}", status=404)
    assert (await ok(house, "GET", f"/v2/snapshots/{converted}"))["snapshot"]["id"] == str(converted)


async def test_disabling_deletes_the_backups(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    backup = await back_up(house, droplet_id)
    await house.act(droplet_id, "disable_backups")
    await house.refused("GET", f"/v2/images/{backup}", status=404)
    assert await policy_of(house, droplet_id) == {"droplet_id": droplet_id, "backup_enabled": False}
    droplet = (await ok(house, "GET", f"/v2/droplets/{droplet_id}"))["droplet"]
    assert (droplet["features"], droplet["backup_ids"], droplet["next_backup_window"]) == ([], [], None)


async def test_backups_are_enabled_and_disabled_by_tag(house: House) -> None:
    ids = [(await house.create(name, tags=["prod"]))["id"] for name in ("one", "two")]
    await house.create("other")
    for type_, enabled in (("enable_backups", True), ("disable_backups", False)):
        path = "/v2/droplets/actions?tag_name=prod"
        accepted = (await house.ok("POST", path, {"type": type_}))["actions"]
        for action in accepted:
            await house.finished(action["id"])
        assert [action["resource_id"] for action in accepted] == ids
        policies = (await ok(house, "GET", "/v2/droplets/backups/policies"))["policies"]
        assert [policies[str(one)]["backup_enabled"] for one in ids] == [enabled] * 2
        assert len(policies) == 3


async def test_supported_policies_are_told(house: House) -> None:
    weekly, daily = (await ok(house, "GET", "/v2/droplets/backups/supported_policies"))["supported_policies"]
    assert (weekly["name"], weekly["possible_days"][0]) == ("weekly", "SUN")
    assert (daily["name"], daily["possible_days"]) == ("daily", [])
    assert daily["possible_window_starts"] == [0, 4, 8, 12, 16, 20]


async def test_the_next_window_is_the_open_one_until_its_backup_is_made(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    before = (await policy_of(house, droplet_id))["next_backup_window"]["start"]
    opened = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    await back_up(house, droplet_id, opened)
    after = (await policy_of(house, droplet_id))["next_backup_window"]["start"]
    assert before == after == time(opened + timedelta(days=1)), "one enabled since is none of its"


async def test_how_the_newest_backup_went_is_told(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    (schedule,) = (await house.ok("GET", "/dew/v1/backups/schedules"))["schedules"]
    assert (schedule["droplet_id"], schedule["kept"], schedule["error"]) == (droplet_id, 7, "")


async def test_one_knows_what_backups_cost_before_they_are_enabled(house: House) -> None:
    plans = (await house.ok("GET", "/dew/v1/backups/plans"))["plans"]
    assert plans == [
        {"plan": "daily", "kept": 7, "percent": 30.0},
        {"plan": "weekly", "kept": 4, "percent": 20.0},
    ]


@pytest.mark.parametrize(
    "path", ["/v2/droplets/99/backups", "/v2/droplets/99/backups/policy", "/v2/droplets/x/backups/policy"]
)
async def test_what_is_not_there_is_not_found(house: House, path: str) -> None:
    await house.refused("GET", path, status=404)


async def test_the_command_converts_a_backup_and_names_the_snapshot(house: House) -> None:
    droplet_id = (await house.create(backups=True))["id"]
    backup = await back_up(house, droplet_id)
    async with served(house) as (url, _):
        command = [sys.executable, "-m", "dew.cli.main", "image", "convert", str(backup), "--name", "kept"]
        told = os.environ | {"DEW_URL": url, "DEW_TOKEN": house.token}
        done = await asyncio.to_thread(
            subprocess.run, command, env=told, capture_output=True, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stdout) == (0, "kept is a Snapshot now.\n"), done.stderr
    (snapshot,) = (await ok(house, "GET", "/v2/snapshots"))["snapshots"]
    assert (snapshot["id"], snapshot["name"]) == (str(backup), "kept")
