"""Backups, on their Droplet's page and among the Images: all that can be done with them."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from playwright.sync_api import expect

from dew.client.backups import BackupPolicy
from tests.guest.dewd import Guest, eventually
from tests.panel.browser import Visit

LONG_AGO = "since = '2020-01-01 00:00:00', window_at = NULL, made = 0"


def _hour_over() -> int:
    """Return the hour of a window that is over: in one that is open each Droplet waits for its turn."""
    return (datetime.now(UTC).hour // 4 * 4 - 4) % 24


def _back_up(guest: Guest, wanted: int) -> None:
    """Have a Backup made as after downtime: its window has come and gone, and nobody was there."""
    with closing(sqlite3.connect(guest.dewd.data / "simulated.db", timeout=20)) as database, database:
        database.execute(f"UPDATE backup_policies SET {LONG_AGO} WHERE droplet_id = ?", (guest.id,))
    eventually(f"{wanted} of {guest.id}", lambda: len(guest.dewd.client.backups(guest.id)) == wanted)


def _policy(guest: Guest) -> BackupPolicy | None:
    found = [each.policy for each in guest.dewd.client.backup_schedules() if each.droplet_id == guest.id]
    return found[0] if found else None


def _done(guest: Guest, kind: str) -> bool:
    last = guest.dewd.client.actions(droplet_id=guest.id, limit=1)[0]
    return last.type == kind and last.status == "completed"


def test_backups_of_a_droplet_are_enabled_changed_used_and_disabled(visit: Visit) -> None:
    droplet = visit.dewd.create("backed-up")
    page = visit.go(f"/droplets/{droplet.id}/backups")
    hour = _hour_over()
    visit.choose("Between", f"{hour:02}:00 to {(hour + 4) % 24:02}:00 UTC")
    visit.press("Enable Backups")
    eventually("they are enabled", lambda: _policy(droplet) == BackupPolicy("daily", hour))
    visit.press("Change")
    visit.press("Cancel")
    visit.press("Change")
    page.get_by_text("Weekly", exact=True).click()
    visit.choose("On", "Wednesday")
    visit.press("Change")
    eventually("the policy changed", lambda: _policy(droplet) == BackupPolicy("weekly", hour, "WED"))
    _back_up(droplet, 1)
    (backup,) = visit.dewd.client.backups(droplet.id)
    visit.press("Restore")
    visit.agree("Restore")
    eventually("it is restored", lambda: _done(droplet, "restore"))
    visit.from_menu(f"More for {backup.name}", "Rename")
    visit.fill("Name", "renamed")
    visit.press("Rename")
    visit.from_menu("More for renamed", "Convert to Snapshot")
    eventually(
        "it is a Snapshot",
        lambda: [each.id for each in visit.dewd.client.snapshots() if each.name == "renamed"] == [backup.id],
    )
    _back_up(droplet, 1)
    (second,) = visit.dewd.client.backups(droplet.id)
    visit.from_menu(f"More for {second.name}", "Create Droplet")
    expect(page.get_by_role("tab", name="Backups")).to_have_attribute("aria-selected", "true")
    page.go_back()
    visit.from_menu(f"More for {second.name}", "Delete")
    visit.press("Delete")
    eventually("it is deleted", lambda: visit.dewd.client.backups(droplet.id) == [])
    visit.press("Disable")
    visit.agree("Disable")
    eventually("they are disabled", lambda: _policy(droplet) is None)
    expect(page.get_by_role("button", name="Enable Backups")).to_be_visible()


def test_a_backup_among_the_images_becomes_a_droplet_a_snapshot_or_nothing(visit: Visit) -> None:
    droplet = visit.dewd.create(
        "backed-up-too", backups=True, backup_policy={"plan": "daily", "hour": _hour_over()}
    )
    for wanted in (1, 2):
        _back_up(droplet, wanted)
    kept, other = (
        visit.dewd.client.rename_image(each.id, f"backup {each.id}")
        for each in visit.dewd.client.backups(droplet.id)
    )
    page = visit.go("/images/backups")
    visit.from_menu(f"More for {kept.name}", "Convert to Snapshot")
    eventually("it is a Snapshot", lambda: kept.id in {each.id for each in visit.dewd.client.snapshots()})
    page.get_by_role("link", name=f"Create Droplet from {other.name}").click()
    image = visit.made().droplet.image
    assert image is not None
    assert image.id == other.id
    page.get_by_role("link", name="Images").click()
    page.get_by_role("tab", name="Backups").click()
    visit.from_menu(f"More for {other.name}", "Delete")
    visit.press("Delete")
    eventually("it is deleted", lambda: visit.dewd.client.backups(droplet.id) == [])
