"""What got stuck, failed or is doubted, and the buttons that put it right."""

import re
from pathlib import Path

from playwright.sync_api import expect

from dew.client import Action
from tests.guest.dewd import Guest, eventually
from tests.panel.browser import Visit
from tests.panel.hurried_dewd import JAM


def _last(droplet: Guest) -> Action:
    return droplet.dewd.client.actions(droplet.id, 1)[0]


def _get_stuck(droplet: Guest) -> Path:
    """Have a power off of the Droplet get stuck; what is returned is in its way."""
    jam = droplet.dewd.data / JAM
    jam.touch()
    droplet.dewd.wait(droplet.dewd.client.act(droplet.id, "power_off"))
    return jam


def test_what_is_stuck_is_tried_again_wherever_it_shows(visit: Visit) -> None:
    droplet = visit.dewd.create("stuck")
    page = visit.go("/activity")
    page.get_by_text("Failed", exact=True).first.click()
    for path in ("/activity", f"/droplets/{droplet.id}/history", f"/droplets/{droplet.id}"):
        jam = _get_stuck(droplet)
        visit.turn_to(path)
        jam.unlink()
        page.get_by_role("button", name="Retry").first.click()
        eventually("it is off", lambda: droplet.is_("off"))
        droplet.act("power_on")
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_droplet_that_is_stuck_can_be_destroyed(visit: Visit) -> None:
    droplet = visit.dewd.create("hopeless")
    jam = _get_stuck(droplet)
    page = visit.go(f"/droplets/{droplet.id}/destroy")
    visit.press("Destroy")
    visit.fill("Type hopeless to confirm", "hopeless")
    jam.unlink()
    visit.press("Destroy")
    expect(page).to_have_url(re.compile("/droplets$"))
    eventually("it is gone", lambda: droplet.id not in {each.id for each in visit.dewd.client.droplets()})


def test_a_failed_shutdown_leads_to_power_and_to_the_history(visit: Visit) -> None:
    droplet = visit.dewd.create("deaf")
    failure = {"kind": "shutdown", "droplet_id": droplet.id, "message": "It does not listen."}
    visit.simulate(failures=[failure])
    page = visit.go(f"/droplets/{droplet.id}/snapshots")
    visit.switch_power()
    alert = page.get_by_role("alert")
    alert.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").filter(has_text="It does not listen.")).to_be_visible()
    alert.get_by_role("link", name="Power").click()
    visit.simulate()
    visit.press("Power off")
    visit.agree("Power off")
    eventually("it is off", lambda: droplet.is_("off"))


def test_the_machine_is_examined_its_disks_are_read_and_dewd_is_heard_again(visit: Visit) -> None:
    page = visit.go("/settings/doctor")
    with page.expect_response("**/dew/v1/doctor") as examined:
        visit.press("Examine again")
    assert examined.value.ok
    page.get_by_role("tab", name="Storage").click()
    visit.press("Check disks")
    expect(page.get_by_text("No damage found.")).to_be_visible()
    check = visit.dewd.client.store().last_check
    assert check is not None
    assert check.damaged == []
    page.get_by_role("tab", name="About").click()
    visit.settle()
    droplet = visit.dewd.create("noted")
    _get_stuck(droplet).unlink()
    visit.press("Read again")
    expect(page.get_by_text("jammed").first).to_be_visible()
    visit.dewd.done(visit.dewd.client.retry_action(_last(droplet).id))


def test_a_page_that_could_not_be_read_is_read_again(visit: Visit) -> None:
    page = visit.page
    page.route(
        "**/v2/droplets?*",
        lambda route: route.fulfill(status=403, json={"id": "forbidden", "message": "No."}),
    )
    page.goto(visit.url + "/droplets")
    expect(page.get_by_role("alert")).to_contain_text("No.")
    page.unroute("**/v2/droplets?*")
    visit.press("Try again")
    expect(page.get_by_role("heading", name="Droplets")).to_be_visible()
