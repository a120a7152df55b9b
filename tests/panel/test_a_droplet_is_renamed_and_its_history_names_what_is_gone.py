"""A Droplet's name, and the names in its History."""

import re

from playwright.sync_api import expect

from tests.panel.browser import Visit


def test_a_droplet_is_renamed_and_its_history_names_what_is_gone(visit: Visit) -> None:
    droplet = visit.dewd.create("first-name")
    image_id = droplet.snapshot("gone-by-now")
    client = visit.dewd.client
    droplet.restore(image_id)
    client.delete_snapshot(image_id)
    page = visit.go(f"/droplets/{droplet.id}/history")
    rename = page.get_by_role("button", name="Rename first-name")
    rename.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("no name")
    dialog.get_by_role("button", name="Rename").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Only valid hostname characters")
    dialog.get_by_label("Name").fill("second-name")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="second-name")).to_be_visible()
    expect(page.get_by_role("button", name="Rename second-name")).to_be_focused()
    assert client.droplet(droplet.id).name == "second-name"
    lines = page.locator("main").get_by_role("listitem")
    for place, path in (("history", f"/droplets/{droplet.id}/history"), ("activity", "/activity")):
        visit.go(path)
        for line in ("Rename.*second-name", "Restore.*gone-by-now", "Take Snapshot.*gone-by-now"):
            expect(lines.filter(has_text=re.compile(line)).first, place).to_be_visible()
