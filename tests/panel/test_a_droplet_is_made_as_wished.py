"""The form that creates Droplets: each of its fields comes through, and so does what it says as a command."""

import shlex

from playwright.sync_api import expect

from tests.panel.browser import Visit


def test_all_that_is_wished_for_comes_true(visit: Visit) -> None:
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    key = visit.dewd.key_id()
    page = visit.go("/droplets/new")
    page.get_by_role("radio", name="dew-micro").click()
    page.get_by_role("radio", name="s-1vcpu-512mb-10gb", exact=True).click()
    visit.fill("How many", "2")
    visit.fill("Name 1", "wished-a")
    visit.fill("Name 2", "wished a")
    create = page.get_by_role("button", name="Create 2 Droplets")
    expect(create).to_be_disabled()  # that is no name
    visit.fill("Name 2", "wished-b")
    visit.fill("Tags", "wanted")
    page.keyboard.press(",")
    page.get_by_role("checkbox", name="Backups").check()
    visit.fill("User data", "#cloud-config\n{}")
    visit.press("Copy the command")
    first, _ = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert shlex.split(first)[:4] == ["dew", "droplet", "create", "wished-a"]
    page.get_by_role("tab", name="doctl").click()
    visit.press("Copy the command")
    told = shlex.split(page.evaluate("navigator.clipboard.readText()"))
    assert {"doctl", "wished-a", "wished-b", "--enable-backups", f"{key}"} <= set(told)
    create.click()
    page.get_by_role("link", name="wished-b").wait_for()
    made = visit.dewd.client.droplets(tag="wanted")
    assert {each.name for each in made} == {"wished-a", "wished-b"}
    assert {each.size_slug for each in made} == {"s-1vcpu-512mb-10gb"}
    backed_up = {each.droplet_id for each in visit.dewd.client.backup_schedules()}
    assert {each.id for each in made} <= backed_up


def test_it_begins_with_a_snapshot_and_without_a_key_has_a_password(visit: Visit) -> None:
    visit.dewd.key_id()
    snapshot = visit.dewd.create("origin").snapshot("seed of others")
    page = visit.go("/droplets/new")
    for kind in ("Backups", "Custom", "Distributions", "Snapshots"):
        page.get_by_role("tab", name=kind).click()
    page.get_by_role("radio", name="seed of others").click()
    for box in page.get_by_role("group", name="SSH keys").get_by_role("checkbox").all():
        box.uncheck()
    visit.fill("Name", "offspring")
    droplet = visit.made()
    assert droplet.droplet.image is not None
    assert (droplet.droplet.name, droplet.droplet.image.id) == ("offspring", snapshot)
    visit.press("Show once")
    expect(page.get_by_text("it is not shown again")).to_be_visible()
    assert not visit.dewd.client.droplet_detail(droplet.id).password_available
