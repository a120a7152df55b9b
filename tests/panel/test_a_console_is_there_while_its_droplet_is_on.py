"""Sitting at a simulated Droplet: until it is switched off from inside, and again when it is on."""

from playwright.sync_api import expect

from tests.panel.browser import Visit


def test_a_console_is_there_while_its_droplet_is_on(visit: Visit) -> None:
    droplet = visit.dewd.create("sat-at")
    page = visit.go(f"/droplets/{droplet.id}/console")
    said = page.locator(".xterm-rows")
    for line in ("root", "poweroff"):
        expect(said).to_contain_text("login:" if line == "root" else "~#")
        page.locator(".xterm-helper-textarea").focus()
        page.keyboard.type(f"{line}\n")
    expect(page.get_by_role("heading", name="The Droplet is off")).to_be_visible()
    expect(said).to_be_hidden()
    assert visit.violations() == []
    page.get_by_role("main").get_by_role("button", name="Power on").click()
    expect(said).to_contain_text("sat-at login:")
    assert visit.dewd.client.droplet(droplet.id).status == "active"
    page.get_by_text("Screen", exact=True).click()
    expect(page.get_by_role("heading", name="No screen")).to_be_visible()
    expect(said).to_be_hidden()


def test_settings_lead_to_the_description_of_the_api(visit: Visit) -> None:
    page = visit.go("/settings/about")
    with visit.context.expect_page() as opened:
        page.get_by_role("link", name="OpenAPI document").click()
    assert opened.value.url == f"{visit.url}/dew/v1/openapi.json"
    assert '"openapi": "3.1.0"' in opened.value.content()
