"""restore: put a Droplet's disk back to one of its own Snapshots. Id, address and identity stay.

create_volume · stop · point_droplet ◆ · start
"""

from dew.actions import admission, guests
from dew.actions.create import create_volume, discard_volume
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import droplets, images, layers
from dew.database.connect import Tx
from dew.model.droplet import Observed, Power
from dew.model.errors import Broken, Invalid, NotFound, StepFailed
from dew.model.image import Image, ImageKind

OF_ITS_OWN = "You can only restore a Droplet from its own Snapshots and Backups."


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the new Volume and note whether the Droplet is to be on afterwards."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if droplet.volume_id is None:
        raise Broken(f"Droplet {droplet.id} has no disk.")
    image = await _image(tx, request.params.get("image"), droplet.id)
    await admission.keep_reserve(world)
    head = (await layers.volume_chain(tx, droplet.volume_id))[0]
    disk_bytes = max(image.disk_bytes, await layers.disk_bytes(tx, head))
    layer_id = await layers.add_layer(tx, image.layer_id, disk_bytes, world.now())
    powered_off = droplet.observed is Observed.POWERED_OFF
    settled = {
        "layers": [layer_id],
        "layer": layer_id,
        "image": image.id,
        "old_volume": droplet.volume_id,
        "was_on": droplet.desired_power is Power.ON and not powered_off,
    }
    if settled["was_on"]:  # off in between, and then nobody else may take its memory
        settled |= await admission.claim_memory(tx, world, droplet)
    return Accepted(droplet.id, droplet.region, settled)


async def _image(tx: Tx, image_id: object, droplet_id: int) -> Image:
    if not isinstance(image_id, int):
        raise Invalid("Image can't be blank")
    try:
        image = await images.get(tx, image_id)
    except NotFound as error:
        raise Invalid("You specified an invalid image for Droplet restore.") from error
    if image.kind not in (ImageKind.SNAPSHOT, ImageKind.BACKUP) or image.droplet_id != droplet_id:
        raise Invalid(OF_ITS_OWN)
    return image


async def stop(run: Run) -> None:
    """Nothing may write to the old disk while it is exchanged."""
    run.report(0.1, "Stopping the guest")
    await guests.stop(run.world, run.resource_id)


async def start_again(run: Run) -> Writes:
    """Undo of stop: a Droplet that was on is on again, one that was off stays off."""
    if not run.param("was_on"):
        return guests.off(run.resource_id)
    return guests.on(await guests.start(run.world, run.resource_id))


async def point_droplet(run: Run) -> Writes:
    """Exchange the disks; the old one is kept for a while."""

    async def write(tx: Tx) -> None:
        volume_id = await layers.add_volume(tx, run.param("layer"))
        await droplets.change(tx, run.resource_id, volume_id=volume_id)
        await layers.retire_volume(tx, run.param("old_volume"), run.world.now())
        await guests.off(run.resource_id)(tx)

    return write


async def start(run: Run) -> Writes:
    """Bring the Droplet up if it was on. The restore holds even if it does not start."""
    if not run.param("was_on"):
        return guests.off(run.resource_id)
    run.report(0.2, "Starting the guest")
    try:
        return guests.on(await guests.start(run.world, run.resource_id))
    except StepFailed as error:
        run.fall_short(f"The disk was restored, but the guest did not start: {error}")
        return guests.off(run.resource_id, str(error))


RESTORE = Kind(
    name="restore",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(
        Step("create_volume", create_volume, undo=discard_volume),
        Step("stop", stop, undo=start_again, weight=4),
        Step("point_droplet", point_droplet, pivot=True),
        Step("start", start, weight=4),
    ),
)
