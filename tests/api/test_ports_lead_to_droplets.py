"""/dew/v1/droplets/ID/ports."""

from typing import Any

import pytest

from dew.actions.expose import MOST_EXPOSURES
from tests.api.house import House

LOOPBACK = "127.0.0.1"


async def ports(house: House, droplet_id: int) -> list[tuple[str, int, int, bool]]:
    listed = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}/ports"))["ports"]
    return [(each["address"], each["port"], each["guest_port"], each["open"]) for each in listed]


async def expose(house: House, droplet_id: int, **body: Any) -> str:
    """Return the Action's state in the end."""
    action = (await house.ok("POST", f"/dew/v1/droplets/{droplet_id}/ports", body))["action"]
    return (await house.finished(action["id"])).state.value


async def test_a_port_is_open_until_it_is_hidden(house: House) -> None:
    droplet_id = (await house.create())["id"]
    assert await ports(house, droplet_id) == []
    await expose(house, droplet_id, port=8080, guest_port=80)
    await expose(house, droplet_id, address="0.0.0.0", port="2222", guest_port=22)
    assert await ports(house, droplet_id) == [("0.0.0.0", 2222, 22, True), (LOOPBACK, 8080, 80, True)]
    gone = await house.ok("DELETE", f"/dew/v1/droplets/{droplet_id}/ports/{LOOPBACK}/8080")
    await house.finished(gone["action"]["id"])
    assert await ports(house, droplet_id) == [("0.0.0.0", 2222, 22, True)]
    await house.refused("DELETE", f"/dew/v1/droplets/{droplet_id}/ports/{LOOPBACK}/8080", status=404)


async def test_a_port_comes_back_with_its_droplet(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await house.act(droplet_id, "power_off")
    await expose(house, droplet_id, port=8080)
    assert await ports(house, droplet_id) == [(LOOPBACK, 8080, 8080, False)]
    await house.act(droplet_id, "power_on")
    assert await ports(house, droplet_id) == [(LOOPBACK, 8080, 8080, True)]


async def test_a_port_leads_to_one_droplet_until_that_is_deleted(house: House) -> None:
    first, second = (await house.create("first"))["id"], (await house.create("second"))["id"]
    await expose(house, first, port=8080)
    path = f"/dew/v1/droplets/{second}/ports"
    for address in (LOOPBACK, "0.0.0.0"):
        assert "first" in await house.refused("POST", path, {"address": address, "port": 8080})
    await house.ok("DELETE", f"/v2/droplets/{first}")
    await house.settled()
    assert await expose(house, second, port=8080) == "completed"


async def test_a_port_that_cannot_be_opened_is_refused_and_not_kept(house: House) -> None:
    droplet_id = (await house.create())["id"]
    house.host.guests.taken_ports.add(8080)
    assert await expose(house, droplet_id, port=8080) == "errored"
    assert await ports(house, droplet_id) == []


async def test_another_port_that_cannot_be_opened_gets_no_port_stuck(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await house.act(droplet_id, "power_off")
    house.host.guests.taken_ports.add(8080)
    await expose(house, droplet_id, port=8080)
    await house.act(droplet_id, "power_on")
    assert await expose(house, droplet_id, port=8081) == "completed"
    assert await ports(house, droplet_id) == [(LOOPBACK, 8080, 8080, False), (LOOPBACK, 8081, 8081, True)]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"port": 0},
        {"port": 65536},
        {"port": "http"},
        {"port": 80, "guest_port": 0},
        {"port": 80, "guest_port": None},
        {"port": 80, "address": "::1"},
        {"port": 80, "address": "localhost"},
        {"port": 80, "address": 7},
        {"port": 80, "reconnect": "perhaps"},
    ],
)
async def test_what_is_no_port_is_refused(house: House, wrong: dict[str, Any]) -> None:
    droplet_id = (await house.create())["id"]
    await house.refused("POST", f"/dew/v1/droplets/{droplet_id}/ports", wrong)
    assert await ports(house, droplet_id) == []


async def test_a_port_on_which_droplets_listen_themselves_is_refused_with_a_way_out(house: House) -> None:
    """Linux gives nobody 0.0.0.0:80 while a Droplet has 127.66.0.2:80; and an address of theirs is theirs."""
    droplet_id = (await house.create())["id"]
    path = f"/dew/v1/droplets/{droplet_id}/ports"
    assert "10080" in await house.refused("POST", path, {"address": "0.0.0.0", "port": 80})
    assert "own address" in await house.refused("POST", path, {"address": "127.66.9.9", "port": 9000})
    assert await expose(house, droplet_id, address="192.0.2.7", port=80) == "completed"


async def test_the_ports_of_a_droplet_are_bounded(house: House) -> None:
    droplet_id = (await house.create())["id"]
    for port in range(9000, 9000 + MOST_EXPOSURES):
        await expose(house, droplet_id, port=port)
    await house.refused("POST", f"/dew/v1/droplets/{droplet_id}/ports", {"port": 10_000})
