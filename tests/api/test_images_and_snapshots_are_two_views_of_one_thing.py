"""Images and Snapshots."""

import asyncio

from tests.api.house import SLUG, House


async def test_a_snapshot_is_the_image_of_the_same_number(house: House) -> None:
    droplet = await house.create(region="fra1")
    image_id = await house.snapshot(droplet["id"])
    image = (await house.ok("GET", f"/v2/images/{image_id}"))["image"]
    snapshot = (await house.ok("GET", f"/v2/snapshots/{image_id}"))["snapshot"]
    assert (snapshot["id"], snapshot["resource_id"]) == (str(image_id), str(droplet["id"]))
    assert image["type"] == "snapshot"
    assert image["regions"] == snapshot["regions"] == ["fra1"]
    assert image["min_disk_size"] == snapshot["min_disk_size"] == droplet["disk"]


async def test_a_distribution_is_found_by_its_slug_and_offered_everywhere(house: House) -> None:
    image = (await house.ok("GET", f"/v2/images/{SLUG}"))["image"]
    assert (image["id"], image["type"], image["public"]) == (house.image_id, "base", True)
    assert "fra1" in image["regions"]


async def test_images_are_filtered_by_whose_they_are(house: House) -> None:
    image_id = await house.snapshot((await house.create())["id"])

    async def ids(query: str) -> list[int]:
        return [image["id"] for image in (await house.ok("GET", f"/v2/images?{query}"))["images"]]

    assert await ids("") == [house.image_id, image_id]
    assert await ids("private=true") == [image_id]
    assert await ids("private=false") == [house.image_id, image_id]
    assert await ids("type=distribution") == [house.image_id]
    assert await ids("type=application") == []
    assert await ids("type=distribution&private=true") == []
    assert await ids("tag_name=nothing") == []
    await house.refused("GET", "/v2/images?type=snapshot")


async def test_a_snapshot_can_be_renamed_and_a_distribution_cannot(house: House) -> None:
    image_id = await house.snapshot((await house.create())["id"])
    await house.ok("PUT", f"/v2/images/{image_id}", {"name": "before the upgrade"})
    assert (await house.ok("GET", f"/v2/snapshots/{image_id}"))["snapshot"]["name"] == "before the upgrade"
    await house.refused("PUT", f"/v2/images/{image_id}", {"name": ""})
    await house.refused("PUT", f"/v2/images/{house.image_id}", {"name": "mine"}, status=403)
    await house.refused("PUT", f"/v2/images/{SLUG}", {"name": "mine"}, status=404)


async def test_deleting_a_snapshot_leaves_the_others_and_the_droplet(house: House) -> None:
    droplet = await house.create()
    first, second = await house.snapshot(droplet["id"], "a"), await house.snapshot(droplet["id"], "b")
    assert (await house.client.delete(f"/v2/snapshots/{first}")).status_code == 204
    await house.settled()
    await house.refused("GET", f"/v2/images/{first}", status=404)
    now = (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]
    assert (now["snapshot_ids"], now["status"]) == ([second], "active")


async def test_a_snapshot_that_is_being_deleted_is_gone_for_whoever_asks_again(house: House) -> None:
    """Clients send a DELETE again when a connection breaks; "a pending event" is no answer."""
    path = f"/v2/snapshots/{await house.snapshot((await house.create())['id'])}"
    answers = await asyncio.gather(*(house.client.delete(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404, 404]


async def test_what_is_no_snapshot_says_so_in_digitaloceans_words(house: House) -> None:
    for method in ("GET", "DELETE"):
        message = await house.refused(method, f"/v2/snapshots/{house.image_id}", status=400)
        assert message == "the resource is not a snapshot"
    await house.refused("GET", "/v2/snapshots/fbe805e8-866b-11e6-96bf-000f53315a41", status=404)
    assert (await house.ok("GET", "/v2/snapshots?resource_type=volume"))["snapshots"] == []
    await house.refused("GET", "/v2/snapshots?resource_type=backup")


async def test_an_image_action_that_makes_no_sense_is_refused(house: House) -> None:
    path = f"/v2/images/{house.image_id}/actions"
    await house.refused("POST", path, {"type": "convert"})
    await house.refused("POST", path, {})


async def test_a_distribution_is_not_deleted_by_a_client_that_cleans_up_its_images(house: House) -> None:
    await house.refused("DELETE", f"/v2/images/{house.image_id}", status=403)
    await house.ok("DELETE", f"/dew/v1/images/{house.image_id}")
    await house.settled()
    await house.refused("GET", f"/v2/images/{SLUG}", status=404)
