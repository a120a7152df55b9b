"""Signing in and out: by a link that works once, by a token; and what strangers see."""

import re

from playwright.sync_api import Browser, expect

from tests.guest.dewd import Dewd
from tests.panel.browser import Visit


def link(dewd: Dewd) -> str:
    """Return what `dew panel` prints."""
    return dewd.client.make_link().secret


def test_a_link_signs_in_once_and_leaves_no_trace_in_the_address(browser: Browser, shared_dewd: Dewd) -> None:
    secret = link(shared_dewd)
    for works in (True, False):
        visit = Visit(browser, shared_dewd)
        page = visit.page
        page.goto(f"{visit.url}/#link={secret}")
        if works:
            expect(page.get_by_role("heading", name="Droplets")).to_be_visible()
        else:
            expect(page.get_by_role("alert")).to_be_visible()
        assert secret not in page.url
        visit.context.close()


def test_a_wrong_token_is_told_in_place_and_a_right_one_lets_in(browser: Browser, shared_dewd: Dewd) -> None:
    visit = Visit(browser, shared_dewd)
    page = visit.page
    page.goto(visit.url)
    page.get_by_label("Token").fill("dop_v1_" + "0" * 64)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("token")
    page.get_by_label("Token").fill((shared_dewd.data / "token").read_text())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Droplets")).to_be_visible()
    visit.context.close()


def test_signing_out_ends_the_session_and_shows_the_way_in(visit: Visit) -> None:
    page = visit.go("/droplets")
    page.get_by_role("button", name=re.compile("Sign out")).click()
    expect(page.get_by_role("heading", name="Sign in to Dew")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to Dew")).to_be_visible()


def test_a_session_that_is_revoked_elsewhere_leads_to_the_sign_in(visit: Visit) -> None:
    page = visit.go("/droplets")
    ask, sessions = visit.context.request, f"{visit.url}/dew/v1/sessions"
    (mine,) = (each for each in ask.get(sessions).json()["sessions"] if each["current"])
    ask.delete(f"{sessions}/{mine['id']}", headers={"origin": visit.url})
    expect(page.get_by_role("heading", name="Sign in to Dew")).to_be_visible()
