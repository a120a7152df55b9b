"""Images that are being fetched or imported: Dew lists them all, and ends what nobody wants any more."""

import asyncio
from typing import Any

import pytest

from dew.actions import import_image
from dew.images.simulated import SimulatedCatalogue, SimulatedImporter
from dew.model.action import ActionState
from tests.api.house import House
from tests.api.test_snapshots_travel_as_files import uploaded
from tests.unit import hostile_images


async def without_end(*_: object, **__: object) -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_image, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(SimulatedCatalogue, "fetch", without_end)
    monkeypatch.setattr(SimulatedImporter, "convert", without_end)


async def fetch(house: House) -> dict[str, Any]:
    answer: dict[str, Any] = await house.ok("POST", "/dew/v1/images", {"name": "ubuntu-24-04-x64"})
    return answer


async def import_snapshot(house: House) -> dict[str, Any]:
    manifest = {
        "format": "dew-snapshot",
        "format_version": 1,
        "name": "theirs",
        "consistency": "off",
        "created_at": "2024-05-01T12:00:00Z",
        "upload_id": await uploaded(house, hostile_images.qcow2()),
    }
    answer: dict[str, Any] = await house.ok("POST", "/dew/v1/snapshots/import", manifest)
    return answer


async def import_upload(house: House) -> dict[str, Any]:
    wanted = {"name": "mine", "upload_id": await uploaded(house, hostile_images.qcow2())}
    answer: dict[str, Any] = await house.ok("POST", "/dew/v1/images/import", wanted)
    return answer


async def reached(house: House, action_id: int, step: str) -> None:
    async with asyncio.timeout(5):
        while (await house.ok("GET", f"/dew/v1/actions/{action_id}"))["action"]["step"] != step:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("begin", "last_step"), [(fetch, ""), (import_snapshot, "inspect"), (import_upload, "inspect")]
)
async def test_it_is_listed_with_its_state_and_ends_when_it_is_deleted(
    house: House, begin: Any, last_step: str
) -> None:
    begun = await begin(house)
    image_id = begun["action"]["resource_id"]
    await reached(house, begun["action"]["id"], last_step)
    listed = (await house.ok("GET", "/dew/v1/images"))["images"]
    assert {each["id"]: each["status"] for each in listed}[image_id] == "pending"
    public = [each["id"] for each in (await house.ok("GET", "/v2/images"))["images"]]
    assert (image_id in public) == (begin is import_upload), "as DigitalOcean has it"
    if begin is not import_upload:
        await house.refused("DELETE", f"/v2/images/{image_id}", status=404)
    await house.ok("DELETE", f"/dew/v1/images/{image_id}")
    action = await house.finished(begun["action"]["id"])
    assert (action.state, action.error) == (ActionState.ERRORED, "It was called off.")
    listed = (await house.ok("GET", "/dew/v1/images"))["images"]
    assert image_id not in [each["id"] for each in listed]
    for upload in (await house.ok("GET", "/dew/v1/uploads"))["uploads"]:
        assert not upload["importing"], "it is given back"
