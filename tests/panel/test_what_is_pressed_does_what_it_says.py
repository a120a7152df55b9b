"""From an empty Dew on: links, lists, searches, copying and powers, and what the API says of them."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.guest.dewd import Guest, dewd_on, eventually
from tests.panel.browser import Visit

PER_PAGE = 50  # Actions, in Activity
A_SAMPLE_MS = 16_000  # and the next is there
LAST_YEAR = "2025-01-01 00:00:00.000000"


@pytest.fixture
def first_visit(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """Somebody who comes to a Dew without Droplets, where daily Backups have a price of their own."""
    with dewd_on(tmp_path, DEW_SIMULATE="1", DEW_DAILY_BACKUPS_PERCENT="45") as dewd:
        visit = Visit(browser, dewd).sign_in()
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield visit
        visit.context.close()
        assert visit.complaints == []


def test_what_is_pressed_does_what_it_says(first_visit: Visit) -> None:
    visit = first_visit
    droplet = _create_the_first(visit)
    _skip_to_the_content(visit)
    _copy(visit, droplet)
    _power_by_the_palette(visit, droplet)
    _see_the_last_hour(visit, droplet)
    _find_distributions_by_what_they_are_called(visit)
    _delete_one_and_build_it_again(visit)
    _follow_storage(visit, droplet)
    _look_through_activity(visit, droplet)
    _look_back_a_month(visit, droplet)


def _create_the_first(visit: Visit) -> Guest:
    page = visit.go("/droplets")
    page.get_by_role("main").get_by_role("link", name="Create Droplet").click()
    expect(page.get_by_text("They cost 45 % of the Droplet’s price.")).to_be_visible()
    droplet = visit.made()
    eventually("the first Droplet is on", lambda: droplet.is_("active"))
    return droplet


def _skip_to_the_content(visit: Visit) -> None:
    page = visit.go("/droplets")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search Droplets")).to_be_focused()


def _copied(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def _copy(visit: Visit, droplet: Guest) -> None:
    page = visit.go("/droplets/new")
    for command in ("dew droplet create ", "doctl compute droplet create "):
        page.get_by_role("tab", name=command.split()[0], exact=True).click()
        visit.press("Copy the command")
        assert _copied(page).startswith(command + page.get_by_label("Name", exact=True).input_value())
    visit.turn_to(f"/droplets/{droplet.id}")
    page.get_by_role("button", name="Copy address").first.click()
    assert _copied(page) == droplet.address
    visit.turn_to("/settings/about")
    visit.press("Copy address of DigitalOcean’s API")
    assert _copied(page) == f"{visit.url}/v2"


def _power_by_the_palette(visit: Visit, droplet: Guest) -> None:
    page, name = visit.page, droplet.droplet.name
    droplet.act("power_off")
    for verb, kind in (("Power on", "power_on"), ("Reboot", "reboot")):
        visit.turn_to("/activity")
        visit.press("Search Ctrl K")
        palette = page.get_by_role("dialog", name="Search")
        palette.get_by_role("textbox").fill(f"{verb} {name}")
        palette.get_by_role("button", name=f"{verb} {name}", exact=True).click()
        expect(page).to_have_url(f"{visit.url}/droplets/{droplet.id}")
        eventually(f"{verb} is done", lambda kind=kind: _newest(droplet) == (kind, "completed"))  # type: ignore[misc]
        assert droplet.is_("active")


def _newest(droplet: Guest) -> tuple[str, str]:
    newest = droplet.dewd.client.actions(droplet.id, limit=1)[0]
    return newest.type, newest.status


def _see_the_last_hour(visit: Visit, droplet: Guest) -> None:
    """What was just shown isn't asked for anew at once: so time is made to pass."""
    page = visit.new_page()
    page.clock.install()
    page.goto(f"{visit.url}/droplets/{droplet.id}")
    with page.expect_response(re.compile(r"/metrics\?hours=24$")):
        page.get_by_text("Day", exact=True).click()
    page.get_by_text("Hour", exact=True).click()
    expect(page.get_by_role("radio", name="Hour")).to_be_checked()
    with page.expect_response(re.compile(r"/metrics\?hours=1$")) as answered:
        page.clock.fast_forward(A_SAMPLE_MS)
    assert answered.value.ok
    page.close()


def _find_distributions_by_what_they_are_called(visit: Visit) -> None:
    page = visit.turn_to("/droplets/new")
    search, found = (
        page.get_by_label("Search Distributions"),
        page.get_by_label("Image", exact=True).get_by_role("radio"),
    )
    search.fill("Fedora-43")
    expect(found).to_have_count(1)
    search.fill("no such image")
    expect(page.get_by_text("Nothing has that name.")).to_be_visible()
    search.fill("trixie")
    found.click()
    expect(page.get_by_label("Summary")).to_contain_text("--image debian-13-x64")
    visit.turn_to("/images/distributions")
    rows = page.get_by_role("link", name=re.compile("^Create Droplet from"))
    for word in ("debian-13", "trixie"):
        page.get_by_role("main").get_by_label("Search").fill(word)
        expect(rows).to_have_count(1)
    rows.click()
    expect(page.get_by_label("Summary")).to_contain_text("--image debian-13-x64")


def _delete_one_and_build_it_again(visit: Visit) -> None:
    page, client = visit.turn_to("/images/distributions"), visit.dewd.client
    before = client.image("dew-micro").id
    visit.from_menu("More for dew-micro", "Delete")
    visit.agree("Delete")
    visit.press("Build dew-micro")
    expect(page.get_by_role("link", name="Create Droplet from dew-micro")).to_be_visible()
    assert client.image("dew-micro").id > before


def _follow_storage(visit: Visit, droplet: Guest) -> None:
    for name, path in (
        (droplet.droplet.name, f"/droplets/{droplet.id}"),
        ("Fedora 43 x64", "/images/distributions"),
    ):
        page = visit.turn_to("/settings/storage")
        page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(visit.url + path)


def _look_through_activity(visit: Visit, droplet: Guest) -> None:
    visit.simulate(failures=[{"kind": "reboot", "message": "The guest sulks."}])
    assert visit.dewd.wait(visit.dewd.client.act(droplet.id, "reboot")).status == "errored"
    visit.simulate()
    while len(visit.dewd.client.actions(limit=PER_PAGE + 1)) <= PER_PAGE:
        droplet.act("rename", name=droplet.droplet.name)  # the quickest of all
    page = visit.turn_to("/activity")
    lines = page.get_by_role("main").get_by_role("listitem")
    expect(lines).to_have_count(PER_PAGE)
    visit.press("next page")
    expect(lines.last).to_contain_text("Build image")  # the first that ever was: a simulation begins with it
    page.get_by_text("Failed", exact=True).click()
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("The guest sulks.")
    page.get_by_text("All", exact=True).click()
    expect(lines).to_have_count(PER_PAGE)


def _look_back_a_month(visit: Visit, droplet: Guest) -> None:
    """As if it had been there for long."""
    with closing(sqlite3.connect(visit.dewd.data / "simulated.db", timeout=10)) as database, database:
        database.execute("UPDATE billing_intervals SET began_at = ?", (LAST_YEAR,))
    this, last = visit.dewd.client.costs().months[:2]
    main = visit.go("/billing").get_by_role("main")
    expect(main.get_by_text(f"{this}, by now")).to_be_visible()
    visit.choose("Month", last)
    expect(main.get_by_text(last, exact=True)).to_be_visible()  # it is over: no "by now"
    expect(main.get_by_text(f"${visit.dewd.client.costs(last).total}", exact=True).first).to_be_visible()
    expect(main.get_by_role("row").filter(has_text=droplet.droplet.name)).to_have_count(1)
