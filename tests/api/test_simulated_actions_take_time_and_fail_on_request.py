"""/dew/v1/simulate: people see their automation meet what the real service never does on demand."""

import asyncio
import time
from dataclasses import replace

import pytest

from dew.actions.catalogue import KINDS
from dew.api.app import create_app
from dew.model.action import ActionState
from tests.api.house import House, client_of

PATH = "/dew/v1/simulate"


async def ask(house: House, **wanted: object) -> dict[str, object]:
    simulation: dict[str, object] = (await house.ok("PUT", PATH, wanted))["simulation"]
    return simulation


async def test_nothing_is_slow_or_fails_unless_it_is_asked_for(house: House) -> None:
    assert (await house.ok("GET", PATH))["simulation"] == {"delays": {}, "failures": []}
    droplet = await house.create()
    assert (await house.act(droplet["id"], "reboot")).state is ActionState.COMPLETED


async def test_actions_take_the_time_that_was_asked_for(house: House) -> None:
    droplet = await house.create()
    await ask(house, delays={"snapshot": 0.6, "*": 0})
    begun = time.monotonic()
    path = f"/v2/droplets/{droplet['id']}/actions"
    action = (await house.ok("POST", path, {"type": "snapshot", "name": "slow"}))["action"]
    await asyncio.sleep(0.3)
    shown = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
    assert shown["locked"] is True
    assert (await house.ok("GET", f"/v2/actions/{action['id']}"))["action"]["status"] == "in-progress"
    await house.refused("POST", path, {"type": "reboot"})
    await house.finished(action["id"])
    assert 0.6 <= time.monotonic() - begun < 5
    begun = time.monotonic()
    await house.act(droplet["id"], "reboot")
    assert time.monotonic() - begun < 0.6


async def test_the_next_so_many_of_a_kind_fail_and_leave_things_as_they_were(house: House) -> None:
    droplet = await house.create()
    await ask(house, failures=[{"kind": "snapshot", "times": 2, "message": "The disk is on fire."}])
    for _ in range(2):
        action = await house.act(droplet["id"], "snapshot", name="x")
        assert (action.state, action.error) == (ActionState.ERRORED, "The disk is on fire.")
        assert (await house.ok("GET", f"/v2/actions/{action.id}"))["action"]["status"] == "errored"
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}/snapshots"))["snapshots"] == []
    shown = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
    assert (shown["locked"], shown["status"]) == (False, "active")
    assert (await house.ok("GET", PATH))["simulation"]["failures"][0]["times"] == 0
    assert await house.snapshot(droplet["id"]) > 0


async def test_a_failure_can_be_of_one_droplet_only(house: House) -> None:
    one, other = await house.create(), await house.create("other")
    await ask(house, failures=[{"droplet_id": one["id"]}])
    assert (await house.act(one["id"], "reboot")).state is ActionState.ERRORED
    assert (await house.act(other["id"], "reboot")).state is ActionState.COMPLETED
    await ask(house)
    assert (await house.act(one["id"], "reboot")).state is ActionState.COMPLETED


async def test_a_part_fails_at_random_and_the_same_part_with_the_same_seed(house: House) -> None:
    droplet = await house.create()
    played = []
    for _ in range(2):
        await ask(house, failures=[{"kind": "rename", "rate": 0.5}], seed=7)
        states = [(await house.act(droplet["id"], "rename", name="web")).state for _ in range(12)]
        played.append(states)
    assert played[0] == played[1]
    assert set(played[0]) == {ActionState.COMPLETED, ActionState.ERRORED}


async def test_a_droplet_that_fails_to_be_created_is_gone(house: House) -> None:
    await ask(house, failures=[{"kind": "create", "times": 1}])
    body = {"name": "web", "size": "s-1vcpu-1gb", "image": house.image_id, "ssh_keys": [house.key_id]}
    made = await house.ok("POST", "/v2/droplets", body)
    assert (await house.finished(made["links"]["actions"][0]["id"])).state is ActionState.ERRORED
    await house.refused("GET", f"/v2/droplets/{made['droplet']['id']}", status=404)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.pivot_at_acceptance])
async def test_what_is_gone_once_it_is_accepted_cannot_be_told_to_fail(house: House, kind: str) -> None:
    assert "can't fail" in await house.refused("PUT", PATH, {"failures": [{"kind": kind}]})
    droplet = await house.create()
    await ask(house, failures=[{}])
    await house.ok("DELETE", f"/v2/droplets/{droplet['id']}")
    await house.settled()
    newest = (await house.ok("GET", "/v2/actions"))["actions"][0]
    assert newest["status"] == "completed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"delays": {"dance": 1}},
        {"delays": {"snapshot": -1}},
        {"delays": {"snapshot": "1"}},
        {"delays": {"snapshot": 3601}},
        {"delays": [1]},
        {"failures": {"kind": "snapshot"}},
        {"failures": ["snapshot"]},
        {"failures": [{"kind": "dance"}]},
        {"failures": [{"kind": ["snapshot"]}]},
        {"failures": [{"times": -1}]},
        {"failures": [{"rate": 2}]},
        {"failures": [{"rate": True}]},
        {"failures": [{"droplet_id": "web"}]},
        {"failures": [{}] * 101},
        {"seed": "x"},
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(house: House, wrong: object) -> None:
    before = await ask(house, delays={"snapshot": 1})
    await house.refused("PUT", PATH, wrong)
    assert (await house.ok("GET", PATH))["simulation"] == before


async def test_a_real_dewd_is_never_told_to_fail(house: House) -> None:
    app = create_app(replace(house.parts, simulation=None))
    async with client_of(app, house.token) as client:
        for method in ("GET", "PUT"):
            response = await client.request(method, PATH, json={"failures": [{}]})
            assert response.status_code == 409
            assert "runs real Droplets" in response.json()["message"]
