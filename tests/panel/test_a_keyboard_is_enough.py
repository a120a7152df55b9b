"""All that a mouse can do, a keyboard can; what is shown once does not go by a slip of it."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.guest.dewd import Dewd, Guest
from tests.panel.browser import Visit
from tests.panel.keyboard import Keyboard, Role


def _has_focus(page: Page, role: Role, name: str) -> None:
    expect(page.get_by_role(role, name=name, exact=True)).to_be_focused()


def test_the_whole_story_is_told_by_the_keyboard_alone(browser: Browser, shared_dewd: Dewd) -> None:
    visit = Visit(browser, shared_dewd)
    page, keys = visit.page, Keyboard(visit.page)
    page.goto(visit.url)
    page.get_by_label("Token").wait_for()
    droplet = _come_in_and_create(visit, keys)
    _take_and_restore(page, keys, droplet)
    _delete_the_snapshot(page, keys, droplet)
    _switch_off_and_on(page, keys, droplet)
    _destroy(page, keys, droplet)
    visit.context.close()
    assert visit.complaints == []


def _come_in_and_create(visit: Visit, keys: Keyboard) -> Guest:
    """Three Enters: one lets in, one leads to the form, one creates."""
    keys.press("Tab")
    keys.reach("textbox", "Token")
    keys.type((visit.dewd.data / "token").read_text().strip())
    keys.press("Enter")
    expect(visit.page.get_by_role("heading", name="Droplets")).to_be_focused()
    keys.reach("link", "Create", back=True)
    keys.press("Enter")
    visit.settle()
    keys.reach("button", "Create Droplet")
    keys.press("Enter")
    visit.page.wait_for_url(re.compile(r"/droplets/\d+$"))
    droplet = Guest(visit.dewd, int(visit.page.url.rpartition("/")[2]))
    expect(visit.page.get_by_role("heading", name=droplet.droplet.name)).to_be_focused()
    keys.wait("it is on", lambda: droplet.is_("active"))
    return droplet


def _take_and_restore(page: Page, keys: Keyboard, droplet: Guest) -> None:
    keys.reach("tab", "Overview")
    keys.press("ArrowRight", "ArrowRight", "ArrowRight")
    _has_focus(page, "tab", "Snapshots")
    keys.reach("button", "Take Snapshot")
    keys.press("Enter")
    keys.wait("the Snapshot is there", lambda: len(droplet.droplet.snapshot_ids) == 1)
    keys.reach("button", "Restore")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("Escape")
    _has_focus(page, "button", "Restore")
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Restore")).to_be_focused()
    keys.press("Enter")
    keys.wait("it is restored", lambda: _restores(droplet) == 1)
    _has_focus(page, "button", "Restore")
    keys.reach("button", "Undo", back=True)
    keys.press("Enter")
    keys.wait("that is undone", lambda: _restores(droplet) == 2)
    keys.look("after Undo")


def _restores(droplet: Guest) -> int:
    """Return how many were completed; an undo is one too."""
    found = droplet.dewd.client.actions(droplet_id=droplet.id)
    return [(each.type, each.status) for each in found].count(("restore", "completed"))


def _delete(page: Page, keys: Keyboard) -> None:
    """Delete the Snapshot whose menu's button has the focus."""
    keys.press("Enter")
    _has_focus(page, "menuitem", "Create Droplet")
    keys.press("ArrowUp")
    _has_focus(page, "menuitem", "Delete")
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Delete")).to_be_focused()
    keys.press("Enter")


def _delete_the_snapshot(page: Page, keys: Keyboard, droplet: Guest) -> None:
    (snapshot,) = droplet.droplet.snapshot_ids
    more = f"More for {droplet.dewd.client.snapshot(snapshot).name}"
    keys.reach("button", more)
    keys.press("Enter")
    _has_focus(page, "menuitem", "Create Droplet")
    keys.press("ArrowDown", "Escape")
    _has_focus(page, "button", more)
    _delete(page, keys)
    expect(page.get_by_text("No Snapshots yet")).to_be_visible()
    keys.look("after the Snapshot was deleted")


def _switch_off_and_on(page: Page, keys: Keyboard, droplet: Guest) -> None:
    keys.reach("switch", "Power", back=True)
    for status, drawn in (("off", ":not(:checked)"), ("active", ":checked")):
        keys.press("Space")
        page.locator(f"[role=switch]{drawn}[aria-disabled=false]").wait_for(state="attached")
        assert droplet.is_(status)
        keys.look(f"when it is {status}")


def _destroy(page: Page, keys: Keyboard, droplet: Guest) -> None:
    keys.press("Control+k")
    expect(page.get_by_role("textbox", name="Search", exact=True)).to_be_focused()
    keys.type("snapshots of")
    keys.press("Escape")
    _has_focus(page, "switch", "Power")
    keys.reach("tab", "Snapshots")
    keys.press("End", "Enter")
    keys.reach("button", "Destroy")
    typed = page.get_by_role("dialog").get_by_role("textbox")
    keys.press("Enter")
    expect(typed).to_be_focused()
    keys.press("Escape")
    _has_focus(page, "button", "Destroy")
    keys.press("Enter")
    expect(typed).to_be_focused()
    keys.type(droplet.droplet.name)
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/droplets$"))
    expect(page.get_by_role("heading", name="Droplets")).to_be_focused()


def test_the_focus_stays_beside_what_was_deleted(visit: Visit) -> None:
    droplet = visit.dewd.create("neighbours", tags=["left", "right"])
    droplet.snapshot("older")
    droplet.snapshot("newer")
    page, keys = visit.go(f"/droplets/{droplet.id}/snapshots"), Keyboard(visit.page)
    page.get_by_role("button", name="More for newer").focus()
    _delete(page, keys)
    expect(page.get_by_role("button", name="More for newer")).to_be_hidden()
    expect(page.locator(".row", has_text="older").get_by_role("button", name="Restore")).to_be_focused()
    visit.turn_to(f"/droplets/{droplet.id}/tags")
    page.get_by_role("button", name="Remove left").press("Enter")
    expect(page.get_by_role("button", name="Remove left")).to_be_hidden()
    keys.look("after a tag was taken away")
    visit.turn_to("/settings/tokens")
    for name in ("mine", "yours"):
        visit.dewd.client.create_token(name, ["read"])
    page.get_by_role("button", name="Revoke yours").wait_for()
    page.get_by_role("button", name="Revoke mine").press("Enter")
    _has_focus(page, "button", "Revoke")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Revoke mine")).to_be_hidden()
    keys.look("after a token was revoked")


def test_escape_does_not_lose_a_new_tokens_secret(visit: Visit) -> None:
    page = visit.go("/settings/tokens")
    page.get_by_role("button", name="Create a token").click()
    page.get_by_label("Name").fill("kept in sight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("it is not shown again")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("it is not shown again")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()


def test_the_focus_goes_into_the_form_for_a_key_and_back(visit: Visit) -> None:
    for path in ("/settings/keys", "/droplets/new"):
        page = visit.go(path)
        page.get_by_role("button", name="Add an SSH key").press("Enter")
        expect(page.get_by_label("Public key")).to_be_focused()
        page.get_by_role("button", name="Cancel").press("Enter")
        expect(page.get_by_role("button", name="Add an SSH key")).to_be_focused()


def test_the_palette_switches_a_droplet_off(visit: Visit) -> None:
    droplet = visit.dewd.create("by-keyboard")
    page = visit.go("/droplets")
    page.keyboard.press("Control+k")
    search = page.get_by_role("textbox", name="Search", exact=True)
    search.fill("shut down by-keyboard")
    search.press("ArrowDown")
    search.press("Enter")
    page.wait_for_url(f"**/droplets/{droplet.id}")
    expect(page.get_by_role("switch", name="Power")).not_to_be_checked()
    expect(page.get_by_role("link", name="Droplets", exact=True)).to_have_attribute("aria-current", "page")
    assert page.locator("nav [aria-current]").count() == 1
