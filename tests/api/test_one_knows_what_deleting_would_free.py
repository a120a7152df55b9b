"""What takes the space, what deleting it would free, and that deleting it does free that."""

from pathlib import Path
from typing import Any

from dew.actions.space import list_takers
from dew.database.holders import DROPLET, NOBODY, Holder, Holdings
from dew.reconcile.layers import Sweeper
from tests.api.house import House

EMPTY_BYTES = 200 * 1024  # of a Layer that nothing was written to, in the simulation
Takers = dict[tuple[str, str], tuple[int, int]]


async def storage(house: House) -> dict[str, Any]:
    house.parts.space._measured_at = 0
    found: dict[str, Any] = await house.ok("GET", "/dew/v1/storage?per_page=200")
    return found


async def takers(house: House) -> Takers:
    """Return what each uses and frees, by kind and name."""
    found = (await storage(house))["takers"]
    return {(each["kind"], each["name"]): (each["used_bytes"], each["frees_bytes"]) for each in found}


def write(house: House, droplet_id: int, key: str, size_bytes: int) -> None:
    assert house.host.write(droplet_id, house.store, key, b"x" * size_bytes)


async def swept(house: House) -> None:
    await Sweeper(house.world, 24, 0).sweep()


async def test_what_is_shared_is_freed_by_nobody_alone(house: House) -> None:
    droplet_id = (await house.create("web"))["id"]
    write(house, droplet_id, "before", 5000)
    snapshot_id = await house.snapshot(droplet_id, "monday")
    write(house, droplet_id, "after", 700)
    found = await takers(house)
    base_bytes = found["base", "Dew micro"][0]
    snapshot_bytes, disk_bytes = EMPTY_BYTES + 5000, EMPTY_BYTES + 700
    assert found["base", "Dew micro"] == (base_bytes, 0), "both others stand on it"
    assert found["snapshot", "monday"] == (base_bytes + snapshot_bytes, 0), "the Droplet stands on it"
    assert found["droplet", "web"] == (base_bytes + snapshot_bytes + disk_bytes, disk_bytes)
    await house.ok("DELETE", f"/v2/snapshots/{snapshot_id}")
    await house.settled()
    assert (await takers(house))["droplet", "web"][1] == snapshot_bytes + disk_bytes, "now all is its own"


async def test_deleting_frees_exactly_what_was_said(house: House) -> None:
    droplet_id = (await house.create("web"))["id"]
    for name in ("monday", "tuesday"):
        write(house, droplet_id, name, 3000)
        snapshot_id = await house.snapshot(droplet_id, name)
    await house.act(droplet_id, "restore", image=snapshot_id)
    await house.create("copy", image=snapshot_id)
    write(house, droplet_id, "last", 10)
    in_turn = (("droplet", "web"), ("droplet", "copy"), ("snapshot", "tuesday"), ("snapshot", "monday"))
    for kind, name in in_turn:
        found = await storage(house)
        (taker,) = [each for each in found["takers"] if (each["kind"], each["name"]) == (kind, name)]
        await house.ok("DELETE", f"/v2/{kind}s/{taker['id']}")
        await house.settled()
        await swept(house)
        came_back = (await storage(house))["storage"]["free_bytes"] - found["storage"]["free_bytes"]
        assert came_back == taker["frees_bytes"], name
    assert list(await takers(house)) == [("base", "Dew micro")]


async def test_the_totals_are_what_lies_there(house: House) -> None:
    droplet_id = (await house.create())["id"]
    await house.snapshot(droplet_id)
    put(house.directory / "cache" / "fetched" / "image.qcow2", 8192)
    put(house.directory / "exports" / "snapshot-1.qcow2", 4096)
    totals = (await storage(house))["storage"]
    assert totals["layers_bytes"] == sum(layer.allocated_bytes for layer in house.store.disks.layers.values())
    assert (totals["caches_bytes"], totals["exports_bytes"], totals["uploads_bytes"]) == (8192, 4096, 0)
    assert totals["free_bytes"] < totals["total_bytes"] == house.store.disks.capacity_bytes
    await house.ok("DELETE", f"/v2/droplets/{droplet_id}")
    await house.settled()
    assert (await storage(house))["storage"]["trash_bytes"] == EMPTY_BYTES


def put(path: Path, size_bytes: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size_bytes)


async def test_the_list_begins_with_what_is_most_worthwhile_and_comes_in_pages(house: House) -> None:
    for size_bytes in (10, 3000, 200):
        write(house, (await house.create(f"web-{size_bytes}"))["id"], "key", size_bytes)
    house.parts.space._measured_at = 0
    first = await house.ok("GET", "/dew/v1/storage?per_page=2")
    assert [each["name"] for each in first["takers"]] == ["web-3000", "web-200"]
    second = await house.ok("GET", first["links"]["pages"]["next"])
    assert [each["name"] for each in second["takers"]] == ["web-10", "Dew micro"]
    assert (second["meta"]["total"], second["storage"]) == (4, first["storage"])


def test_a_backup_is_freed_with_its_droplet_and_an_open_action_frees_nothing() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 2}
    held = [
        Holder("base", 9, "base", 1),
        Holder("backup", 8, "nightly", 2, droplet_id=7),
        Holder(DROPLET, 7, "web", 3),
        Holder(NOBODY, 0, "", 4),
    ]
    sizes = {1: 1000, 2: 100, 3: 10, 4: 1}

    def frees(*holders: Holder) -> dict[str, int]:
        return {each.name: each.frees_bytes for each in list_takers(Holdings(parents, holders), sizes)}

    assert frees(*held) == {"web": 10, "nightly": 0, "base": 0}, "the Action needs Layer 2 as well"
    assert frees(*held[:3]) == {"web": 110, "nightly": 0, "base": 0}


def test_a_loop_or_a_gap_in_the_graph_keeps_nobody_from_an_answer() -> None:
    parents = {1: 2, 2: 1, 3: 99, 4: 3}
    held = [Holder("snapshot", 1, "loop", 1), Holder("snapshot", 2, "gap", 4), Holder(DROPLET, 3, "web", 2)]
    found = {each.name: each for each in list_takers(Holdings(parents, held), dict.fromkeys(parents, 5))}
    assert (found["gap"].used_bytes, found["gap"].frees_bytes, found["loop"].frees_bytes) == (10, 10, 0)


class Counted(dict[int, int | None]):
    """Parents of Layers, and how often one was asked for."""

    asked = 0

    def __getitem__(self, layer: int) -> int | None:
        self.asked += 1
        return super().__getitem__(layer)

    def get(self, layer: int, default: Any = None) -> Any:
        self.asked += 1
        return super().get(layer, default)


def test_many_snapshots_are_judged_in_a_few_steps_each_however_long_their_history_is() -> None:
    """A walk for each of them would take hours of 100,000."""
    many = 5_000
    parents = Counted({layer: layer - 1 if layer > 1 else None for layer in range(1, many + 1)})
    held = [Holder("snapshot", layer, "", layer) for layer in parents]
    found = list_takers(Holdings(parents, held), dict.fromkeys(parents, 10))
    assert len(found) == many
    assert many < parents.asked < 10 * many
