"""rebuild: begin anew from any Image. Id, name and address stay; the new disk boots as for the first time.

create_volume · stop · point_droplet · start ◆

What makes the guest's first boot run again is another instance-id: it holds the number of the rebuild, for
which the new disk's Layer serves, since no such number is ever given out twice.
"""

from dew.actions import exchange
from dew.actions.create import create_volume, discard_volume
from dew.actions.kind import Accepted, Kind, Request, Step
from dew.actions.world import World
from dew.database import images
from dew.database.connect import Tx
from dew.model.droplet import Droplet
from dew.model.errors import Invalid, NotFound
from dew.model.image import Image


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the new Volume's Layer, and with it the identity that the guest will take on."""
    droplet, head = await exchange.droplet_with_disk(tx, request)
    image = await _image(tx, request.params.get("image"))
    _check_fit(droplet, image)
    layer_id = await exchange.plan_layer(tx, world, image, head)
    becomes = {"image_id": image.id, "hostname": droplet.name, "incarnation": layer_id}
    of_image = {"image": image.id, "image_name": image.label}
    return await exchange.accepted(tx, world, (droplet, head, layer_id), becomes, **of_image)


async def _image(tx: Tx, wanted: object) -> Image:
    """Return the Image of that id or slug. Raises Invalid."""
    if wanted is None or wanted == "":
        raise Invalid("Image can't be blank")
    try:
        return await (
            images.get(tx, wanted) if isinstance(wanted, int) else images.get_by_slug(tx, str(wanted))
        )
    except NotFound as error:
        raise Invalid("You specified an invalid image for Droplet rebuild.") from error


def _check_fit(droplet: Droplet, image: Image) -> None:
    if image.min_disk_gigabytes > droplet.disk_gb:
        raise Invalid(
            f"The image needs a disk of at least {image.min_disk_gigabytes} GB; the Droplet's has "
            f"{droplet.disk_gb} GB: resize it first, with its disk."
        )


REBUILD = Kind(
    name="rebuild",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(Step("create_volume", create_volume, undo=discard_volume), *exchange.STEPS),
)
