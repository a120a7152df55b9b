"""Giving a Droplet another disk: what restore, rebuild and undo share.

… · stop · point_droplet · start ◆

Until the guest runs on its other disk, failure leads back: the disk, the identity and the power are then as
they were. The disk that is replaced is kept for a while, with what the Droplet was with it
(database/kept_disks.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dew.actions import admission, guests
from dew.actions.kind import Accepted, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import damage, droplets, kept_disks, layers
from dew.database.connect import Tx
from dew.model.droplet import Droplet
from dew.model.errors import Broken
from dew.model.image import Image

Moving = tuple[Droplet, int, int]
"""A Droplet, the Layer that it writes to, and the one that it is to go on in."""


async def droplet_with_disk(tx: Tx, request: Request) -> tuple[Droplet, int]:
    """Return the Droplet of a request, and the Layer that it writes to. Raises NotFound, Broken."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if droplet.volume_id is None:
        raise Broken(f"Droplet {droplet.id} has no disk.")
    return droplet, await layers.head_of(tx, droplet.volume_id)  # its chain may be what makes one restore


async def plan_layer(tx: Tx, world: World, image: Image, head: int) -> int:
    """Choose the Layer over the Image's in which the Droplet is to go on: as big as its disk is now.

    Raises Damaged, NoSpace.
    """
    await damage.refuse(tx, image.layer_id)
    await admission.keep_reserve(world)
    disk_bytes = max(image.disk_bytes, await layers.disk_bytes(tx, head))
    return await layers.add_layer(tx, image.layer_id, disk_bytes, world.now())


async def accepted(tx: Tx, world: World, moving: Moving, becomes: Mapping[str, Any], **more: Any) -> Accepted:
    """Return what is settled.

    ``becomes`` are the Droplet's columns that change together with its disk. Raises HostFull.
    """
    droplet, head, layer_id = moving
    settled = {
        "layers": [layer_id, head],  # the old one as well: the way back may be needed
        "layer": layer_id,
        "old_volume": droplet.volume_id,
        "becomes": dict(becomes),
        "was": {name: getattr(droplet, name) for name in becomes},
        "was_on": guests.wanted_on(droplet),
    }
    if settled["was_on"]:  # off in between, and then nobody else may take its memory
        settled |= await admission.claim_memory(tx, world, droplet)
    return Accepted(droplet.id, droplet.region, settled | more)


async def stop(run: Run) -> None:
    """Nothing may write to the old disk while it is exchanged."""
    run.report(0.1, "Stopping the guest")
    await guests.stop(run.world, run.resource_id)


async def start_again(run: Run) -> Writes:
    """Undo of stop: a Droplet that was on is on again, one that was off stays off."""
    if not run.param("was_on"):
        return guests.off(run.resource_id)
    return await guests.bring_back(run.world, run.resource_id)


async def point_droplet(run: Run) -> Writes:
    """Exchange the disks; the old one is kept for a while."""

    async def write(tx: Tx) -> None:
        droplet = await droplets.get(tx, run.resource_id, gone=True)
        await kept_disks.keep(tx, droplet, run.world.now())
        becomes = run.action.params.get("becomes", {})  # an Action that an older Dew accepted has none
        await droplets.change(tx, droplet.id, volume_id=await _volume(tx, run), **becomes)

    return write


async def _volume(tx: Tx, run: Run) -> int:
    """Return the Volume that the Droplet gets: a kept one, or a new one on the Layer that was made for it."""
    kept: int | None = run.action.params.get("volume")
    if kept is None:
        return await layers.add_volume(tx, run.param("layer"))
    await kept_disks.take_back(tx, kept)
    return kept


async def point_back(run: Run) -> Writes:
    """Undo of point_droplet. A kept disk is kept again, as long as before; a new one is given up."""

    async def write(tx: Tx) -> None:
        droplet, old_volume = await droplets.get(tx, run.resource_id, gone=True), run.param("old_volume")
        if droplet.volume_id in (old_volume, None):
            return
        if "replaced_at" in run.action.params:
            await kept_disks.keep(tx, droplet, datetime.fromisoformat(run.param("replaced_at")))
        await kept_disks.take_back(tx, old_volume)
        await droplets.change(tx, droplet.id, volume_id=old_volume, **run.action.params.get("was", {}))
        if "replaced_at" not in run.action.params:
            await layers.drop_volume(tx, droplet.volume_id)

    return write


async def start(run: Run) -> Writes:
    """Bring the Droplet up if it was on."""
    if not run.param("was_on"):
        return guests.off(run.resource_id)
    run.report(0.2, "Starting the guest")
    return guests.on(await guests.start(run.world, run.resource_id))


async def halt(run: Run) -> None:
    """Undo of start."""
    await run.world.host.ensure_stopped(run.resource_id)


STEPS = (
    Step("stop", stop, undo=start_again, weight=4),
    Step("point_droplet", point_droplet, undo=point_back),
    Step("start", start, undo=halt, pivot=True, weight=4),
)
