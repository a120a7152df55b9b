"""The default project and the default VPCs: what clients expect to be there without having made it."""

import pytest

from tests.api.house import SIZE, House


async def test_there_is_one_project_and_every_droplet_is_in_it(house: House) -> None:
    droplet = await house.create()
    (listed,) = (await house.ok("GET", "/v2/projects"))["projects"]
    assert listed["is_default"] is True
    for which in ("default", listed["id"]):
        assert (await house.ok("GET", f"/v2/projects/{which}"))["project"] == listed
        (resource,) = (await house.ok("GET", f"/v2/projects/{which}/resources"))["resources"]
        assert resource["urn"] == f"do:droplet:{droplet['id']}"
        assert resource["links"]["self"] == f"http://localhost/v2/droplets/{droplet['id']}"
        body = {"resources": [resource["urn"]]}  # as doctl does with --project-id
        (assigned,) = (await house.ok("POST", f"/v2/projects/{which}/resources", body))["resources"]
        assert (assigned["urn"], assigned["status"]) == (resource["urn"], "already_assigned")


async def test_the_project_can_be_called_otherwise(house: House) -> None:
    whole = {"name": "api", "description": "", "purpose": "mine", "environment": "Production"}
    project = (await house.ok("PUT", "/v2/projects/default", {**whole, "is_default": True}))["project"]
    assert project["purpose"] == "Other: mine"
    patched = (await house.ok("PATCH", "/v2/projects/default", {"name": "web"}))["project"]
    assert (patched["name"], patched["environment"]) == ("web", "Production")
    assert (await house.ok("GET", "/v2/projects"))["projects"] == [patched]


async def test_what_makes_no_sense_of_a_project_is_refused(house: House) -> None:
    for body in ({"environment": "Moon"}, {"name": "x" * 176}, {"is_default": False}, {"purpose": 1}):
        await house.refused("PATCH", "/v2/projects/default", body)
    await house.refused("PUT", "/v2/projects/default", {"name": "x"})
    for method, path in (("GET", "nothing"), ("GET", "nothing/resources"), ("PATCH", "nothing")):
        await house.refused(method, f"/v2/projects/{path}", {}, status=404)
    for urn, status in (("do:droplet:999", 404), ("do:domain:example.com", 404), ("x", 422), (1, 422)):
        await house.refused("POST", "/v2/projects/default/resources", {"resources": [urn]}, status=status)


async def test_a_droplet_is_in_the_default_vpc_of_its_region(house: House) -> None:
    here, there = await house.create(), await house.create("away", region="fra1")
    vpcs = {vpc["region"]: vpc for vpc in (await house.ok("GET", "/v2/vpcs"))["vpcs"]}
    for droplet in (here, there):
        vpc = vpcs[droplet["region"]["slug"]]
        assert droplet["vpc_uuid"] == vpc["id"]
        assert vpc["default"] is True
        assert (await house.ok("GET", f"/v2/vpcs/{vpc['id']}"))["vpc"] == vpc
        (member,) = (await house.ok("GET", f"/v2/vpcs/{vpc['id']}/members"))["members"]
        assert (member["urn"], member["name"]) == (f"do:droplet:{droplet['id']}", droplet["name"])
        path = f"/v2/vpcs/{vpc['id']}/members?resource_type="
        assert (await house.ok("GET", f"{path}droplet"))["meta"]["total"] == 1
        assert (await house.ok("GET", f"{path}dbaas"))["members"] == []
    await house.refused("GET", "/v2/vpcs/nothing", status=404)
    await house.refused("GET", "/v2/vpcs/nothing/members", status=404)


async def test_a_droplet_goes_where_its_vpc_is(house: House) -> None:
    vpcs = {vpc["region"]: vpc["id"] for vpc in (await house.ok("GET", "/v2/vpcs"))["vpcs"]}
    droplet = await house.create(vpc_uuid=vpcs["fra1"])
    assert (droplet["region"]["slug"], droplet["vpc_uuid"]) == ("fra1", vpcs["fra1"])
    body = {"name": "x", "size": SIZE, "image": house.image_id}
    assert "invalid VPC" in await house.refused("POST", "/v2/droplets", {**body, "vpc_uuid": "nothing"})
    wrong = {**body, "vpc_uuid": vpcs["fra1"], "region": "nyc3"}
    assert "The VPC is in fra1" in await house.refused("POST", "/v2/droplets", wrong)


@pytest.mark.parametrize("given", [None, ""])
async def test_a_vpc_that_is_left_out_is_the_default_one(house: House, given: str | None) -> None:
    assert (await house.create(vpc_uuid=given))["vpc_uuid"]
