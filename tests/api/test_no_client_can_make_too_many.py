"""The bounds of docs/limits.md hold for requests, each with words that say what the bound is.

Those on keys, tokens and event streams are tested where these are.
"""

from typing import Any

import pytest

from tests.api.house import SIZE, House


def bound(house: House, **settings: int) -> None:
    for name, value in settings.items():
        object.__setattr__(house.engine._world.settings, name, value)


def wanted(house: House, **more: Any) -> dict[str, Any]:
    return {"name": "web", "size": SIZE, "image": house.image_id, "ssh_keys": [house.key_id], **more}


async def test_droplets(house: House) -> None:
    bound(house, max_droplets=1)
    droplet = await house.create()
    message = await house.refused("POST", "/v2/droplets", wanted(house))
    assert message == "Creating this Droplet will exceed your Droplet limit of 1."
    await house.ok("DELETE", f"/v2/droplets/{droplet['id']}")
    await house.create("in-its-place")


async def test_images(house: House) -> None:
    droplet = await house.create()
    bound(house, max_images=2)
    await house.snapshot(droplet["id"])
    path = f"/v2/droplets/{droplet['id']}/actions"
    message = await house.refused("POST", path, {"type": "snapshot"})
    assert message == "There are 2 Images already, which is the limit: delete some first."
    assert await house.refused("POST", "/dew/v1/images", {"name": "dew-micro"}) == message


async def test_open_actions(house: House) -> None:
    droplet = await house.create()
    bound(house, max_open_actions=0)
    path = f"/v2/droplets/{droplet['id']}"
    message = await house.refused("POST", f"{path}/actions", {"type": "reboot"}, status=429)
    assert "0 Actions are open already" in message
    await house.ok("DELETE", path)  # is never refused


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"name": "a" * 256}, "Only valid hostname characters"),
        ({"name": None, "names": ["a"] * 11}, "names must be an array of at most 10 elements"),
        ({"tags": [f"tag{number}" for number in range(101)]}, "tags must be an array of at most 100"),
        ({"tags": ["a" * 256]}, "Tags may contain"),
        ({"ssh_keys": [1] * 101}, "ssh_keys must be an array of at most 100 elements"),
        ({"user_data": "x" * (64 * 1024 + 1)}, "user_data must be a string of at most 65536"),
        ({"user_data": "ä" * (32 * 1024 + 1)}, "User data must not exceed 64 KiB"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_a_create_request_holds(house: House, more: dict[str, Any], told: str) -> None:
    assert told in await house.refused("POST", "/v2/droplets", wanted(house, **more))
    assert (await house.ok("GET", "/v2/droplets"))["meta"]["total"] == 0


async def test_names(house: House) -> None:
    droplet = await house.create()
    actions, long = f"/v2/droplets/{droplet['id']}/actions", "n" * 256
    for path, body in (
        (actions, {"type": "snapshot", "name": long}),
        (actions, {"type": "rename", "name": long}),
        ("/v2/account/keys", {"name": long, "public_key": "ssh-ed25519 A"}),
        ("/dew/v1/tokens", {"name": long}),
    ):
        await house.refused("POST", path, body)


async def test_bodies(house: House) -> None:
    await house.refused("POST", "/v2/droplets", {"user_data": "x" * 2**20}, status=413)
