"""What changes elsewhere changes on the page: without a reload, and after dewd was away."""

import re

from playwright.sync_api import expect

from tests.guest.dewd import SIZE
from tests.panel.browser import Visit


def test_a_droplet_made_elsewhere_appears_and_goes(visit: Visit) -> None:
    page = visit.go("/droplets")
    droplet = visit.dewd.create("made-elsewhere")
    expect(page.get_by_role("link", name="made-elsewhere")).to_be_visible()
    droplet.delete()
    expect(page.get_by_role("link", name="made-elsewhere")).to_be_hidden()


def test_a_page_goes_on_by_itself_after_dewd_was_restarted(own_visit: Visit) -> None:
    page, dewd = own_visit.go("/droplets"), own_visit.dewd
    address = own_visit.url
    dewd.kill()
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    dewd.settings["DEW_LISTEN"] = re.sub("^http://", "", address)
    dewd.start()
    expect(page.get_by_text("Reconnecting…")).to_be_hidden()


def test_names_are_text_whatever_they_say(visit: Visit) -> None:
    name = "<img src=x onerror=document.title='owned'>"
    created = visit.dewd.client.create_droplet({"name": "hostile", "size": SIZE, "image": "dew-micro"})
    visit.dewd.done(created.action_id)
    visit.dewd.done(visit.dewd.client.act(created.droplet.id, "snapshot", name=name))
    page = visit.go("/droplets/new")
    page.get_by_role("tab", name="Snapshots").click()
    expect(page.get_by_text(name)).to_be_visible()
    assert "owned" not in page.title()
