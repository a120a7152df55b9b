"""If the guest does not start on its other disk, restore, rebuild and undo leave everything as it was."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.crash.machine import Life, life_with_a_droplet

from dew.actions.kind import Request
from dew.database import kept_disks
from dew.database.kept_disks import KeptDisk
from dew.model.action import ActionState
from dew.model.droplet import Power, Status

ID, IMAGE = 1, 1
KINDS = ("restore", "rebuild", "undo")


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A Droplet that was rebuilt and restored, so that it has something to go back to in every way."""
    async with life_with_a_droplet(tmp_path) as living:
        await living.do(Request("rebuild", ID, {"image": IMAGE}))
        await living.write(ID, "data", b"first")
        (taken,) = await living.do(Request("snapshot", ID, {"name": "first"}))
        await living.do(Request("restore", ID, {"image": taken.params["image"]}))
        await living.write(ID, "data", b"second")
        yield living


async def kept(life: Life) -> list[KeptDisk]:
    async with life.database.read() as tx:
        return list(await kept_disks.of_droplet(tx, ID))


async def params(life: Life, kind: str) -> dict[str, int]:
    async with life.database.read() as tx:
        found = await tx.exec_driver_sql("SELECT max(id) FROM images")
        return {"restore": {"image": int(found.scalar_one())}, "rebuild": {"image": IMAGE}, "undo": {}}[kind]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_guest_that_does_not_start_on_its_other_disk_gets_its_own_back(life: Life, kind: str) -> None:
    before, disks, layers = await life.droplet(ID), await kept(life), await life.store.list_everything()
    life.machine.guests.refuse_start.add(ID)
    (action,) = await life.do(Request(kind, ID, await params(life, kind)))
    assert (action.state, "told not to start" in action.error) == (ActionState.ERRORED, True)
    life.machine.guests.refuse_start.discard(ID)
    await life.bring_back()
    after = await life.droplet(ID)
    assert (after.volume_id, after.incarnation, after.image_id, after.hostname) == (
        before.volume_id,
        before.incarnation,
        before.image_id,
        before.hostname,
    )
    assert (after.status, after.desired_power) == (Status.ACTIVE, Power.ON)
    assert await life.read(ID, "data") == b"second"
    assert await kept(life) == disks
    assert await life.store.list_everything() == layers, "what was begun is given up"
