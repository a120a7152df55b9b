"""What a list of Droplets and a choice of sizes tell, so that nobody has to ask for each by itself."""

from datetime import UTC, datetime

import pytest

from dew.compute.memory import MemoryDelays
from dew.database import damage, guests, images, layers
from dew.database.connect import Database
from dew.model.droplet import Observed
from dew.model.image import ImageKind
from dew.model.size import SIZES
from tests.api.house import SIZE, House

GIB = 2**30
HALF_GIB = GIB // 2  # of its memory the machine keeps for itself


async def overviews(house: House) -> dict[str, dict[str, object]]:
    found = (await house.ok("GET", "/dew/v1/droplets"))["droplets"]
    return {each["name"]: each for each in found}


async def test_a_list_of_droplets_tells_how_each_is_and_what_was_taken_of_it(house: House) -> None:
    taken, plain = await house.create("taken"), await house.create("plain")
    await house.snapshot(taken["id"], "first")
    last = await house.snapshot(taken["id"], "second")
    async with house.database.write() as tx:
        await guests.record(tx, taken["id"], Observed.PAUSED, "The disk is full.", [(8022, 22), (80, 80)])
    shown = await overviews(house)
    assert shown["taken"] == {
        "id": taken["id"],
        "name": "taken",
        "status": "active",
        "address": taken["networks"]["v4"][0]["ip_address"],
        "ssh_port": 8022,
        "reason": "The disk is full.",
        "open_action_id": None,
        "snapshot_count": 2,
        "last_snapshot_at": (await house.ok("GET", f"/v2/snapshots/{last}"))["snapshot"]["created_at"],
        "last_backup_at": None,
        "damage": "",
    }
    assert (shown["plain"]["snapshot_count"], shown["plain"]["last_snapshot_at"]) == (0, None)
    assert shown["plain"]["id"] == plain["id"]


async def test_a_backup_is_told_apart_from_a_snapshot(house: House) -> None:
    droplet = await house.create()
    await house.snapshot(droplet["id"])
    made_at = datetime(2024, 5, 1, 3, tzinfo=UTC)
    await take_backup(house.database, droplet["id"], made_at)
    (shown,) = (await house.ok("GET", "/dew/v1/droplets"))["droplets"]
    assert (shown["snapshot_count"], shown["last_backup_at"]) == (1, "2024-05-01T03:00:00Z")


async def take_backup(database: Database, droplet_id: int, at: datetime) -> None:
    async with database.write() as tx:
        layer_id = await layers.add_layer(tx, None, GIB, at)
        new = images.NewImage(
            ImageKind.BACKUP, "nightly", "Debian", "", layer_id, GIB, droplet_id, region="nyc3"
        )
        await images.finish(tx, await images.plan(tx, new, at))


async def test_a_droplet_on_a_damaged_disk_says_so_in_the_list(house: House) -> None:
    await house.create("broken")
    async with house.database.write() as tx:
        base = await images.get(tx, house.image_id)
        await damage.judge(tx, base.layer_id, "Layer 1 lost bytes.", datetime.now(UTC))
    assert (await overviews(house))["broken"]["damage"] == "Layer 1 lost bytes."


async def test_an_open_action_and_a_deleted_droplet_are_seen_at_once(house: House) -> None:
    house.host._delays = MemoryDelays(start_seconds=0.3)
    made = await house.ok(
        "POST",
        "/v2/droplets",
        {"name": "new", "size": SIZE, "image": house.image_id, "ssh_keys": [house.key_id]},
    )
    shown = (await overviews(house))["new"]
    assert (shown["status"], shown["open_action_id"]) == ("new", made["links"]["actions"][0]["id"])
    await house.settled()
    await house.ok("DELETE", f"/v2/droplets/{made['droplet']['id']}")
    assert await overviews(house) == {}


async def sizes(house: House, query: str = "") -> dict[str, str]:
    """Return why a size does not fit, by slug."""
    found = (await house.ok("GET", f"/dew/v1/sizes{query}"))["sizes"]
    assert all(each["fits"] is not bool(each["reason"]) for each in found)
    return {each["slug"]: each["reason"] for each in found}


async def test_a_size_fits_exactly_when_a_droplet_of_it_is_not_refused(house: House) -> None:
    house.host.guests.memory_bytes = HALF_GIB + 2 * GIB
    judged = await sizes(house)
    assert list(judged) == [size.slug for size in SIZES]
    wanted = {"name": "new", "image": house.image_id, "ssh_keys": [house.key_id]}
    for slug in reversed(judged):  # the big ones first, as they are to be refused and make nothing
        body = wanted | {"size": slug}
        if judged[slug]:
            assert await house.refused("POST", "/v2/droplets", body) == judged[slug]
    assert "needs 4 GiB of memory, and 0 of 2 GiB are promised" in judged["s-2vcpu-4gb"]
    assert judged["s-1vcpu-2gb"] == ""
    await house.create("new", size="s-1vcpu-2gb")
    assert all((await sizes(house)).values()), "now it is full"


async def test_asking_what_fits_makes_nothing(house: House) -> None:
    await sizes(house)
    assert (await house.ok("GET", "/v2/droplets"))["meta"]["total"] == 0
    assert (await house.ok("GET", "/v2/actions"))["meta"]["total"] == 1, "the build of the image"


@pytest.mark.parametrize("on", [True, False])
async def test_a_droplet_is_told_what_it_can_be_resized_to_whether_it_is_on_or_off(
    house: House, on: bool
) -> None:
    """Its own memory does not stand in its way: it is given back before it gets the other."""
    droplet = await house.create(size="s-1vcpu-1gb")
    if not on:
        await house.act(droplet["id"], "power_off")
    house.host.guests.memory_bytes = HALF_GIB + 2 * GIB
    judged = await sizes(house, f"?droplet_id={droplet['id']}")
    assert [judged["s-1vcpu-512mb-10gb"], judged["s-1vcpu-2gb"]] == ["", ""], "its disk stays as it is"
    assert "needs 4 GiB of memory, and 0 of 2 GiB" in judged["s-2vcpu-4gb"]
    with_disk = await sizes(house, f"?droplet_id={droplet['id']}&disk=true")
    assert with_disk["s-1vcpu-512mb-10gb"] == "Size can not decrease size of Droplet's disk image"
    if on:
        await house.act(droplet["id"], "power_off")
    resized = {"type": "resize", "size": "s-2vcpu-4gb"}
    refusal = await house.refused("POST", f"/v2/droplets/{droplet['id']}/actions", resized)
    assert refusal == judged["s-2vcpu-4gb"]


async def test_sizes_of_a_droplet_that_is_not_there_are_not_found(house: House) -> None:
    await house.refused("GET", "/dew/v1/sizes?droplet_id=4711", status=404)
    await house.refused("GET", "/dew/v1/sizes?droplet_id=web")
