"""Clients are told in DigitalOcean's shape what the machine has no room for; and they cannot crowd it."""

import asyncio
from dataclasses import replace

from dew.api.app import create_app
from tests.api.house import SIZE, House, client_of

GIB = 2**30
HALF_GIB = GIB // 2


async def test_a_droplet_that_does_not_fit_is_refused_with_numbers_and_is_not_there(house: House) -> None:
    house.host.guests.memory_bytes = HALF_GIB + HALF_GIB  # of which one half is the machine's own
    await house.create("first")
    wanted = {"name": "second", "size": SIZE, "image": house.image_id, "ssh_keys": [house.key_id]}
    response = await house.client.post("/v2/droplets", json=wanted)
    assert response.status_code == 422
    assert response.json()["id"] == "unprocessable_entity"
    assert response.json()["message"].startswith(
        "The Droplet needs 0.5 GiB of memory, and 0.5 of 0.5 GiB are promised"
    )
    assert (await house.ok("GET", "/v2/droplets"))["meta"]["total"] == 1
    assert (await house.ok("GET", "/v2/actions"))["meta"]["total"] == 2, "build and create: no third"


async def test_switching_on_what_does_not_fit_is_refused_and_it_stays_off(house: House) -> None:
    off = await house.create("off")
    await house.act(off["id"], "power_off")
    house.host.guests.memory_bytes = HALF_GIB + HALF_GIB
    await house.create("on")
    path = f"/v2/droplets/{off['id']}"
    message = await house.refused("POST", f"{path}/actions", {"type": "power_on"})
    assert "Power off another one, choose a smaller size, or raise memory_overcommit." in message
    droplet = (await house.ok("GET", path))["droplet"]
    assert (droplet["status"], droplet["locked"]) == ("off", False)


async def test_requests_beyond_what_can_be_answered_at_once_are_told_to_come_again(house: House) -> None:
    go_on, asked = asyncio.Event(), 0

    async def slow_logs(lines: int) -> list[str]:
        nonlocal asked
        asked += 1
        await go_on.wait()
        return []

    settings = replace(house.parts.settings, max_requests=2)
    app = create_app(replace(house.parts, logs=slow_logs, settings=settings))
    async with client_of(app, house.token) as client, asyncio.timeout(10):
        slow = [asyncio.ensure_future(client.get("/dew/v1/logs")) for _ in range(2)]
        while asked < 2:
            await asyncio.sleep(0.01)
        refused = await client.get("/v2/account")
        assert (refused.status_code, refused.json()["id"]) == (503, "service_unavailable")
        assert refused.headers["retry-after"] == "1"
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200, 200]
        assert (await client.get("/v2/account")).status_code == 200
