"""Tags: made, put on and taken off what they fit, counted, and used to act on many."""

import pytest

from tests.api.house import House


async def statistics(house: House, name: str) -> dict[str, object]:
    found: dict[str, object] = (await house.ok("GET", f"/v2/tags/{name}"))["tag"]["resources"]
    return found


async def test_a_tag_counts_what_has_it_and_names_what_got_it_last(house: House) -> None:
    first, second = await house.create(tags=["web"]), await house.create("web-02", tags=["web", "prod"])
    image_id = await house.snapshot(first["id"])
    body = {"resources": [{"resource_id": str(image_id), "resource_type": "image"}]}
    assert (await statistics(house, "web"))[
        "last_tagged_uri"
    ] == f"http://localhost/v2/droplets/{second['id']}"
    assert await house.ok("POST", "/v2/tags/web/resources", body) is None
    told = await statistics(house, "web")
    assert told["count"] == 3
    assert told["droplets"] == {"count": 2, "last_tagged_uri": f"http://localhost/v2/droplets/{second['id']}"}
    assert told["images"] == {"count": 1, "last_tagged_uri": f"http://localhost/v2/images/{image_id}"}
    assert told["last_tagged_uri"] == f"http://localhost/v2/images/{image_id}"
    assert told["volumes"] == told["volume_snapshots"] == told["databases"] == {"count": 0}
    listed = (await house.ok("GET", "/v2/tags"))["tags"]
    assert [(tag["name"], tag["resources"]["count"]) for tag in listed] == [("web", 3), ("prod", 1)]


async def test_what_is_tagged_shows_it_and_is_found_by_it(house: House) -> None:
    droplet = await house.create()
    image_id = await house.snapshot(droplet["id"])
    assert (await house.ok("POST", "/v2/tags", {"name": "prod"}))["tag"]["resources"]["count"] == 0
    pair = [(droplet["id"], "droplet"), (image_id, "image")]
    body = {"resources": [{"resource_id": str(id_), "resource_type": type_} for id_, type_ in pair]}
    for _ in range(2):  # again is fine
        await house.ok("POST", "/v2/tags/prod/resources", body)
    found = (await house.ok("GET", "/v2/droplets?tag_name=prod"))["droplets"]
    assert [(each["id"], each["tags"]) for each in found] == [(droplet["id"], ["prod"])]
    assert [each["id"] for each in (await house.ok("GET", "/v2/images?tag_name=prod"))["images"]] == [
        image_id
    ]
    assert (await house.ok("GET", f"/v2/snapshots/{image_id}"))["snapshot"]["tags"] == ["prod"]
    for _ in range(2):
        response = await house.client.request("DELETE", "/v2/tags/prod/resources", json=body)
        assert response.status_code == 204
    assert (await house.ok("GET", "/v2/droplets?tag_name=prod"))["droplets"] == []
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]["tags"] == []
    assert (await statistics(house, "prod"))["count"] == 0


async def test_a_tag_that_is_deleted_is_on_nothing_any_more(house: House) -> None:
    droplet = await house.create(tags=["web", "prod"])
    assert await house.ok("DELETE", "/v2/tags/web") is None
    assert (await house.ok("GET", f"/v2/droplets/{droplet['id']}"))["droplet"]["tags"] == ["prod"]
    for method in ("GET", "DELETE"):
        await house.refused(method, "/v2/tags/web", status=404)
    assert (await house.ok("GET", "/v2/droplets?tag_name=web"))["meta"]["total"] == 0


async def test_the_first_capitals_of_a_tag_stay(house: House) -> None:
    await house.ok("POST", "/v2/tags", {"name": "PROD"})
    assert (await house.ok("POST", "/v2/tags", {"name": "prod"}))["tag"]["name"] == "PROD"
    droplet = await house.create(tags=["Prod", "pROD"])
    assert droplet["tags"] == ["PROD"]
    await house.refused("GET", "/v2/tags/prod", status=404)  # as DigitalOcean wants it
    assert (await statistics(house, "PROD"))["count"] == 1


async def test_what_is_deleted_is_not_counted(house: House) -> None:
    droplet = await house.create(tags=["web"])
    image_id = await house.snapshot(droplet["id"])
    body = {"resources": [{"resource_id": image_id, "resource_type": "image"}]}
    await house.ok("POST", "/v2/tags/web/resources", body)
    await house.ok("DELETE", f"/v2/images/{image_id}")
    await house.ok("DELETE", f"/v2/droplets/{droplet['id']}")
    assert (await statistics(house, "web"))["count"] == 0


async def test_all_with_a_tag_are_acted_on_and_deleted_together(house: House) -> None:
    made = [await house.create(f"web-{number}", tags=["web"]) for number in range(2)]
    other = await house.create("db")
    actions = (await house.ok("POST", "/v2/droplets/actions?tag_name=web", {"type": "power_off"}))["actions"]
    assert [action["resource_id"] for action in actions] == [each["id"] for each in made]
    await house.settled()
    await house.ok("DELETE", "/v2/droplets?tag_name=web")
    left = (await house.ok("GET", "/v2/droplets"))["droplets"]
    assert [each["id"] for each in left] == [other["id"]]


@pytest.mark.parametrize("name", [None, "", "no spaces", "ä", "x" * 256, 1, ["a"]])
async def test_a_tags_name_has_letters_digits_colons_dashes_and_underscores(
    house: House, name: object
) -> None:
    assert "letters, numbers" in await house.refused("POST", "/v2/tags", {"name": name})


async def test_one_resource_that_cannot_be_tagged_refuses_for_all(house: House) -> None:
    droplet = await house.create()
    await house.ok("POST", "/v2/tags", {"name": "web"})
    good = {"resource_id": str(droplet["id"]), "resource_type": "droplet"}
    for wrong, status in (
        ({"resource_id": "999", "resource_type": "droplet"}, 404),
        ({"resource_id": "999", "resource_type": "image"}, 404),
        ({"resource_id": "506f78a4-e098-11e5-ad9f-000f53306ae1", "resource_type": "volume"}, 404),
        ({"resource_id": "1", "resource_type": "kernel"}, 422),
        ({"resource_id": "1"}, 422),
        ("1", 422),
    ):
        await house.refused("POST", "/v2/tags/web/resources", {"resources": [good, wrong]}, status=status)
    for body in ({}, {"resources": []}, {"resources": "1"}):
        await house.refused("POST", "/v2/tags/web/resources", body)
    await house.refused("POST", "/v2/tags/nothing/resources", {"resources": [good]}, status=404)
    assert (await statistics(house, "web"))["count"] == 0


async def test_tags_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    droplet = await house.create(tags=["a"])
    monkeypatch.setattr("dew.database.tags.MOST_ON_ONE", 1)
    await house.ok("POST", "/v2/tags", {"name": "b"})
    body = {"resources": [{"resource_id": str(droplet["id"]), "resource_type": "droplet"}]}
    assert "at most 1 tags" in await house.refused("POST", "/v2/tags/b/resources", body)
    monkeypatch.setattr("dew.database.tags.MOST_TAGS", 2)
    await house.refused("POST", "/v2/tags", {"name": "c"}, status=429)
