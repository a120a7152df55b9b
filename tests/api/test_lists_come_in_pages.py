"""Pages as DigitalOcean's clients walk them, and lists that stay fast."""

import pytest
from sqlalchemy import event

from tests.api.house import House, client_of

OWN_LISTS = ("actions", "snapshots", "droplets")


async def test_links_lead_through_all_pages_and_back(house: House) -> None:
    for number in range(5):
        await house.create(f"web-{number}", tags=["web"])
    first = await house.ok("GET", "/v2/droplets?per_page=2&tag_name=web")
    assert first["meta"]["total"] == 5
    assert set(first["links"]["pages"]) == {"next", "last"}
    names, page = [], first
    while True:
        names += [droplet["name"] for droplet in page["droplets"]]
        following = page["links"].get("pages", {}).get("next")
        if following is None:
            break
        assert "tag_name=web" in following  # filters are kept
        page = await house.ok("GET", following)
    assert names == [f"web-{number}" for number in range(5)]
    assert set(page["links"]["pages"]) == {"first", "prev"}


async def test_links_name_the_host_that_was_asked_and_never_another(house: House) -> None:
    """A client follows them with its token."""
    async with client_of(house.app, house.token, "127.0.0.1:8080") as client:
        links = (await client.get("/v2/sizes?per_page=1")).json()["links"]["pages"]
    assert links["next"] == "http://127.0.0.1:8080/v2/sizes?per_page=1&page=2"


async def test_a_single_page_has_empty_links(house: House) -> None:
    assert (await house.ok("GET", "/v2/images"))["links"] == {}


@pytest.mark.parametrize(
    "query", ["page=0", "page=-3", "per_page=0", "per_page=1000", "page=99999999999999999999"]
)
async def test_numbers_out_of_range_are_moved_into_it(house: House, query: str) -> None:
    assert (await house.get(f"/v2/sizes?{query}")).status_code == 200


@pytest.mark.parametrize("query", ["page=two", "per_page=1e3", "page=²"])
async def test_what_is_no_number_is_refused(house: House, query: str) -> None:
    await house.refused("GET", f"/v2/droplets?{query}")


async def test_no_list_asks_the_database_more_often_the_longer_it_is(house: House) -> None:
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    event.listen(house.database._engine.sync_engine, "before_cursor_execute", count)

    async def queries(path: str) -> int:
        nonlocal asked
        asked = 0
        await house.ok("GET", path)
        return asked

    paths = ("/v2/droplets", "/v2/images", "/v2/actions", *(f"/dew/v1/{noun}" for noun in OWN_LISTS))
    await house.snapshot((await house.create("web-0"))["id"])
    short = [await queries(path) for path in paths]
    for number in range(1, 5):
        await house.snapshot((await house.create(f"web-{number}"))["id"])
    assert [await queries(path) for path in paths] == short
