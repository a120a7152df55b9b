"""What ended long ago is forgotten; what is open, held or named by anything is not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from tests.crash.machine import Life, life_with_a_droplet

from dew.actions.kind import Request
from dew.database import actions, droplets, exposures, tokens
from dew.model.errors import NotFound
from dew.model.exposure import Exposure
from dew.reconcile import history
from dew.reconcile.history import History

ID = 1
DAY = timedelta(days=1)


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A dewd with two Actions behind it: an Image was built and a Droplet created."""
    async with life_with_a_droplet(tmp_path) as living:
        yield living


async def forget(life: Life, *, days_later: float = 0, keep_actions: int = 100_000, token: str = "") -> None:
    file = life.machine.directory / "token"
    file.write_text(token)
    world = replace(life.world, now=lambda: datetime.now(UTC) + days_later * DAY)
    await History(world, keep_days=90, keep_actions=keep_actions, token_file=file).forget()


async def remembered(life: Life) -> list[str]:
    async with life.database.read() as tx:
        found, _ = await actions.page(tx, actions.Filter(), 0, 1000)
    return [action.kind for action in found]


async def gone_droplets(life: Life) -> int:
    async with life.database.read() as tx:
        query = "SELECT count(*) FROM droplets WHERE gone_at IS NOT NULL"
        return int((await tx.exec_driver_sql(query)).scalar_one())


async def test_what_ended_is_remembered_for_its_time_and_then_forgotten(life: Life) -> None:
    await life.do(Request("destroy", ID))
    await forget(life, days_later=89)
    assert await remembered(life) == ["destroy", "create", "build_image"]
    assert await gone_droplets(life) == 1
    await forget(life, days_later=91)
    assert await remembered(life) == []
    assert await gone_droplets(life) == 0


async def test_of_too_many_actions_the_oldest_are_forgotten(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "BATCH_ROWS", 2)
    for number in range(7):
        await life.do(Request("rename", ID, {"name": f"n{number}"}))
    await forget(life, keep_actions=9)
    assert len(await remembered(life)) == 9
    await forget(life, keep_actions=4)
    assert await remembered(life) == ["rename"] * 4


async def test_an_action_that_is_open_or_stuck_is_never_forgotten(life: Life) -> None:
    await life.do(
        Request("rename", ID, {"name": "open"}),
    )
    await life.do(Request("rename", ID, {"name": "stuck"}))
    async with life.database.write() as tx:
        await tx.exec_driver_sql("UPDATE actions SET state = 'running', completed_at = NULL WHERE id = 3")
        await tx.exec_driver_sql("UPDATE actions SET state = 'stuck' WHERE id = 4")
    await forget(life, days_later=1000, keep_actions=0)
    assert await remembered(life) == ["rename", "rename"]


async def test_an_action_that_holds_a_lock_is_never_forgotten(life: Life) -> None:
    async with life.database.write() as tx:
        await actions.lock(tx, "droplet", ID, 2)
    await forget(life, days_later=1000, keep_actions=0)
    assert await remembered(life) == ["create"]


async def test_a_droplet_that_lives_is_never_forgotten(life: Life) -> None:
    await forget(life, days_later=1000)
    assert (await life.droplet(ID)).name == "web"


@pytest.mark.parametrize("left", ["a disk", "an address", "a port", "an Action"])
async def test_a_deleted_droplet_that_something_is_left_of_is_not_forgotten(life: Life, left: str) -> None:
    async with life.database.write() as tx:
        await droplets.mark_gone(tx, ID, life.world.now())
        if left != "a disk":
            await tx.exec_driver_sql("UPDATE droplets SET volume_id = NULL")
        if left != "an address":
            await tx.exec_driver_sql("DELETE FROM addresses")
        if left == "a port":
            await exposures.add(tx, ID, Exposure(IPv4Address("127.0.0.1"), 8080, 80))
        if left == "an Action":
            await tx.exec_driver_sql("UPDATE actions SET state = 'stuck' WHERE kind = 'create'")
    await forget(life, days_later=1000)
    assert await gone_droplets(life) == 1


async def test_a_snapshot_outlives_what_is_known_of_its_droplet(life: Life) -> None:
    (taken,) = await life.do(Request("snapshot", ID, {"name": "kept"}))
    await life.do(Request("destroy", ID))
    await forget(life, days_later=91)
    assert await life.read_image(taken.params["image"], "nothing") is None
    wanted = {
        "name": "new",
        "size": "s-1vcpu-1gb",
        "image": taken.params["image"],
        "public_keys": ["ssh-ed25519 A"],
    }
    (created,) = await life.do(Request("create", None, wanted))
    assert created.error == ""


async def test_revoked_tokens_are_forgotten_and_never_let_in_again(life: Life) -> None:
    async with life.database.write() as tx:
        secrets = [await tokens.create(tx, f"token {number}", ("read",)) for number in range(3)]
        for token_id in (1, 2):
            await tokens.revoke(tx, token_id, life.world.now())
    await forget(life, days_later=91, token=secrets[0])
    async with life.database.write() as tx:
        assert not await tokens.register(tx, "as at the next start", secrets[0])
        assert await tokens.known(tx, secrets[2])
        assert (await tx.exec_driver_sql("SELECT count(*) FROM tokens")).scalar_one() == 2
        with pytest.raises(NotFound):
            await tokens.get(tx, 2)
