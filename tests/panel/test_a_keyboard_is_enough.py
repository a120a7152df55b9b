"""All that a mouse can do, a keyboard can; what is shown once does not go by a slip of it."""

from playwright.sync_api import expect

from tests.panel.browser import Visit


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
