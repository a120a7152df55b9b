"""destroy_with_associated_resources: what goes, what stays, how far it is, and another try."""

from sqlalchemy import update

from dew.actions.delete_image import DELETE_IMAGE
from dew.database.tables import actions
from dew.model.action import ActionState
from tests.api.house import House

NONE = {"reserved_ips": [], "floating_ips": [], "volumes": [], "volume_snapshots": []}
DANGEROUS = {"x-dangerous": "true"}


def path(droplet_id: int, end: str = "") -> str:
    return f"/v2/droplets/{droplet_id}/destroy_with_associated_resources{end}"


async def test_what_could_go_with_a_droplet_is_listed(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"], "before")
    found = await house.ok("GET", path(droplet["id"]))
    assert found == {**NONE, "snapshots": [{"id": str(image_id), "name": "before", "cost": "0.00"}]}
    await house.refused("GET", path(999), status=404)


async def test_only_the_snapshots_that_are_named_go_along(house: House) -> None:
    droplet = await house.create()
    first, second = (
        await house.snapshot(droplet["id"], "first"),
        await house.snapshot(droplet["id"], "second"),
    )
    body = {"snapshots": [str(first)]}
    response = await house.client.request("DELETE", path(droplet["id"], "/selective"), json=body)
    assert (response.status_code, response.content) == (202, b"")
    await house.settled()
    await house.refused("GET", f"/v2/droplets/{droplet['id']}", status=404)
    left = (await house.ok("GET", "/v2/snapshots"))["snapshots"]
    assert [each["id"] for each in left] == [str(second)]
    status = await house.ok("GET", path(droplet["id"], "/status"))
    assert status["failures"] == 0
    assert status["droplet"]["id"] == str(droplet["id"])
    assert status["droplet"]["destroyed_at"] <= status["completed_at"]
    (gone,) = status["resources"]["snapshots"]
    assert (gone["id"], gone["name"]) == (str(first), "first")
    assert gone["destroyed_at"] <= status["completed_at"]


async def test_everything_goes_only_when_the_danger_is_acknowledged(house: House) -> None:
    droplet, other = await house.create(), await house.create("other")
    await house.snapshot(droplet["id"])
    kept = await house.snapshot(other["id"])
    assert "X-Dangerous" in await house.refused("DELETE", path(droplet["id"], "/dangerous"))
    response = await house.client.delete(path(droplet["id"], "/dangerous"), headers=DANGEROUS)
    assert response.status_code == 202
    await house.settled()
    assert [each["id"] for each in (await house.ok("GET", "/v2/snapshots"))["snapshots"]] == [str(kept)]
    assert [each["id"] for each in (await house.ok("GET", "/v2/droplets"))["droplets"]] == [other["id"]]
    assert (
        await house.client.delete(path(droplet["id"], "/dangerous"), headers=DANGEROUS)
    ).status_code == 404


async def test_what_is_not_the_droplets_refuses_for_all(house: House) -> None:
    droplet, other = await house.create(), await house.create("other")
    own, foreign = await house.snapshot(droplet["id"]), await house.snapshot(other["id"])
    for body in (
        {"snapshots": [str(own), str(foreign)]},
        {"snapshots": ["x"]},
        {"volumes": ["506f78a4-e098-11e5-ad9f-000f53306ae1"]},
    ):
        await house.refused("DELETE", path(droplet["id"], "/selective"), body, status=404)
    assert (await house.ok("GET", "/v2/snapshots"))["meta"]["total"] == 2
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]["status"] == "active"


async def test_a_failure_is_told_and_can_be_tried_again(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"])
    await house.refused("GET", path(droplet["id"], "/status"), status=404)
    await house.refused("POST", path(droplet["id"], "/retry"), status=404)
    await house.client.delete(path(droplet["id"], "/dangerous"), headers=DANGEROUS)
    await house.settled()
    broken = {"state": ActionState.STUCK.value, "step": "", "error": "The disk failed."}
    of_the_image = (actions.c.kind == DELETE_IMAGE.name) & (actions.c.resource_id == image_id)
    async with house.database.write() as tx:
        await tx.execute(update(actions).where(of_the_image).values(**broken))
    status = await house.ok("GET", path(droplet["id"], "/status"))
    assert status["failures"] == 1
    assert status["resources"]["snapshots"][0]["error_message"] == "The disk failed."
    assert "destroyed_at" not in status["resources"]["snapshots"][0]
    response = await house.client.post(path(droplet["id"], "/retry"))
    assert (response.status_code, response.content) == (202, b"")
    await house.settled()
    assert (await house.ok("GET", path(droplet["id"], "/status")))["failures"] == 0


async def test_no_second_try_while_the_first_is_under_way(house: House) -> None:
    droplet = await house.create()
    await house.client.delete(path(droplet["id"], "/dangerous"), headers=DANGEROUS)
    await house.settled()
    async with house.database.write() as tx:
        going_on = {"state": ActionState.RUNNING.value, "completed_at": None}
        await tx.execute(update(actions).where(actions.c.kind == "destroy").values(**going_on))
    await house.refused("POST", path(droplet["id"], "/retry"), status=409)
    assert "completed_at" not in await house.ok("GET", path(droplet["id"], "/status"))
