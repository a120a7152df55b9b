"""Droplets as DigitalOcean's clients expect them, with everything that clients really send."""

import asyncio
from typing import Any

import pytest

from dew.actions.kind import Request
from dew.model.action import Action, ActionState
from tests.api.house import ED25519, ED25519_MD5, SIZE, SLUG, House


async def test_create_answers_202_with_a_new_droplet_and_a_link_to_its_action(house: House) -> None:
    response = await house.client.post("/v2/droplets", json={"name": "web-01", "size": SIZE, "image": SLUG})
    assert response.status_code == 202
    droplet, (link,) = response.json()["droplet"], response.json()["links"]["actions"]
    assert (droplet["status"], droplet["locked"]) == ("new", True)
    assert droplet["networks"] == {"v4": [], "v6": []}
    assert link["rel"] == "create"
    assert link["href"] == f"http://localhost/v2/actions/{link['id']}"
    assert (await house.finished(link["id"])).state is ActionState.COMPLETED
    action = (await house.ok("GET", link["href"]))["action"]
    assert (action["type"], action["resource_id"], action["status"]) == ("create", droplet["id"], "completed")


async def test_a_droplet_is_new_in_the_answer_that_makes_it_however_fast_it_was_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = house.engine.accept

    async def accept_and_finish(*requests: Request) -> tuple[Action, ...]:
        accepted = await accept(*requests)
        for action in accepted:
            await house.finished(action.id)
        return accepted

    monkeypatch.setattr(house.engine, "accept", accept_and_finish)
    body = {"name": "web-01", "size": SIZE, "image": SLUG}
    droplet = (await house.ok("POST", "/v2/droplets", body))["droplet"]
    assert (droplet["status"], droplet["locked"], droplet["networks"]["v4"]) == ("new", True, [])


async def test_a_created_droplet_becomes_active_with_a_public_address(house: House) -> None:
    droplet = await house.create()
    assert (droplet["status"], droplet["locked"]) == ("active", False)
    (network,) = droplet["networks"]["v4"]
    assert network["ip_address"].startswith("127.66.")
    assert network["type"] == "public"
    assert isinstance(network["gateway"], str)  # null breaks clients


async def test_names_creates_several_droplets_at_once_or_none(house: House) -> None:
    body: dict[str, Any] = {"names": ["a", "b", "c"], "size": SIZE, "image": house.image_id}
    made = await house.ok("POST", "/v2/droplets", body)
    assert [droplet["name"] for droplet in made["droplets"]] == ["a", "b", "c"]
    assert len(made["links"]["actions"]) == 3
    await house.refused("POST", "/v2/droplets", {**body, "names": ["d", "not a name"]})
    await house.refused("POST", "/v2/droplets", {**body, "names": [f"n{i}" for i in range(11)]})
    await house.refused("POST", "/v2/droplets", {**body, "name": "d"})
    assert (await house.ok("GET", "/v2/droplets"))["meta"]["total"] == 3


async def test_nulls_unknown_members_and_values_as_strings_are_accepted(house: House) -> None:
    """As Ansible, Terraform, doctl and libcloud send them."""
    droplet = await house.create(
        image=str(house.image_id),
        region="",
        tags=None,
        ssh_keys=None,
        volumes=None,
        user_data=None,
        vpc_uuid=None,
        firewall=None,
        backups="false",
        ipv6="true",
        monitoring=False,
        with_droplet_agent=None,
        baseurl="https://example.org",
        validate_certs=True,
        timeout=30,
        resize_disk=None,
    )
    assert droplet["region"]["slug"] == "nyc3"
    assert droplet["image"]["id"] == house.image_id


async def test_what_a_droplet_was_asked_to_have_is_told_back_so_that_terraform_leaves_it_alone(
    house: House,
) -> None:
    asked = await house.create("a", monitoring=True, ipv6="true", private_networking=False)
    plain = await house.create("b", monitoring=False)
    await house.act(asked["id"], "enable_backups")
    found = (await house.ok("GET", "/v2/droplets"))["droplets"]
    assert [droplet["features"] for droplet in found] == [["backups", "ipv6", "monitoring"], []]
    assert plain["features"] == []


@pytest.mark.parametrize(
    ("asked", "given"), [("fra1", "fra1"), ("nyc", "nyc3"), ("sfo", "sfo3"), ("ams", "ams3"), (None, "nyc3")]
)
async def test_a_region_may_be_a_prefix_or_left_out(house: House, asked: str | None, given: str) -> None:
    droplet = await house.create(region=asked)
    assert droplet["region"]["slug"] == given


async def test_ssh_keys_are_found_by_id_by_digits_and_by_fingerprint(house: House) -> None:
    key = (await house.ok("POST", "/v2/account/keys", {"name": "k", "public_key": ED25519}))["ssh_key"]
    for given in (key["id"], str(key["id"]), ED25519_MD5, ED25519_MD5.upper()):
        droplet = await house.create(ssh_keys=[given])
        assert house.host.guests.running[droplet["id"]]
        detail = (await house.ok("GET", f"/dew/v1/droplets/{droplet['id']}"))["droplet"]
        assert not detail["password_available"]  # it has a key


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"name": ""},
        {"name": "ends-with-"},
        {"name": "x" * 256},
        {"name": 7},
        {"name": "new\nline"},
        {"size": None},
        {"size": "s-99"},
        {"size": 1},
        {"image": None},
        {"image": "a snapshot's name"},
        {"image": 99999},
        {"image": 10**30},
        {"image": True},
        {"image": [1]},
        {"region": "mars1"},
        {"region": 3},
        {"ssh_keys": [99]},
        {"ssh_keys": ["aa:bb"]},
        {"ssh_keys": [10**30]},
        {"ssh_keys": [{}]},
        {"ssh_keys": "all"},
        {"tags": ["no spaces"]},
        {"tags": [1]},
        {"user_data": "x" * (64 * 1024 + 1)},
        {"user_data": "ä" * (33 * 1024)},
        {"user_data": "nul\0"},
        {"backups": "maybe"},
        {"ipv6": 3},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused_and_creates_nothing(
    house: House, wrong: dict[str, Any]
) -> None:
    await house.refused("POST", "/v2/droplets", {"name": "web", "size": SIZE, "image": SLUG, **wrong})
    assert (await house.ok("GET", "/v2/droplets"))["droplets"] == []


@pytest.mark.parametrize("wish", [{"volumes": [{"id": "x"}]}, {"public_networking": False}])
async def test_what_a_user_would_rely_on_and_dew_lacks_is_refused(house: House, wish: dict[str, Any]) -> None:
    message = await house.refused(
        "POST", "/v2/droplets", {"name": "web", "size": SIZE, "image": SLUG, **wish}
    )
    assert message.endswith("not available here.")


async def test_lists_are_filtered_by_name_in_any_case_and_by_tag(house: House) -> None:
    await house.create("Web-01", tags=["env:prod", "web"])
    await house.create("db-01", tags=["env:prod"])

    async def names(query: str) -> list[str]:
        return [droplet["name"] for droplet in (await house.ok("GET", f"/v2/droplets?{query}"))["droplets"]]

    assert await names("name=web-01") == ["Web-01"]
    assert await names("tag_name=web") == ["Web-01"]
    assert await names("tag_name=env:prod") == ["Web-01", "db-01"]
    assert await names("type=gpus") == []
    await house.refused("GET", "/v2/droplets?tag_name=web&name=web-01")


async def test_a_deleted_droplet_is_gone_at_once_and_its_snapshots_stay(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"])
    response = await house.client.delete(f"/v2/droplets/{droplet['id']}")
    assert (response.status_code, response.content) == (204, b"")
    await house.refused("GET", f"/v2/droplets/{droplet['id']}", status=404)
    await house.refused("DELETE", f"/v2/droplets/{droplet['id']}", status=404)
    await house.refused("GET", f"/v2/droplets/{droplet['id']}/actions", status=404)
    assert (await house.ok("GET", f"/v2/snapshots/{image_id}"))["snapshot"]["resource_id"] == str(
        droplet["id"]
    )


async def test_the_story_that_must_always_work(house: House) -> None:
    """Power off, Snapshot, power on; later restore, or create another Droplet from it."""
    droplet = await house.create()
    await house.act(droplet["id"], "power_off")
    image_id = await house.snapshot(droplet["id"], "2026-07-01")
    await house.act(droplet["id"], "power_on")
    now = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
    assert (now["status"], now["snapshot_ids"]) == ("active", [image_id])
    assert (await house.act(droplet["id"], "restore", image=image_id)).state is ActionState.COMPLETED
    copy = await house.create("copy", image=image_id)
    assert (copy["status"], copy["image"]["name"]) == ("active", "2026-07-01")
    message = await house.refused(
        "POST", f"/v2/droplets/{copy['id']}/actions", {"type": "restore", "image": image_id}
    )
    assert "own Snapshots" in message


async def test_a_droplet_outlives_the_image_it_was_made_from(house: House) -> None:
    image_id = await house.snapshot((await house.create())["id"])
    copy = await house.create("copy", image=image_id)
    await house.ok("DELETE", f"/v2/images/{image_id}")
    await house.settled()
    shown = (await house.ok("GET", f"/v2/droplets/{copy['id']}"))["droplet"]["image"]
    assert (shown["id"], shown["status"]) == (image_id, "deleted")


async def test_powering_off_what_is_off_says_the_words_that_terraform_looks_for(house: House) -> None:
    droplet = await house.create()
    await house.act(droplet["id"], "power_off")
    message = await house.refused("POST", f"/v2/droplets/{droplet['id']}/actions", {"type": "power_off"})
    assert "Droplet is already powered off" in message


async def test_shutting_down_what_is_off_completes_as_terraform_expects_before_it_destroys(
    house: House,
) -> None:
    droplet = await house.create()
    for _ in range(2):
        assert (await house.act(droplet["id"], "shutdown")).state is ActionState.COMPLETED
        shown = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
        assert (shown["status"], shown["locked"]) == ("off", False)


async def test_powering_on_what_is_on_is_accepted_and_completes(house: House) -> None:
    droplet = await house.create()
    assert (await house.act(droplet["id"], "power_on")).state is ActionState.COMPLETED


async def test_a_second_action_is_refused_while_one_is_open(house: House) -> None:
    droplet = await house.create()
    path, body = f"/v2/droplets/{droplet['id']}/actions", {"type": "snapshot"}
    responses = [await house.client.post(path, json=body) for _ in range(2)]
    assert [response.status_code for response in responses] == [201, 422]
    assert responses[1].json()["message"] == "Droplet already has a pending event."


@pytest.mark.parametrize("other", ["snapshot", "destroy"])
async def test_of_two_things_asked_at_once_what_was_accepted_is_done(house: House, other: str) -> None:
    for _ in range(3):
        droplet = await house.create()
        path = f"/v2/droplets/{droplet['id']}"
        take = "POST", f"{path}/actions", {"type": "snapshot", "name": "raced"}
        asked = [take, *[("DELETE", path, None)] * 2 * (other == "destroy"), take]
        sent = (house.client.request(method, where, json=body) for method, where, body in asked)
        answers = await asyncio.gather(*sent)
        accepted = [each.json()["action"]["id"] for each in answers if each.status_code == 201]
        ended = [(await house.finished(each)).state for each in accepted]
        await house.settled()
        refused = [each.status_code for each in answers if each.is_client_error]
        if other == "snapshot":
            assert set(ended) == {ActionState.COMPLETED}
            assert set(refused) <= {422}
        else:
            assert [each.status_code for each in answers].count(204) == 1
            assert set(refused) <= {404, 422}
            await house.refused("GET", path, status=404)
        taken = (await house.ok("GET", "/v2/snapshots"))["snapshots"]
        assert len(taken) == ended.count(ActionState.COMPLETED)
        for each in taken:
            await house.ok("DELETE", f"/v2/snapshots/{each['id']}")
        await house.settled()


async def test_a_finished_snapshot_is_listed_before_its_action_completes(house: House) -> None:
    droplet = await house.create()
    action = await house.act(droplet["id"], "snapshot", name="a")
    assert action.state.wire == "completed"
    (listed,) = (await house.ok("GET", f"/v2/droplets/{droplet['id']}/snapshots"))["snapshots"]
    assert (listed["name"], listed["type"], type(listed["id"])) == ("a", "snapshot", int)


async def test_a_snapshot_is_dated_when_its_action_began_as_terraform_knows_it_by_that(house: House) -> None:
    droplet = await house.create()
    await house.ok("PUT", "/dew/v1/simulate", {"delays": {"snapshot": 1.1}})
    action = await house.act(droplet["id"], "snapshot", name="a")
    shown = (await house.ok("GET", f"/v2/actions/{action.id}"))["action"]
    (listed,) = (await house.ok("GET", f"/v2/droplets/{droplet['id']}/snapshots"))["snapshots"]
    assert listed["created_at"] == shown["started_at"] < shown["completed_at"]


async def test_a_snapshot_without_a_name_gets_the_droplets_and_the_time(house: House) -> None:
    droplet = await house.create("web-01")
    image_id = await house.snapshot(droplet["id"], "")
    name = (await house.ok("GET", f"/v2/snapshots/{image_id}"))["snapshot"]["name"]
    assert name.startswith("web-01-1")
    assert name.removeprefix("web-01-").isdigit()


@pytest.mark.parametrize(
    ("type_", "status"),
    [
        ("change_kernel", 501),
        ("enable_ipv6", 501),
        ("dance", 422),
        (None, 422),
        (3, 422),
    ],
)
async def test_an_action_that_is_not_offered_is_refused_clearly(
    house: House, type_: object, status: int
) -> None:
    droplet = await house.create()
    await house.refused("POST", f"/v2/droplets/{droplet['id']}/actions", {"type": type_}, status)
    await house.refused("POST", "/v2/droplets/4711/actions", {"type": "power_on"}, status=404)


async def test_an_action_is_found_from_everywhere_but_another_droplet(house: House) -> None:
    first, second = await house.create("a"), await house.create("b")
    action = await house.act(first["id"], "power_off")
    for path in (f"/v2/actions/{action.id}", f"/v2/droplets/{first['id']}/actions/{action.id}"):
        assert (await house.ok("GET", path))["action"]["id"] == action.id
    await house.refused("GET", f"/v2/droplets/{second['id']}/actions/{action.id}", status=404)


async def test_by_tag_all_droplets_act_or_none(house: House) -> None:
    first, second = await house.create("a", tags=["web"]), await house.create("b", tags=["web"])
    made = await house.ok("POST", "/v2/droplets/actions?tag_name=web", {"type": "power_off"})
    assert {action["resource_id"] for action in made["actions"]} == {first["id"], second["id"]}
    for action in made["actions"]:
        await house.finished(action["id"])
    await house.act(first["id"], "power_on")
    before = (await house.ok("GET", "/v2/actions"))["meta"]["total"]
    await house.refused("POST", "/v2/droplets/actions?tag_name=web", {"type": "power_off"})
    assert (await house.ok("GET", "/v2/actions"))["meta"]["total"] == before
    await house.refused("POST", "/v2/droplets/actions", {"type": "power_off"})
    await house.refused("DELETE", "/v2/droplets")  # never all of them because a tag was forgotten


async def test_backups_are_never_silently_promised(house: House) -> None:
    droplet = await house.create()
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}/backups"))["backups"] == []
    assert (droplet["features"], droplet["next_backup_window"]) == ([], None)
