"""A Droplet's page: its power, password, size, ports, tags and Image, and what its disk grew from."""

from playwright.sync_api import expect

from dew.client import Action
from dew.client.ports import Port
from tests.guest.dewd import Guest, eventually
from tests.panel.browser import Visit


def _last(guest: Guest) -> Action:
    return guest.dewd.client.actions(droplet_id=guest.id, limit=1)[0]


def _restores(guest: Guest) -> int:
    """Return how many were completed; an undo is one too."""
    found = guest.dewd.client.actions(droplet_id=guest.id)
    return [(each.type, each.status) for each in found].count(("restore", "completed"))


def _did(guest: Guest, kind: str) -> None:
    eventually(kind, lambda: (_last(guest).type, _last(guest).status) == (kind, "completed"))


def test_its_power_is_switched_in_every_way(visit: Visit) -> None:
    droplet = visit.dewd.create("powerful")
    visit.go(f"/droplets/{droplet.id}/power")
    for verb, kind in (("Reboot", "reboot"), ("Shut down", "shutdown"), ("Power on", "power_on")):
        visit.press(verb)
        _did(droplet, kind)
    for verb, kind in (("Power cycle", "power_cycle"), ("Power off", "power_off")):
        visit.press(verb)
        visit.press("Cancel")
        assert _last(droplet).type != kind
        visit.press(verb)
        visit.agree(verb)
        _did(droplet, kind)
    assert droplet.is_("off")


def test_a_new_root_password_is_shown_once(visit: Visit) -> None:
    droplet = visit.dewd.create("forgetful")
    page = visit.go(f"/droplets/{droplet.id}/power")
    visit.press("Reset password")
    visit.press("Show once")
    droplet.act("rename", name="forgetful-still")  # what else changes does not take it away
    expect(page.get_by_role("heading", level=1)).to_have_text("forgetful-still")
    visit.press("Copy root password")
    expect(page.get_by_text("it is not shown again")).to_be_visible()
    assert not visit.dewd.client.droplet_detail(droplet.id).password_available
    visit.press("Reset password")
    visit.press("Show once")  # the new one
    page.reload()
    visit.settle()
    expect(page.get_by_role("button", name="Show once")).to_be_hidden()


def test_ports_are_opened_and_closed(visit: Visit) -> None:
    droplet = visit.dewd.create("reachable")
    page = visit.go(f"/droplets/{droplet.id}/ports")
    visit.fill("Droplet's port", "80")
    visit.fill("Port here", "18080")
    expect(
        page.get_by_role("button", name="Open port")
    ).to_be_disabled()  # until one agrees to what it breaks
    page.get_by_label("Reconnect the Droplet's network").check()
    with page.expect_request("**/ports") as asked:
        visit.press("Open port")
    assert asked.value.post_data_json["reconnect"] is True
    expect(page.get_by_text("127.0.0.1:18080 → 80")).to_be_visible()
    assert visit.dewd.client.ports(droplet.id) == [Port("127.0.0.1", 18080, 80, True)]
    expect(page.get_by_label("Port here")).to_have_value("")  # the form begins anew
    visit.switch_power()
    eventually("it is off", lambda: droplet.is_("off"))
    visit.fill("Droplet's port", "8443")
    visit.fill("Port here", "18443")
    visit.fill("Address here", "0.0.0.0")
    expect(page.get_by_text("Whoever reaches this machine")).to_be_visible()
    visit.press("Open port")
    expect(page.get_by_text("0.0.0.0:18443 → 8443")).to_be_visible()
    visit.press("Close 127.0.0.1:18080")
    visit.press("Close port")
    eventually("it is closed", lambda: [each.port for each in visit.dewd.client.ports(droplet.id)] == [18443])


def test_it_grows_and_begins_anew(visit: Visit) -> None:
    droplet = visit.dewd.create("growing")
    page = visit.go(f"/droplets/{droplet.id}/resize")
    visit.press("Shut down")
    page.get_by_role("radio", name="s-1vcpu-512mb-10gb").click()
    visit.press("Resize")
    eventually("memory grew", lambda: droplet.droplet.memory == 512)
    assert droplet.droplet.disk == 2
    page.get_by_text("Disk too").click()
    page.get_by_role("radio", name="s-1vcpu-1gb").click()
    visit.press("Resize")
    visit.agree("Resize")
    eventually("its disk grew", lambda: (droplet.droplet.memory, droplet.droplet.disk) == (1024, 25))
    page.get_by_role("tab", name="Destroy").click()
    visit.choose("Image", "debian-12")
    visit.press("Rebuild")
    visit.agree("Rebuild")
    _did(droplet, "rebuild")
    assert droplet.droplet.image is not None
    assert droplet.droplet.image.slug == "debian-12"
    visit.press("Undo")
    eventually(
        "it is what it was", lambda: droplet.droplet.image and droplet.droplet.image.slug == "dew-micro"
    )


def test_it_is_tagged_and_found_by_a_tag(visit: Visit) -> None:
    droplet = visit.dewd.create("tagged")
    page = visit.go(f"/droplets/{droplet.id}/tags")
    for tag in ("red", "blue"):
        visit.fill("Tag", tag)
        visit.press("Add")
        eventually(f"it is {tag}", lambda tag=tag: tag in droplet.droplet.tags)
    visit.press("Remove red")
    eventually("it is no longer red", lambda: droplet.droplet.tags == ["blue"])
    page.get_by_role("link", name="Droplets", exact=True).click()
    visit.press("Only blue")
    expect(page.get_by_role("row")).to_have_count(2)  # with the head
    expect(page.get_by_role("link", name="tagged")).to_be_visible()


def test_the_picture_of_its_disk_leads_back_and_on(visit: Visit) -> None:
    droplet = visit.dewd.create("pictured")
    snapshot = droplet.snapshot("first")
    page = visit.go(f"/droplets/{droplet.id}/disk")
    visit.press("Restore first")
    visit.press("Restore")
    _did(droplet, "restore")
    visit.press("Undo")
    eventually("it was undone", lambda: _restores(droplet) == 2)
    page.get_by_role("link", name="Create Droplet from first").click()
    image = visit.made().droplet.image
    assert image is not None
    assert image.id == snapshot
