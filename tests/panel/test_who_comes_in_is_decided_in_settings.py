"""Keys, tokens and sessions: each button of theirs, and what it leads to for those who want to come in."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from dew.client import ApiError, Client
from tests.guest.dewd import eventually
from tests.panel.browser import Visit

BLOB = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()
KEY = f"ssh-ed25519 {BLOB} me@laptop"


def _keys(visit: Visit) -> set[str]:
    return {key.name for key in visit.dewd.client.ssh_keys()}


def test_a_key_is_added_renamed_and_deleted(visit: Visit) -> None:
    page = visit.go("/settings/keys")
    visit.press("Add an SSH key")
    visit.fill("Public key", KEY)
    expect(page.get_by_label("Name", exact=True)).to_have_value("me@laptop")  # its comment is offered
    visit.press("Add key")
    visit.press("Rename me@laptop")
    assert "me@laptop" in _keys(visit)
    visit.fill("Name", "work")
    visit.press("Rename")
    visit.press("Delete work")
    visit.press("Cancel")
    assert "work" in _keys(visit)
    visit.press("Delete work")
    visit.press("Delete")
    eventually("the key is gone", lambda: "work" not in _keys(visit))


def test_a_token_reads_until_it_is_revoked(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.go("/settings/tokens")
    visit.press("Create a token")
    visit.press("Cancel")
    visit.press("Create a token")
    visit.fill("Name", "dashboard")
    page.get_by_text("Only read").click()
    visit.choose("Works", "30 days")
    visit.press("Create token")
    visit.press("Copy token")
    secret = page.evaluate("navigator.clipboard.readText()")
    visit.press("Copy the command")
    assert f"DIGITALOCEAN_ACCESS_TOKEN={secret}" in page.evaluate("navigator.clipboard.readText()")
    reader = Client(visit.url, secret)
    visit.press("Done")
    (token,) = (each for each in reader.tokens() if each.name == "dashboard")
    assert token.expires_at is not None
    assert abs(token.expires_at - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=5)
    with pytest.raises(ApiError, match="not authorized"):
        reader.add_key("not allowed", KEY)
    visit.press("Revoke dashboard")
    visit.press("Revoke")
    expect(page.get_by_role("button", name="Revoke dashboard")).to_be_hidden()
    with pytest.raises(ApiError):
        reader.tokens()


def test_another_browser_is_signed_out_and_then_this_one(visit: Visit) -> None:
    other = Visit(visit.browser, visit.dewd).sign_in()
    sessions = other.context.request.get(f"{visit.url}/dew/v1/sessions").json()["sessions"]
    (theirs,) = (each for each in sessions if each["current"])
    page = visit.go("/settings/sessions")
    visit.press(f"Sign out session {theirs['id']}, of {theirs['token_name']}")
    session = f"{visit.url}/dew/v1/session"
    eventually("the other is out", lambda: other.context.request.get(session).status == 401)
    assert visit.context.request.get(session).status == 200
    visit.press("Sign out this browser")
    expect(page.get_by_role("heading", name="Sign in to Dew")).to_be_visible()
    assert visit.context.request.get(session).status == 401
    other.context.close()
