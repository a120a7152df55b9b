"""A Droplet's page: Snapshots and the way back, power, the end; the same in each window, for everybody."""

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.guest.dewd import eventually
from tests.panel.browser import SCHEMES, Visit

TABS = (
    "overview",
    "console",
    "power",
    "snapshots",
    "backups",
    "disk",
    "resize",
    "ports",
    "history",
    "tags",
    "destroy",
)


def _wait_for_restores(visit: Visit, droplet_id: int, wanted: int) -> None:
    def done() -> bool:
        found = visit.dewd.client.actions(droplet_id=droplet_id)
        return [action.status for action in found if action.type == "restore"].count("completed") == wanted

    eventually(f"restore {wanted}", done)


def _confirm(page: Page, verb: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=verb).click()


def test_a_droplet_goes_back_to_a_snapshot_and_forth_again(visit: Visit) -> None:
    droplet = visit.dewd.create("goes-back")
    page = visit.go(f"/droplets/{droplet.id}/snapshots")
    today = f"{datetime.now().astimezone():%Y-%m-%d}"
    expect(page.get_by_label("Name of the Snapshot")).to_have_value(today)
    page.get_by_label("Shut down first").check()
    page.get_by_role("button", name="Take Snapshot").click()
    expect(page.get_by_text("taken while off")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    _confirm(page, "Restore")
    for restores in (1, 2, 3):  # to DigitalOcean's clients an undo is one more
        _wait_for_restores(visit, droplet.id, restores)
        page.get_by_role("button", name="Undo").click()


def test_a_snapshot_is_exported_renamed_and_deleted(visit: Visit) -> None:
    droplet = visit.dewd.create("exports")
    droplet.snapshot("first")
    page = visit.go(f"/droplets/{droplet.id}/snapshots")
    page.get_by_role("button", name="More for first").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("second")
    _confirm(page, "Rename")
    more = page.get_by_role("button", name="More for second")
    expect(more).to_be_focused()
    more.click()
    page.get_by_role("menuitem", name="Export").click()
    page.get_by_role("button", name="Make export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download disk").click()
    assert download.value.suggested_filename == "second.qcow2"
    page.keyboard.press("Escape")
    more.click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("Frees")).to_be_visible()
    _confirm(page, "Delete")
    expect(page.get_by_text("No Snapshots yet")).to_be_visible()


def test_two_windows_on_one_droplet_stay_in_step_until_it_is_gone(visit: Visit) -> None:
    droplet = visit.dewd.create("in-step")
    page, other = visit.go(f"/droplets/{droplet.id}/power"), visit.new_page()
    other.goto(f"{visit.url}/droplets/{droplet.id}")
    expect(other.get_by_role("switch", name="Power")).to_be_checked()
    page.get_by_role("button", name="Power off", exact=True).click()
    _confirm(page, "Power off")
    expect(other.get_by_role("switch", name="Power")).not_to_be_checked()
    visit.switch_power(other)
    expect(page.get_by_role("switch", name="Power")).to_be_checked()
    page.goto(f"{visit.url}/droplets/{droplet.id}/destroy")
    page.get_by_role("button", name="Destroy", exact=True).click()
    destroy = page.get_by_role("dialog").get_by_role("button", name="Destroy")
    expect(destroy).to_be_disabled()
    page.get_by_label("Type in-step to confirm").fill("in-step")
    destroy.click()
    expect(page).to_have_url(re.compile("/droplets$"))
    expect(other.get_by_text("This Droplet is gone")).to_be_visible()


def test_what_goes_on_shows_and_what_failed_is_told_until_somebody_knows(own_visit: Visit) -> None:
    droplet = own_visit.dewd.create("fails")
    own_visit.simulate(delays={"reboot": 2}, failures=[{"kind": "reboot", "message": "No luck."}])
    page = own_visit.go(f"/droplets/{droplet.id}/power")
    page.get_by_role("button", name="Reboot").click()
    expect(page.get_by_role("progressbar", name="Reboot")).to_be_visible()
    expect(page.get_by_role("button", name="Shut down")).to_be_disabled()
    expect(page.get_by_role("alert")).to_contain_text("No luck.")
    page.get_by_role("button", name="Dismiss").click()
    page.reload()
    expect(page.get_by_role("button", name="Shut down")).to_be_enabled()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_every_tab_of_a_droplet_is_right_in_light_in_dark_and_on_a_narrow_screen(visit: Visit) -> None:
    droplet = visit.dewd.create("n" * 63, tags=["t" * 255])
    droplet.snapshot("s" * 255)
    visit.go(f"/droplets/{droplet.id}")
    places = {f"droplet-{tab}": f"/droplets/{droplet.id}/{tab}" for tab in TABS}
    assert [fault for name, path in places.items() for fault in visit.faults(name, path)] == []


def test_no_question_is_pushed_apart_by_a_long_name(visit: Visit) -> None:
    droplet = visit.dewd.create("m" * 63)
    droplet.snapshot("s" * 255)
    visit.page.set_viewport_size({"width": 360, "height": 740})
    visit.go(f"/droplets/{droplet.id}")
    for tab, name in (("power", "Power off"), ("snapshots", "Restore"), ("destroy", "Destroy")):
        page = visit.turn_to(f"/droplets/{droplet.id}/{tab}")
        page.get_by_role("button", name=name, exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert (tab, dialog.evaluate("it => it.scrollWidth - it.clientWidth")) == (tab, 0)
        assert (tab, visit.violations()) == (tab, [])


def test_a_menu_and_the_palette_are_for_everybody(visit: Visit) -> None:
    droplet = visit.dewd.create("menu")
    droplet.snapshot("kept")
    page = visit.go(f"/droplets/{droplet.id}/snapshots")
    for scheme in SCHEMES:
        visit.wear(scheme)
        page.get_by_role("button", name="More for kept").press("Enter")
        expect(page.get_by_role("menuitem", name="Create Droplet")).to_be_focused()
        assert (scheme, visit.violations()) == (scheme, [])
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Search")).to_be_visible()
        assert (scheme, visit.violations()) == (scheme, [])
        page.keyboard.press("Escape")
