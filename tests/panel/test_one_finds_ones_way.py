"""Links, lists, the palette, and what one sets for oneself."""

import re

from playwright.sync_api import WebSocketRoute, expect

from tests.panel.browser import Visit

PLACES = {
    "Create a Droplet": "/droplets/new",
    "Droplets": "/droplets",
    "Snapshots": "/images/snapshots",
    "Custom images": "/images/custom",
    "Distributions": "/images/distributions",
    "Activity": "/activity",
    "Billing": "/billing",
    "SSH keys": "/settings/keys",
    "API tokens": "/settings/tokens",
    "Storage": "/settings/storage",
    "Doctor": "/settings/doctor",
}


def test_the_palette_leads_everywhere(visit: Visit) -> None:
    droplet = visit.dewd.create("palatable")
    own = f"/droplets/{droplet.id}"
    page = visit.go("/no/such/page")
    page.get_by_role("link", name="To your Droplets", exact=True).click()
    for name, path in (PLACES | {"palatable On": own, "Snapshots of palatable": f"{own}/snapshots"}).items():
        visit.press("Search Ctrl K")
        palette = page.get_by_role("dialog", name="Search")
        palette.get_by_role("textbox").fill(name.removesuffix(" On"))
        palette.get_by_role("button", name=name, exact=True).click()
        expect(page).to_have_url(visit.url + path)
    visit.turn_to("/droplets/999999")
    page.get_by_role("main").get_by_role("link", name="Snapshots").click()
    expect(page).to_have_url(f"{visit.url}/images/snapshots")
    page.get_by_role("link", name="Dew, to your Droplets").click()
    expect(page).to_have_url(f"{visit.url}/droplets")


def test_the_links_at_the_side_and_all_tabs_lead_where_they_say(visit: Visit) -> None:
    page = visit.go("/droplets")
    for name, tabs in {
        "Images": ("Backups", "Custom", "Distributions", "Snapshots"),
        "Activity": (),
        "Billing": (),
        "Settings": ("API tokens", "Sessions", "Storage", "Doctor", "About", "SSH keys"),
        "Droplets": (),
    }.items():
        link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(link).to_have_attribute("aria-current", "page")
        for tab in tabs:
            page.get_by_role("tab", name=tab).click()
            word = tab.lower().split()[-1]
            expect(page).to_have_url(re.compile(f"/{word}$"))
            expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    page.set_viewport_size({"width": 360, "height": 740})
    visit.press("Menu")
    page.get_by_role("link", name="Activity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activity")
    expect(page.get_by_role("link", name="Activity")).not_to_be_in_viewport()
    visit.press("Search")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()


def test_a_droplet_is_found_among_others(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    made = {name: visit.dewd.create(name, tags=["finding"]) for name in ("find-a", "find-b", "find-c")}
    made["find-b"].act("power_off")
    page = visit.go("/droplets")
    visit.choose("Only with the tag", "finding")
    visit.fill("Search Droplets", "find-")
    found = page.get_by_role("row").get_by_role("link")
    expect(found).to_have_text(["find-a", "find-b", "find-c"])
    visit.press("Name")
    expect(found).to_have_text(["find-c", "find-b", "find-a"])
    visit.press("Status")
    expect(found.nth(1)).not_to_have_text("find-b")  # it is at one end
    for column in ("Address", "Size", "Image", "Last Snapshot"):
        visit.press(column)
        head = page.get_by_role("columnheader", name=column)
        expect(head).to_have_attribute("aria-sort", "ascending")
    row = page.get_by_role("row").filter(has_text="find-a")
    row.get_by_role("button", name="Copy address").click()
    assert page.evaluate("navigator.clipboard.readText()") == made["find-a"].address
    visit.fill("Search Droplets", "no such Droplet")
    expect(page.get_by_text("No Droplet fits.")).to_be_visible()
    visit.fill("Search Droplets", "find-b")
    found.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("find-b")


def test_long_lists_come_in_pages_and_what_runs_or_failed_is_told_apart(visit: Visit) -> None:
    droplet = visit.dewd.create("busy-once")
    for _ in range(13):
        droplet.act("power_off")
        droplet.act("power_on")
    page = visit.go(f"/droplets/{droplet.id}/history")
    visit.press("next page")
    expect(page.get_by_role("listitem").filter(has_text="Create")).to_be_visible()
    visit.press("previous page")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Activity").click()
    visit.simulate(delays={"reboot": 20})
    visit.dewd.client.act(droplet.id, "reboot")
    page.get_by_text("Running", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Reboot")).to_have_count(1)
    page.get_by_role("link", name="busy-once").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("busy-once")
    visit.simulate()


def test_colours_stay_as_one_has_set_them(visit: Visit) -> None:
    page = visit.go("/droplets")
    visit.press("Dark colours")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    visit.press("Light colours")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_graphs_go_back_a_day_and_a_console_that_was_cut_off_is_connected_again(visit: Visit) -> None:
    droplet = visit.dewd.create("watched")
    lines: list[WebSocketRoute] = []

    def answer(line: WebSocketRoute) -> None:
        lines.append(line)
        if len(lines) > 1:
            line.connect_to_server()
        else:
            line.close(code=4000, reason="The line was cut.")

    visit.page.route_web_socket(re.compile("/console"), answer)
    page = visit.go(f"/droplets/{droplet.id}")
    with page.expect_response(re.compile("/metrics.*hours=24")) as answered:
        page.get_by_text("Day", exact=True).click()
    assert answered.value.ok
    page.get_by_role("tab", name="Console").click()
    expect(page.get_by_text("The line was cut.")).to_be_visible()
    visit.press("Connect")
    expect(page.get_by_text("watched login:").first).to_be_attached()
    expect(page.get_by_text("The line was cut.")).to_be_hidden()
