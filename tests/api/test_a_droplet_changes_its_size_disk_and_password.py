"""Resize, rebuild, password reset, Snapshots after a shutdown, and undo, as clients meet them."""

from typing import Any

import pytest

from dew.model.action import ActionState
from tests.api.house import SIZE, SLUG, House

BIGGER = "s-1vcpu-1gb"
MUST_BE_OFF = "Droplet is currently on. Please power it off to run this event."


async def wish(house: House, droplet_id: int, type_: str, **more: Any) -> str:
    """Ask for what must be refused; return why."""
    return await house.refused("POST", f"/v2/droplets/{droplet_id}/actions", {"type": type_, **more})


async def shown(house: House, droplet_id: int) -> dict[str, Any]:
    droplet: dict[str, Any] = (await house.ok("GET", f"/v2/droplets/{droplet_id}"))["droplet"]
    return droplet


async def detail(house: House, droplet_id: int) -> dict[str, Any]:
    droplet: dict[str, Any] = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}"))["droplet"]
    return droplet


async def off(house: House, **more: Any) -> int:
    droplet_id = int((await house.create(**more))["id"])
    await house.act(droplet_id, "power_off")
    return droplet_id


async def test_a_droplet_that_is_on_is_not_resized(house: House) -> None:
    droplet_id = (await house.create())["id"]
    assert await wish(house, droplet_id, "resize", size=BIGGER) == MUST_BE_OFF
    assert (await shown(house, droplet_id))["size_slug"] == SIZE


async def test_a_resize_changes_memory_and_processors_and_the_disk_only_if_asked(house: House) -> None:
    droplet_id = await off(house)
    await house.act(droplet_id, "resize", size="s-2vcpu-2gb")
    after = await shown(house, droplet_id)
    assert (after["size_slug"], after["vcpus"], after["memory"], after["disk"]) == (
        "s-2vcpu-2gb",
        2,
        2048,
        10,
    )
    await house.act(droplet_id, "resize", size=BIGGER, disk="true")  # as python-digitalocean sends it
    after = await shown(house, droplet_id)
    assert (after["size_slug"], after["vcpus"], after["memory"], after["disk"]) == (BIGGER, 1, 1024, 25)
    assert after["status"] == "off"
    await house.act(droplet_id, "power_on")
    assert house.host.guests.running[droplet_id].spec.memory_bytes == 2**30


async def test_a_disk_never_shrinks(house: House) -> None:
    droplet_id = await off(house, size=BIGGER)
    message = await wish(house, droplet_id, "resize", size=SIZE, disk=True)
    assert message == "Size can not decrease size of Droplet's disk image"
    await house.act(droplet_id, "resize", size=SIZE)
    after = await shown(house, droplet_id)
    assert (after["size_slug"], after["memory"], after["disk"]) == (SIZE, 512, 25), "nothing on it is lost"


async def test_a_snapshot_taken_after_the_disk_grew_needs_a_disk_as_big(house: House) -> None:
    droplet_id = await off(house)
    before = await house.snapshot(droplet_id, "before")
    await house.act(droplet_id, "resize", size=BIGGER, disk=True)
    after = await house.snapshot(droplet_id, "after")
    for image_id, gigabytes in ((before, 10), (after, 25)):
        image = (await house.ok("GET", f"/v2/images/{image_id}"))["image"]
        assert image["min_disk_size"] == gigabytes
    body = {"name": "small", "size": SIZE, "image": after, "ssh_keys": [house.key_id]}
    assert "disk of at least 25 GB" in await house.refused("POST", "/v2/droplets", body)
    await house.act(droplet_id, "restore", image=before)
    assert (await shown(house, droplet_id))["disk"] == 25


@pytest.mark.parametrize(
    ("size", "why"), [(None, "blank"), ("", "blank"), ("s-99", "invalid"), (7, "string")]
)
async def test_a_resize_to_nothing_known_is_refused(house: House, size: object, why: str) -> None:
    droplet_id = await off(house)
    assert why in await wish(house, droplet_id, "resize", size=size)
    assert "disk must be" in await wish(house, droplet_id, "resize", size=BIGGER, disk="perhaps")


async def test_a_rebuild_keeps_id_name_and_address_and_changes_the_image(house: House) -> None:
    droplet = await house.create("web-01")
    snapshot_id = await house.snapshot((await house.create("other"))["id"], "of another Droplet")
    for image in (SLUG, snapshot_id, str(house.image_id)):
        ended = await house.act(droplet["id"], "rebuild", image=image)
        assert ended.state is ActionState.COMPLETED
        after = await shown(house, droplet["id"])
        assert after["image"]["id"] == ended.params["image"]
        for same in ("id", "name", "networks", "status"):
            assert after[same] == droplet[same]


async def test_a_rebuild_makes_the_guest_somebody_else_and_its_undo_who_it_was(house: House) -> None:
    droplet_id = (await house.create())["id"]

    def identity() -> str:
        return house.host.guests.running[droplet_id].spec.seed.instance_id

    first = identity()
    snapshot_id = await house.snapshot(droplet_id)
    await house.act(droplet_id, "rebuild", image=SLUG)
    second = identity()
    await house.act(droplet_id, "rebuild", image=SLUG)
    assert len({first, second, identity()}) == 3
    await house.ok("POST", f"/dew/v1/droplets/{droplet_id}/undo")
    await house.settled()
    assert identity() == second
    await house.act(droplet_id, "restore", image=snapshot_id)
    assert identity() == first, "that disk was taken with it"


async def test_a_renamed_droplet_is_called_so_inside_after_a_rebuild_and_as_before_after_its_undo(
    house: House,
) -> None:
    droplet_id = (await house.create("first"))["id"]
    await house.act(droplet_id, "rename", name="second")
    await house.act(droplet_id, "rebuild", image=SLUG)
    assert house.host.guests.running[droplet_id].spec.seed.hostname == "second"
    await house.ok("POST", f"/dew/v1/droplets/{droplet_id}/undo")
    await house.settled()
    assert house.host.guests.running[droplet_id].spec.seed.hostname == "first"


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (None, "Image can't be blank"),
        ("", "Image can't be blank"),
        ("gentoo", "invalid image"),
        (9**9, "invalid"),
    ],
)
async def test_a_rebuild_from_nothing_known_is_refused(house: House, image: object, why: str) -> None:
    droplet_id = (await house.create())["id"]
    assert why in await wish(house, droplet_id, "rebuild", image=image)
    assert why in await wish(house, droplet_id, "rebuild", image=image)


async def test_an_image_that_does_not_fit_the_disk_is_refused(house: House) -> None:
    big = await house.snapshot((await house.create(size=BIGGER))["id"])
    droplet_id = (await house.create())["id"]
    message = await wish(house, droplet_id, "rebuild", image=big)
    assert "at least 25 GB; the Droplet's has 10 GB" in message


async def test_a_password_is_reset_inside_and_shown_once(house: House) -> None:
    droplet_id = (await house.create(ssh_keys=[]))["id"]
    path = f"/dew/v1/droplets/{droplet_id}/password"
    first = (await house.ok("POST", path))["password"]
    await house.act(droplet_id, "password_reset")
    second = (await house.ok("POST", path))["password"]
    assert second != first
    await house.refused("POST", path, status=404)
    inside = house.host.guests.passwords[droplet_id, "root"]
    await house.act(droplet_id, "rebuild", image=SLUG)
    assert house.host.guests.running[droplet_id].spec.seed.password_hash == inside, "a rebuild gives it anew"


async def test_where_keys_are_the_way_in_a_reset_does_not_open_ssh_to_passwords(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await house.act(droplet_id, "password_reset")
    assert (await detail(house, droplet_id))["password_available"]
    await house.act(droplet_id, "power_cycle")
    assert house.host.guests.running[droplet_id].spec.seed.password_hash is None


async def test_a_password_is_not_reset_without_somebody_inside_who_can(house: House) -> None:
    droplet_id = await off(house)
    assert "currently off" in await wish(house, droplet_id, "password_reset")
    await house.act(droplet_id, "power_on")
    house.host.guests.without_agent.add(droplet_id)
    ended = await house.act(droplet_id, "password_reset")
    assert (ended.state, "agent" in ended.error) == (ActionState.ERRORED, True)
    assert not (await detail(house, droplet_id))["password_available"]


async def test_undo_leads_back_and_forth_and_says_until_when(house: House) -> None:
    droplet_id = (await house.create())["id"]
    path = f"/dew/v1/droplets/{droplet_id}/undo"
    assert "nothing to undo" in await house.refused("POST", path)
    snapshot_id = await house.snapshot(droplet_id)
    await house.act(droplet_id, "restore", image=snapshot_id)
    seen = []
    for _ in range(4):
        (kept,) = (await detail(house, droplet_id))["kept_disks"]
        assert kept["kept_until"][:10] > kept["replaced_at"][:10], "a day later"
        seen.append(kept["id"])
        action = (await house.ok("POST", path))["action"]
        assert (action["kind"], action["type"]) == ("undo", "restore")
        assert (await house.finished(action["id"])).state is ActionState.COMPLETED
    assert seen[0] == seen[2] != seen[1] == seen[3]


async def test_an_older_disk_can_be_asked_for_and_another_droplets_can_not(house: House) -> None:
    droplet_id, other = (await house.create("a"))["id"], (await house.create("b"))["id"]
    snapshot_id = await house.snapshot(droplet_id)
    for _ in range(2):
        await house.act(droplet_id, "restore", image=snapshot_id)
    await house.act(other, "rebuild", image=SLUG)
    newest, oldest = (disk["id"] for disk in (await detail(house, droplet_id))["kept_disks"])
    path = f"/dew/v1/droplets/{droplet_id}/undo"
    (foreign,) = (await detail(house, other))["kept_disks"]
    assert "No disk" in await house.refused("POST", path, {"disk": foreign["id"]})
    await house.refused("POST", path, {"disk": "x"})
    await house.ok("POST", path, {"disk": oldest})
    await house.settled()
    left = [disk["id"] for disk in (await detail(house, droplet_id))["kept_disks"]]
    assert (left[1:], oldest in left) == ([newest], False)


async def test_a_snapshot_can_be_taken_of_a_droplet_that_is_shut_down_for_it(house: House) -> None:
    droplet_id = (await house.create())["id"]
    path = f"/dew/v1/droplets/{droplet_id}/snapshots"
    action = (await house.ok("POST", path, {"name": "clean", "off": True}))["action"]
    assert (action["kind"], action["type"]) == ("snapshot_off", "snapshot")
    assert (await house.finished(action["id"])).state is ActionState.COMPLETED
    (taken,) = (await house.ok("GET", "/dew/v1/snapshots"))["snapshots"]
    assert (taken["name"], taken["consistency"]) == ("clean", "off")
    assert (await shown(house, droplet_id))["status"] == "active"
    await house.ok("POST", path, {"name": "running"})
    await house.settled()
    last = (await house.ok("GET", "/dew/v1/snapshots"))["snapshots"][-1]
    assert last["consistency"] == "frozen"


async def test_a_restore_to_before_a_rebuild_brings_back_what_the_droplet_was(house: House) -> None:
    droplet = await house.create("born")
    image_id = await house.snapshot(droplet["id"])
    await house.act(droplet["id"], "rename", name="called-otherwise")
    other = await house.create("other")
    await house.act(droplet["id"], "rebuild", image=await house.snapshot(other["id"]))
    await house.act(droplet["id"], "restore", image=image_id)
    restored = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
    assert restored["image"]["id"] == droplet["image"]["id"]
    assert restored["name"] == "called-otherwise", "what its user calls it is not on the disk"
    spec = house.host.guests.running[droplet["id"]].spec
    assert spec.seed.hostname == "born"
