"""restore: put a Droplet's disk back to one of its own Snapshots. Id, address and identity stay.

create_volume · stop · point_droplet · start ◆
"""

from dew.actions import exchange
from dew.actions.create import create_volume, discard_volume
from dew.actions.kind import Accepted, Kind, Request, Step
from dew.actions.world import World
from dew.database import images
from dew.database.connect import Tx
from dew.model.errors import Invalid, NotFound
from dew.model.image import Image, ImageKind

OF_ITS_OWN = "You can only restore a Droplet from its own Snapshots and Backups."


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the new Volume's Layer and note whether the Droplet is to be on afterwards."""
    droplet, head = await exchange.droplet_with_disk(tx, request)
    image = await _image(tx, request.params.get("image"), droplet.id)
    layer_id = await exchange.plan_layer(tx, world, image, head)
    # The identity on that disk is the one it was taken with, which a rebuild may have replaced since.
    becomes: dict[str, object] = {"incarnation": image.incarnation}
    if image.hostname is not None:  # an older Dew did not note these
        becomes |= {"hostname": image.hostname, "image_id": image.origin_id}
    of_image = {"image": image.id, "image_name": image.label}
    return await exchange.accepted(tx, world, (droplet, head, layer_id), becomes, **of_image)


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


RESTORE = Kind(
    name="restore",
    version=2,
    resource_type="droplet",
    accept=accept,
    steps=(Step("create_volume", create_volume, undo=discard_volume), *exchange.STEPS),
)
