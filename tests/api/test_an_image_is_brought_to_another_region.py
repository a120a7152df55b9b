"""transfer: an Image gets one more region, and only there can Droplets be created from it."""

from tests.api.house import SIZE, House


async def test_a_snapshot_is_usable_where_it_is_and_where_it_was_transferred(house: House) -> None:
    droplet = await house.create(region="nyc3")
    image_id = await house.snapshot(droplet["id"])
    body = {"name": "copy", "size": SIZE, "image": image_id, "ssh_keys": [house.key_id], "region": "fra1"}
    assert "not available in fra1" in await house.refused("POST", "/v2/droplets", body)
    asked = {"type": "transfer", "region": "fra1"}
    made = (await house.ok("POST", f"/v2/images/{image_id}/actions", asked))["action"]
    assert (made["type"], made["resource_type"], made["resource_id"]) == ("transfer", "image", image_id)
    await house.finished(made["id"])
    for path in (f"/v2/actions/{made['id']}", f"/v2/images/{image_id}/actions/{made['id']}"):
        assert (await house.ok("GET", path))["action"]["status"] == "completed"
    for path, key in ((f"/v2/images/{image_id}", "image"), (f"/v2/snapshots/{image_id}", "snapshot")):
        assert (await house.ok("GET", path))[key]["regions"] == ["nyc3", "fra1"]
    assert (await house.create("copy", image=image_id, region="fra1"))["region"]["slug"] == "fra1"


async def test_an_image_is_brought_to_many_regions_at_once_as_packer_does(house: House) -> None:
    droplet = await house.create(region="nyc3")
    image_id, lost = [await house.snapshot(droplet["id"]) for _ in range(2)]
    await house.ok("PUT", "/dew/v1/simulate", {"delays": {"transfer": 0.2}})

    async def transfer(image_id: int, region: str) -> int:
        path, asked = f"/v2/images/{image_id}/actions", {"type": "transfer", "region": region}
        return int((await house.ok("POST", path, asked))["action"]["id"])

    begun = [await transfer(image_id, region) for region in ("fra1", "lon1", "fra1")]
    begun_in_vain = await transfer(lost, "fra1")
    await house.ok("DELETE", f"/v2/images/{lost}")
    assert {(await house.finished(each)).state.wire for each in begun} == {"completed"}
    assert (await house.finished(begun_in_vain)).state.wire == "errored"
    assert (await house.ok("GET", f"/v2/images/{image_id}"))["image"]["regions"] == ["nyc3", "fra1", "lon1"]


async def test_a_droplet_goes_where_its_image_is_when_no_region_is_named(house: House) -> None:
    droplet = await house.create(region="fra1")
    image_id = await house.snapshot(droplet["id"])
    assert (await house.create("copy", image=image_id))["region"]["slug"] == "fra1"


async def test_a_transfer_that_makes_no_sense_is_refused(house: House) -> None:
    droplet = await house.create(region="nyc3")
    image_id = await house.snapshot(droplet["id"])
    path = f"/v2/images/{image_id}/actions"
    assert "already available in nyc3" in await house.refused(
        "POST", path, {"type": "transfer", "region": "nyc3"}
    )
    for region in ("moon1", "", None, 1):
        await house.refused("POST", path, {"type": "transfer", "region": region})
    everywhere = {"type": "transfer", "region": "fra1"}
    await house.refused("POST", f"/v2/images/{house.image_id}/actions", everywhere)
    await house.refused("POST", "/v2/images/999/actions", everywhere, status=404)
    for type_ in ("dance", None, ["transfer"]):
        await house.refused("POST", path, {"type": type_})
