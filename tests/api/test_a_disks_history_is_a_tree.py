"""What grew from what: every named point of a Droplet's disk, where it is now, and what each is good for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dew.api.own import histories
from dew.database import damage, images
from tests.api.house import House

Tree = dict[str, dict[str, Any]]


async def history(house: House, droplet_id: int) -> Tree:
    found = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}/history"))["history"]
    tree = {node["key"]: node for node in found["nodes"]}
    assert not found["cut"]
    assert {node["parent"] for node in tree.values()} <= {None, *tree}
    return tree


def told(tree: Tree) -> dict[str, tuple[str, str, str | None, list[str]]]:
    return {key: (node["kind"], node["name"], node["parent"], node["can"]) for key, node in tree.items()}


async def test_a_restore_is_a_fork_and_what_it_replaced_can_be_undone_to(house: House) -> None:
    droplet_id = (await house.create("web"))["id"]
    monday = await house.snapshot(droplet_id, "monday")
    tuesday = await house.snapshot(droplet_id, "tuesday")
    await house.act(droplet_id, "restore", image=monday)
    tree = await history(house, droplet_id)
    (kept,) = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}"))["droplet"]["kept_disks"]
    both = ["restore", "create"]
    assert told(tree) == {
        f"image-{house.image_id}": ("base", "Dew micro", None, ["create"]),
        f"image-{monday}": ("snapshot", "monday", f"image-{house.image_id}", both),
        f"image-{tuesday}": ("snapshot", "tuesday", f"image-{monday}", both),
        f"disk-{kept['id']}": ("kept_disk", "", f"image-{tuesday}", ["undo"]),
        f"droplet-{droplet_id}": ("now", "web", f"image-{monday}", []),
    }
    assert [key for key, node in tree.items() if node["current"]] == [f"droplet-{droplet_id}"]
    assert tree[f"image-{monday}"]["consistency"] == "frozen"


async def test_what_snapshots_became_is_shown_with_whose_it_is(house: House) -> None:
    first = (await house.create("first"))["id"]
    seed = await house.snapshot(first, "seed")
    second = (await house.create("second", image=seed))["id"]
    grown = await house.snapshot(second, "grown")
    stranger = (await house.create("stranger"))["id"]
    tree = await history(house, first)
    assert tree[f"droplet-{second}"]["kind"] == "droplet"
    assert (tree[f"droplet-{second}"]["parent"], tree[f"image-{grown}"]["parent"]) == (
        f"image-{grown}",
        f"image-{seed}",
    )
    assert (tree[f"image-{grown}"]["droplet_id"], tree[f"image-{grown}"]["can"]) == (second, ["create"])
    assert f"droplet-{stranger}" not in tree, "it only came from the same Image"
    of_second = await history(house, second)
    assert of_second[f"droplet-{second}"]["kind"] == "now"
    assert of_second[f"image-{seed}"]["can"] == ["create"], "only a Droplet's own Snapshots restore it"


async def test_points_without_a_name_are_passed_over_and_their_bytes_are_told_above(house: House) -> None:
    droplet_id = (await house.create())["id"]
    write(house, droplet_id, "a", 1000)
    gone = await house.snapshot(droplet_id, "gone")
    write(house, droplet_id, "b", 500)
    kept = await house.snapshot(droplet_id, "kept")
    before = (await history(house, droplet_id))[f"image-{kept}"]["used_bytes"]
    await house.ok("DELETE", f"/v2/snapshots/{gone}")
    await house.settled()
    forget(house)
    after = (await history(house, droplet_id))[f"image-{kept}"]
    assert after["parent"] == f"image-{house.image_id}"
    assert after["used_bytes"] > before + 1000


def write(house: House, droplet_id: int, key: str, size_bytes: int) -> None:
    assert house.host.write(droplet_id, house.store, key, b"x" * size_bytes)


def forget(house: House) -> None:
    """Have the space measured anew."""
    house.parts.space._measured_at = 0


async def test_nothing_is_offered_that_stands_on_lost_bytes(house: House) -> None:
    droplet_id = (await house.create())["id"]
    snapshot = await house.snapshot(droplet_id)
    async with house.database.write() as tx:
        image = await images.get(tx, snapshot)
        await damage.judge(tx, image.layer_id, "Layer 2 lost bytes.", datetime.now(UTC))
    tree = await history(house, droplet_id)
    assert (tree[f"image-{snapshot}"]["can"], tree[f"image-{snapshot}"]["damage"]) == (
        [],
        "Layer 2 lost bytes.",
    )
    assert tree[f"image-{house.image_id}"]["can"] == ["create"]


async def test_a_long_history_shows_its_newest_points_and_says_that_it_is_cut(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "MOST_HISTORY_NODES", 3)
    droplet_id = (await house.create())["id"]
    oldest, *_ = [await house.snapshot(droplet_id, name) for name in ("a", "b", "c")]
    await house.act(droplet_id, "restore", image=oldest)
    found = (await house.ok("GET", f"/dew/v1/droplets/{droplet_id}/history"))["history"]
    shown = {node["key"] for node in found["nodes"]}
    assert found["cut"]
    assert len(shown) == 3
    assert f"droplet-{droplet_id}" in shown, "where one is now is always shown"
    assert f"image-{oldest}" not in shown


async def test_a_droplet_that_is_gone_has_no_history(house: House) -> None:
    await house.refused("GET", "/dew/v1/droplets/4711/history", status=404)
