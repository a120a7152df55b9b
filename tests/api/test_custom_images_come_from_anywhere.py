"""Custom Images over DigitalOcean's API: from a URL, in its states, and used like any other."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dew.actions import admission, import_image
from dew.database.actions import BUSY
from dew.images.simulated import SimulatedImporter
from dew.storage.memory import MemoryStore
from dew.storage.store import Usage
from tests.api.house import LIMIT_SECONDS, SIZE, House
from tests.unit import hostile_images
from tests.unit.mirror import Exchange, Mirror, mirror

IMAGE = hostile_images.raw(8 << 20)


@asynccontextmanager
async def web(**files: bytes) -> AsyncIterator[Mirror]:
    """Serve files on loopback, which this house's configuration allows."""

    async def answer(exchange: Exchange) -> None:
        name = exchange.path.removeprefix("/").replace(".", "_")
        if name in files:
            await exchange.give(files[name])
        else:
            await exchange.begin("404 Not Found", Content_Length=0)

    async with mirror(answer) as running:
        yield running


def wanted(url: str, **more: Any) -> dict[str, Any]:
    return {"name": "mine", "url": url, "region": "nyc3", **more}


async def ended(house: House, image_id: int) -> dict[str, Any]:
    """Wait for an import's end; return the Image as clients see it."""
    actions = await house.ok("GET", f"/dew/v1/actions?image_id={image_id}")
    await house.finished(actions["actions"][-1]["id"])
    return dict((await house.ok("GET", f"/v2/images/{image_id}"))["image"])


async def test_an_image_of_a_url_becomes_available_and_droplets_are_created_from_it(house: House) -> None:
    async with web(disk_raw_gz=gzip.compress(IMAGE)) as server:
        more = {"distribution": "Ubuntu", "description": "small", "tags": ["base", "prod"]}
        answer = await house.client.post("/v2/images", json=wanted(f"{server.url}/disk.raw.gz", **more))
        assert answer.status_code == 202
        new = answer.json()["image"]
        assert (new["status"], new["type"], new["regions"]) == ("NEW", "custom", [])
        image = await ended(house, new["id"])
    assert image["status"] == "available"
    assert image["min_disk_size"] == 1
    assert image["regions"] == ["nyc3"]
    assert {name: image[name] for name in more} == more
    listed = await house.ok("GET", "/v2/images?private=true&tag_name=prod")
    assert [each["id"] for each in listed["images"]] == [image["id"]]
    droplet = await house.create(image=image["id"])
    assert droplet["image"]["id"] == image["id"]
    await house.ok("DELETE", f"/v2/images/{image['id']}")
    assert (await house.get(f"/v2/images/{image['id']}")).status_code == 404


async def test_while_it_is_imported_it_is_pending_and_cannot_be_used(house: House) -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.begin("200 OK", Content_Length=len(IMAGE))
        await exchange.send(IMAGE[:1000])
        await exchange.writer.wait_closed()

    async with mirror(stall) as server:
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw"))
        image_id = made["image"]["id"]
        shown = (await house.ok("GET", f"/v2/images/{image_id}"))["image"]
        assert (shown["status"], shown["min_disk_size"], shown["size_gigabytes"]) == ("pending", None, None)
        listed = await house.ok("GET", "/v2/images?private=true")
        assert [each["status"] for each in listed["images"]] == ["pending"]
        body = {"name": "web", "size": SIZE, "image": image_id}
        assert "invalid image" in await house.refused("POST", "/v2/droplets", body)
        await house.ok("DELETE", f"/v2/images/{image_id}")  # calls the import off


@pytest.mark.parametrize("way", ["/v2", "/dew/v1"])
async def test_an_import_that_is_called_off_ends_in_the_middle_of_its_fetch(
    house: House, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    async def stall(exchange: Exchange) -> None:
        await exchange.begin("200 OK", Content_Length=len(IMAGE))
        await exchange.send(IMAGE[:1000])
        await exchange.writer.wait_closed()

    monkeypatch.setattr(import_image, "LOOK_EVERY_SECONDS", 0.1)
    async with mirror(stall) as server:
        image = (await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw")))["image"]
        (action,) = (await house.ok("GET", f"/dew/v1/actions?image_id={image['id']}"))["actions"]
        await house.ok("DELETE", f"{way}/images/{image['id']}")
        assert (await house.finished(action["id"])).error == "It was called off."
    assert (await house.get(f"/v2/images/{image['id']}")).status_code == 404


@pytest.mark.parametrize("way", ["/v2", "/dew/v1"])
async def test_an_import_that_is_as_good_as_done_is_busy_in_digitaloceans_words(
    house: House, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    reached, go_on, usage = asyncio.Event(), asyncio.Event(), MemoryStore.usage

    async def stall(store: MemoryStore, layer: int) -> Usage:
        reached.set()
        await go_on.wait()
        return await usage(store, layer)

    monkeypatch.setattr(MemoryStore, "usage", stall)
    async with web(disk_raw=IMAGE) as server:
        image = (await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw")))["image"]
        await asyncio.wait_for(reached.wait(), LIMIT_SECONDS)
        assert await house.refused("DELETE", f"{way}/images/{image['id']}") == BUSY
        go_on.set()
        assert (await ended(house, image["id"]))["status"] == "available"


async def test_an_import_ends_before_it_eats_the_reserve_that_others_ran_into(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = iter([10**12, 10**6])

    def usage(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=next(free, 10**6))

    async def slowly(exchange: Exchange) -> None:
        await exchange.begin("200 OK", Content_Length=len(IMAGE))
        for start in range(0, len(IMAGE), 1 << 20):
            await exchange.send(IMAGE[start : start + (1 << 20)])

    monkeypatch.setattr(admission.shutil, "disk_usage", usage)
    async with mirror(slowly) as server:
        image = (await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw")))["image"]
        assert "are a reserve" in (await ended(house, image["id"]))["error_message"]


async def test_a_failed_import_says_why(house: House) -> None:
    async with web(disk_raw=hostile_images.qcow2(backing=b"/etc/shadow")) as server:
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk"))
        assert "404" in (await ended(house, made["image"]["id"]))["error_message"]
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw"))
        image = await ended(house, made["image"]["id"])
    assert "said to be raw, but it is qcow2" in image["error_message"]
    assert (image["name"], image["type"], image["status"]) == ("mine", "custom", "deleted")
    assert (await house.ok("GET", "/v2/images?private=true"))["images"] == []


async def test_hostile_images_are_refused_packed_too_and_leave_nothing(house: House, directory: Path) -> None:
    for name in ("qcow2 with a backing file", "vmdk with a second extent", "vdi with a parent", "nothing"):
        make, reason = hostile_images.CORPUS[name]
        async with web(image=gzip.compress(make(), 1)) as server:
            made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/image"))
            image = await ended(house, made["image"]["id"])
        assert reason in image["error_message"], name
    assert not list(directory.glob("import-*"))
    assert (await house.ok("GET", "/v2/images?private=true"))["images"] == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/shadow",
        "ftp://example.org/x",
        "http://user:secret@example.org/x",
        "not a url",
        "http://",
        "",
    ],
)
async def test_urls_that_are_never_fetched_are_refused_at_once(url: str, house: House) -> None:
    await house.refused("POST", "/v2/images", wanted(url))


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0"])
async def test_addresses_that_are_not_public_are_refused(address: str, house: House) -> None:
    made = await house.ok("POST", "/v2/images", wanted(f"http://{address}/disk.raw"))
    assert "no public address" in (await ended(house, made["image"]["id"]))["error_message"]


async def test_a_redirect_to_what_is_not_public_is_refused(house: House) -> None:
    async def lure(exchange: Exchange) -> None:
        await exchange.begin("302 Found", Location="http://169.254.169.254/meta-data", Content_Length=0)

    async with mirror(lure) as server:
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw"))
        assert "no public address" in (await ended(house, made["image"]["id"]))["error_message"]


async def test_a_name_a_url_and_a_region_that_there_is_are_wanted(house: House) -> None:
    whole = wanted("http://localhost/x")
    for missing in ("name", "url"):
        await house.refused("POST", "/v2/images", {name: whole[name] for name in whole if name != missing})
    await house.refused("POST", "/v2/images", {**whole, "region": "moon1"})


async def test_a_custom_image_can_be_described_anew(house: House) -> None:
    async with web(disk_raw=IMAGE) as server:
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw"))
        image = await ended(house, made["image"]["id"])
    body = {"name": "other", "distribution": "Fedora", "description": "new"}
    changed = (await house.ok("PUT", f"/v2/images/{image['id']}", body))["image"]
    assert {name: changed[name] for name in body} == body


async def test_what_a_converter_that_was_taken_over_makes_is_not_taken_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the Image can be tried again: a stuck Action would hold its name for ever."""

    async def taken_over(_: object, source: Path, format: str, size: int, target: Path, *__: object) -> None:
        target.write_bytes(hostile_images.qcow2(features=1 << 2))

    monkeypatch.setattr(SimulatedImporter, "convert", taken_over)
    async with web(disk_raw=IMAGE) as server:
        made = await house.ok("POST", "/v2/images", wanted(f"{server.url}/disk.raw"))
        image = await ended(house, made["image"]["id"])
    assert "does not trust" in image["error_message"]
