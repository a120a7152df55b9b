"""Every page: for people who can't see well, in light and dark, on a narrow screen; and pictures of each."""

import pytest

from tests.panel.browser import Visit

PAGES = {
    "droplets": "/droplets",
    "create": "/droplets/new",
    "snapshots": "/images/snapshots",
    "backups": "/images/backups",
    "custom": "/images/custom",
    "distributions": "/images/distributions",
    "activity": "/activity",
    "billing": "/billing",
    "keys": "/settings/keys",
    "tokens": "/settings/tokens",
    "sessions": "/settings/sessions",
    "doctor": "/settings/doctor",
    "storage": "/settings/storage",
    "about": "/settings/about",
    "nowhere": "/no/such/page",
}


@pytest.fixture
def furnished(visit: Visit) -> Visit:
    """Something to be seen on each page."""
    if not any(droplet.name == "furniture" for droplet in visit.dewd.client.droplets()):
        droplet = visit.dewd.create("furniture", tags=["prod", "web"])
        droplet.snapshot("2026-05-01")
    return visit


def test_every_page_is_right_in_light_in_dark_and_on_a_narrow_screen(furnished: Visit) -> None:
    furnished.go("/")
    assert [fault for name, path in PAGES.items() for fault in furnished.faults(name, path)] == []


def test_the_first_droplet_takes_three_clicks(visit: Visit) -> None:
    page = visit.go("/images")
    page.get_by_role("link", name="Create", exact=True).click()
    page.get_by_role("button", name="Create Droplet").click()
    page.get_by_role("switch", name="Power").wait_for()
