"""/dew/v1: progress, reachability, passwords shown once, Snapshots' consistency, builds, the daemon."""

import asyncio
from datetime import UTC, datetime

from dew.api import wire
from dew.database import damage, images
from dew.model.action import ActionState
from tests.api.house import SIZE, SLUG, House, client_of


async def test_an_action_tells_its_progress_and_why_it_failed(house: House) -> None:
    droplet = await house.create()
    await house.act(droplet["id"], "power_off")
    house.host.guests.refuse_start.add(droplet["id"])
    failed = await house.act(droplet["id"], "power_on")
    shown = (await house.ok("GET", f"/dew/v1/actions/{failed.id}"))["action"]
    assert (shown["status"], shown["state"]) == ("errored", "errored")
    assert shown["error"]
    listed = await house.ok("GET", f"/dew/v1/actions?droplet_id={droplet['id']}&per_page=2")
    assert [action["type"] for action in listed["actions"]] == ["power_on", "power_off"]
    assert (listed["actions"][1]["progress"], listed["meta"]["total"]) == (100, 3)
    assert set((await house.ok("GET", f"/v2/actions/{failed.id}"))["action"]).isdisjoint(
        {"progress", "error"}
    )


async def test_an_action_names_what_it_was_about_also_when_that_is_gone(house: House) -> None:
    droplet = await house.create("web")
    snapshot_id = await house.snapshot(droplet["id"], "before-upgrade")
    await house.act(droplet["id"], "restore", image=snapshot_id)
    await house.act(droplet["id"], "power_off")
    await house.act(droplet["id"], "resize", size="s-2vcpu-4gb")
    await house.ok("PUT", f"/v2/images/{snapshot_id}", {"name": "renamed"})
    await house.ok("DELETE", f"/v2/snapshots/{snapshot_id}")
    await house.ok("DELETE", f"/v2/droplets/{droplet['id']}")
    await house.settled()
    told = (await house.ok("GET", f"/dew/v1/actions?droplet_id={droplet['id']}"))["actions"]
    assert [(each["kind"], each["name"], each["image_name"], each["size_slug"]) for each in told] == [
        ("destroy", "web", None, None),
        ("resize", None, None, "s-2vcpu-4gb"),
        ("power_off", None, None, None),
        ("restore", None, "before-upgrade", None),
        ("snapshot", "before-upgrade", None, None),
        ("create", "web", SLUG, None),
    ]


async def test_failed_actions_are_found_among_many(house: House) -> None:
    droplet = await house.create()
    await house.act(droplet["id"], "power_off")
    house.host.guests.refuse_start.add(droplet["id"])
    failed = await house.act(droplet["id"], "power_on")
    found = await house.ok("GET", "/dew/v1/actions?status=errored&per_page=1")
    assert ([action["id"] for action in found["actions"]], found["meta"]["total"]) == ([failed.id], 1)
    assert (await house.ok("GET", "/dew/v1/actions?status=in-progress"))["actions"] == []
    refused = await house.refused("GET", "/dew/v1/actions?status=lost")
    assert "in-progress, completed or errored" in refused


async def test_only_a_stuck_action_can_be_retried(house: House) -> None:
    droplet = await house.create()
    action = await house.act(droplet["id"], "power_off")
    await house.refused("POST", f"/dew/v1/actions/{action.id}/retry")
    await house.refused("POST", "/dew/v1/actions/4711/retry", status=404)
    assert action.state is ActionState.COMPLETED


async def test_a_droplet_tells_how_to_reach_it(house: House) -> None:
    droplet = await house.create()
    shown = (await house.ok("GET", f"/dew/v1/droplets/{droplet['id']}"))["droplet"]
    assert shown["address"] == droplet["networks"]["v4"][0]["ip_address"]
    assert (shown["desired_power"], shown["observed"], shown["reason"]) == ("on", "running", "")
    for forward in shown["forwards"]:
        assert set(forward) == {"host_port", "guest_port"}


async def test_a_generated_password_is_shown_exactly_once(house: House) -> None:
    droplet = await house.create(ssh_keys=[])
    path = f"/dew/v1/droplets/{droplet['id']}"
    assert (await house.ok("GET", path))["droplet"]["password_available"]
    shown = await asyncio.gather(*(house.client.post(f"{path}/password") for _ in range(4)))
    assert sorted(response.status_code for response in shown) == [200, 404, 404, 404]
    (password,) = [response.json()["password"] for response in shown if response.is_success]
    assert len(password) >= 12
    assert not (await house.ok("GET", path))["droplet"]["password_available"]
    assert password not in (await house.get(f"/v2/droplets/{droplet['id']}")).text


async def test_a_snapshot_tells_how_consistent_it_is_and_how_deep(house: House) -> None:
    droplet = await house.create()
    await house.act(droplet["id"], "power_off")
    image_id = await house.snapshot(droplet["id"])
    shown = (await house.ok("GET", f"/dew/v1/snapshots/{image_id}"))["snapshot"]
    assert (shown["consistency"], shown["droplet_id"], shown["depth"]) == ("off", droplet["id"], 2)
    (listed,) = (await house.ok("GET", "/dew/v1/snapshots"))["snapshots"]
    assert listed["disk_bytes"] == 10 * 2**30


async def test_the_snapshots_of_one_droplet_can_be_listed_also_when_it_is_gone(house: House) -> None:
    mine, other = await house.create(), await house.create("other")
    image_id = await house.snapshot(mine["id"])
    await house.snapshot(other["id"])
    path = f"/dew/v1/snapshots?droplet_id={mine['id']}"
    listed = await house.ok("GET", path)
    assert ([each["id"] for each in listed["snapshots"]], listed["meta"]["total"]) == ([image_id], 1)
    await house.ok("DELETE", f"/v2/droplets/{mine['id']}")
    await house.settled()
    assert [each["id"] for each in (await house.ok("GET", path))["snapshots"]] == [image_id]
    await house.refused("GET", "/dew/v1/snapshots?droplet_id=mine")


async def test_an_image_is_built_from_a_recipe(house: House) -> None:
    assert (await house.ok("GET", "/dew/v1/recipes"))["recipes"] == [
        {"name": SLUG, "description": "Dew micro"}
    ]
    made = await house.ok("POST", "/dew/v1/images", {"name": SLUG})
    await house.finished(made["action"]["id"])
    image = (await house.ok("GET", f"/v2/images/{made['image_id']}"))["image"]
    assert image["slug"] == SLUG
    await house.refused("POST", "/dew/v1/images", {"name": "../../etc/passwd"})


async def test_what_only_dew_does_has_names_that_digitaloceans_clients_can_bear(house: House) -> None:
    droplet_id = (await house.create())["id"]
    image_id = await house.snapshot(droplet_id)
    await house.act(droplet_id, "restore", image=image_id)
    for path, body in (("undo", {}), ("snapshots", {"off": True})):
        await house.ok("POST", f"/dew/v1/droplets/{droplet_id}/{path}", body)
        await house.settled()
    await house.ok("DELETE", f"/v2/images/{image_id}")
    await house.settled()
    found = (await house.ok("GET", "/v2/actions"))["actions"]
    assert [(action["type"], action["resource_type"]) for action in found] == [
        ("destroy", "image"),
        ("snapshot", "droplet"),
        ("restore", "droplet"),
        ("restore", "droplet"),
        ("snapshot", "droplet"),
        ("create", "droplet"),
        ("create", "image"),
    ]


async def test_the_daemon_answers_before_it_stops(house: House) -> None:
    response = await house.client.post("/dew/v1/stop", json={"guests": True})
    assert (response.status_code, house.stops) == (202, [True])
    assert (await house.ok("POST", "/dew/v1/stop"))["guests"] is False
    assert house.stops == [True, False]
    await house.refused("POST", "/dew/v1/stop", {"guests": "perhaps"})


async def test_the_daemon_tells_its_state_and_its_log(house: House) -> None:
    assert (await house.ok("GET", "/dew/v1/status"))["simulated"] is True
    assert len((await house.ok("GET", "/dew/v1/logs"))["lines"]) == 200
    assert (await house.ok("GET", "/dew/v1/logs?lines=2"))["lines"] == ["line 0", "line 1"]
    assert len((await house.ok("GET", "/dew/v1/logs?lines=999999"))["lines"]) == 2000
    for wrong in ("0", "-1", "x"):
        await house.refused("GET", f"/dew/v1/logs?lines={wrong}")


async def test_metrics_count_what_there_is_with_few_labels(house: House) -> None:
    await house.create()
    for path in ("/v2/droplets/1", "/v2/droplets/2", "/v2/nothing", "/nothing/at/all"):
        await house.get(path)
    await house.client.request("BREW", "/v2/droplets")
    async with client_of(house.app, "") as client:
        metrics = (await client.get("/metrics")).text
    assert 'dew_droplets{status="active"} 1.0' in metrics
    assert 'dew_actions{state="completed"} 2.0' in metrics
    assert 'route="/v2/droplets/{droplet_id}",status="2xx"' in metrics
    assert 'method="OTHER"' in metrics
    assert "nothing" not in metrics
    assert "BREW" not in metrics


async def test_metrics_need_a_token_from_elsewhere(house: House) -> None:
    async with client_of(house.app, "", address="192.0.2.7") as client:
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/healthz")).status_code == 200
    async with client_of(house.app, house.token, address="192.0.2.7") as client:
        assert (await client.get("/metrics")).status_code == 200


async def test_a_check_of_the_store_is_begun_once_and_its_result_is_kept(house: House) -> None:
    await house.snapshot((await house.create())["id"])
    assert (await house.ok("GET", "/dew/v1/store"))["store"] == {"last_check": None, "touched": []}
    started = await asyncio.gather(*(house.ok("POST", "/dew/v1/store/checks") for _ in range(4)))
    (action_id,) = {each["action"]["id"] for each in started}
    assert (await house.finished(action_id)).state is ActionState.COMPLETED
    last_check = (await house.ok("GET", "/dew/v1/store"))["store"]["last_check"]
    assert (last_check["layers"], last_check["damaged"], last_check["faults"]) == (3, [], [])


async def test_damage_shows_at_what_it_touches_and_keeps_new_things_from_being_made(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"])
    async with house.database.write() as tx:
        layer_id = (await images.get(tx, image_id)).layer_id
        await damage.judge(tx, layer_id, "Layer 2 is damaged.", datetime.now(UTC))
    assert (await house.ok("GET", f"/dew/v1/snapshots/{image_id}"))["snapshot"][
        "damage"
    ] == "Layer 2 is damaged."
    (listed,) = (await house.ok("GET", "/dew/v1/snapshots"))["snapshots"]
    assert listed["damage"] == "Layer 2 is damaged."
    shown = (await house.ok("GET", f"/dew/v1/droplets/{droplet['id']}"))["droplet"]
    assert shown["damage"] == "Layer 2 is damaged."
    all_images = (await house.ok("GET", "/dew/v1/images"))["images"]
    assert {each["id"]: each["damage"] for each in all_images} == {
        house.image_id: "",
        image_id: "Layer 2 is damaged.",
    }
    touched = (await house.ok("GET", "/dew/v1/store"))["store"]["touched"]
    assert [(each["resource_type"], each["id"]) for each in touched] == [
        ("image", image_id),
        ("droplet", droplet["id"]),
    ]
    body = {"name": "new", "size": SIZE, "image": image_id, "ssh_keys": [house.key_id]}
    assert "Layer 2 is damaged." in await house.refused("POST", "/v2/droplets", body)
    for asked in ({"type": "restore", "image": image_id}, {"type": "snapshot", "name": "more"}):
        said = await house.refused("POST", f"/v2/droplets/{droplet['id']}/actions", asked)
        assert "Layer 2 is damaged." in said
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]["status"] == "active"


async def test_damage_shows_at_a_distribution_and_at_a_disk_that_is_kept(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"])
    await house.act(droplet["id"], "restore", image=image_id)
    async with house.database.write() as tx:
        layer_id = (await images.get(tx, house.image_id)).layer_id
        await damage.judge(tx, layer_id, "Layer 1 is damaged.", datetime.now(UTC))
    listed = (await house.ok("GET", "/dew/v1/images?type=distribution"))["images"]
    assert [(each["id"], each["damage"]) for each in listed] == [(house.image_id, "Layer 1 is damaged.")]
    shown = (await house.ok("GET", f"/dew/v1/droplets/{droplet['id']}"))["droplet"]
    (kept,) = shown["kept_disks"]
    assert kept["damage"] == "Layer 1 is damaged."
    touched = (await house.ok("GET", "/dew/v1/store"))["store"]["touched"]
    assert [(each["resource_type"], each["id"], each["name"]) for each in touched[-2:]] == [
        ("droplet", droplet["id"], "web-01"),
        ("kept_disk", kept["id"], "web-01"),
    ]


async def test_digitaloceans_clients_see_nothing_of_checks(house: House) -> None:
    started = (await house.ok("POST", "/dew/v1/store/checks"))["action"]
    await house.finished(started["id"])
    listed = await house.ok("GET", "/v2/actions")
    assert started["id"] not in [action["id"] for action in listed["actions"]]
    assert listed["meta"]["total"] == len(listed["actions"])
    await house.refused("GET", f"/v2/actions/{started['id']}", status=404)
    own = (await house.ok("GET", f"/dew/v1/actions/{started['id']}"))["action"]
    assert (own["type"], own["resource_type"]) == ("check_store", "store")


async def test_the_doctors_findings_are_told_as_dew_doctor_tells_them(house: House) -> None:
    finding: wire.Finding = {"name": "Disk", "ok": "warn", "found": "1 GiB free.", "advice": "Make room."}
    house.findings.append(finding)
    assert (await house.ok("GET", "/dew/v1/doctor")) == {"findings": [finding]}
