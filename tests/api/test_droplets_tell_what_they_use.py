"""A Droplet's last hour and day, to Dew's clients and to DigitalOcean's, from the same measurements."""

from typing import Any

import pytest

from tests.api.house import House

INSIDE = (
    *("memory_free", "memory_cached", "memory_available"),
    *("load_1", "load_5", "load_15", "filesystem_free", "filesystem_size"),
)
MINUTES = 6


async def pass_time(house: House, minutes: float = MINUTES) -> None:
    """Let time go by, for the guests and for those who measure them."""
    for _ in range(int(minutes * 4)):
        house.clock.now += 15
        await house.parts.droplet_metrics.sample()


async def metrics(house: House, droplet_id: int, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}/metrics{query}"))[
        "metrics"
    ]
    return found


async def monitored(house: House, droplet_id: int, name: str, more: str = "") -> list[dict[str, Any]]:
    window = f"host_id={droplet_id}&start={int(house.clock.now - 3000)}&end={int(house.clock.now)}"
    found = await house.ok("GET", f"/v2/monitoring/metrics/droplet/{name}?{window}{more}")
    assert (found["status"], found["data"]["resultType"]) == ("success", "matrix")
    result: list[dict[str, Any]] = found["data"]["result"]
    return result


async def test_an_hour_comes_in_quarter_minutes_and_a_day_in_five(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await pass_time(house)
    hour, day = await metrics(house, droplet_id), await metrics(house, droplet_id, "?hours=24")
    assert (hour["step_seconds"], len(hour["points"])) == (15, MINUTES * 4)
    assert (day["step_seconds"], len(day["points"])) in ((300, 2), (300, 3))
    first, *rest = hour["points"]
    assert first["cpu_percent"] is None
    assert first["memory_bytes"] > 0
    for point in rest:
        assert 0 < point.pop("cpu_percent") <= 100
        assert point.pop("memory_bytes") < 512 * 2**20
        assert point.pop("at").endswith("Z")
        assert all(value > 0 for value in point.values()), point


async def test_what_was_not_measured_is_left_out(house: House) -> None:
    droplet_id = (await house.create())["id"]
    assert (await metrics(house, droplet_id))["points"] == []
    await pass_time(house, 1)
    await house.act(droplet_id, "power_off")
    await pass_time(house, 1)
    assert len((await metrics(house, droplet_id))["points"]) == 4


async def test_two_droplets_do_not_look_alike(house: House) -> None:
    first, second = [(await house.create(name))["id"] for name in ("first", "second")]
    await pass_time(house, 1)
    of_first, of_second = [await metrics(house, each) for each in (first, second)]
    assert of_first["points"][-1]["cpu_percent"] != of_second["points"][-1]["cpu_percent"]


async def test_metrics_of_what_is_not_there_or_of_other_hours_are_refused(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await house.refused("GET", "/dew/v1/droplets/4711/metrics", status=404)
    await house.refused("GET", f"/dew/v1/droplets/{droplet_id}/metrics?hours=2")


async def test_digitaloceans_clients_see_the_same_as_rising_seconds_of_busy_and_idle(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await pass_time(house)
    idle, busy = await monitored(house, droplet_id, "cpu")
    assert (idle["metric"], busy["metric"]["mode"]) == ({"host_id": str(droplet_id), "mode": "idle"}, "user")
    points = (await metrics(house, droplet_id))["points"]
    (before, low), (at, high) = busy["values"][-2:]
    assert at - before == 15
    assert float(high) - float(low) == pytest.approx(points[-1]["cpu_percent"] / 100 * 15, rel=1e-3)
    seconds = [
        float(more) + float(less) for (_, more), (_, less) in zip(idle["values"], busy["values"], strict=True)
    ]
    assert seconds == pytest.approx([15.0 * number for number in range(1, len(seconds) + 1)])


async def test_bandwidth_is_in_megabits_of_the_only_interface_there_is(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await pass_time(house)
    (out,) = await monitored(house, droplet_id, "bandwidth", "&interface=public&direction=outbound")
    assert out["metric"] == {"direction": "outbound", "host_id": str(droplet_id), "interface": "public"}
    sent = (await metrics(house, droplet_id))["points"][-1]["network_sent_bytes_per_second"]
    assert float(out["values"][-1][1]) == pytest.approx(sent * 8 / 1e6)
    assert await monitored(house, droplet_id, "bandwidth", "&interface=private&direction=inbound") == []


async def test_what_a_guest_says_of_its_inside_is_told_and_of_one_that_says_nothing_nothing(
    house: House,
) -> None:
    talks, silent = [(await house.create(name))["id"] for name in ("talks", "silent")]
    house.host.guests.without_agent.add(silent)
    await pass_time(house, 1)
    (total,) = await monitored(house, silent, "memory_total")
    assert {value for _, value in total["values"]} == {str(512 * 2**20)}
    assert [await monitored(house, silent, name) for name in INSIDE] == [[]] * len(INSIDE)
    newest = (await metrics(house, talks))["points"][-1]
    for name in INSIDE:
        (series,) = await monitored(house, talks, name)
        shown = float(series["values"][-1][1])
        assert shown == pytest.approx(newest[name if name.startswith("load") else f"{name}_bytes"])
    root = {"device": "/dev/vda2", "fstype": "ext4", "host_id": str(talks), "mountpoint": "/"}
    assert series["metric"] == root, "the last of them"
    newest = (await metrics(house, silent))["points"][-1]
    assert newest["load_1"] is newest["memory_free_bytes"] is newest["filesystem_size_bytes"] is None


async def test_only_the_time_that_is_asked_for_is_told(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await pass_time(house)
    end = int(house.clock.now)
    path = f"/v2/monitoring/metrics/droplet/memory_total?host_id={droplet_id}"
    (series,) = (await house.ok("GET", f"{path}&start={end - 120}&end={end - 60}"))["data"]["result"]
    assert series["values"]
    assert all(end - 120 <= at <= end - 60 for at, _ in series["values"])
    empty = await house.ok("GET", f"{path}&start={10**17}&end={10**17}")
    assert empty["data"]["result"] == []


@pytest.mark.parametrize(
    "query", ["", "host_id=1&start=now&end=2", "host_id=1&start=1", "host_id=web&start=1&end=2"]
)
async def test_a_window_that_is_none_is_refused(house: House, query: str) -> None:
    await house.create()
    await house.refused("GET", f"/v2/monitoring/metrics/droplet/cpu?{query}")


@pytest.mark.parametrize("query", ["", "&interface=public&direction=up", "&interface=eth0&direction=inbound"])
async def test_a_direction_that_is_none_is_refused(house: House, query: str) -> None:
    await house.create()
    path = "/v2/monitoring/metrics/droplet/bandwidth?host_id=1&start=1&end=2"
    await house.refused("GET", path + query)
    await house.refused("GET", "/v2/monitoring/metrics/droplet/cpu?host_id=4711&start=1&end=2", status=404)
