"""delete_image: forget an Image. Droplets made from it keep what they need; the sweeper finds the rest.

(hidden ◆ at acceptance) · remove
"""

from contextlib import suppress

from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import images
from dew.database.connect import Tx
from dew.model.errors import StepFailed
from dew.storage.exports import Exports


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """From this moment the Image does not exist for clients. Raises NotFound."""
    assert request.resource_id is not None
    image = await images.get(tx, request.resource_id)
    await images.hide(tx, image.id)
    return Accepted(image.id, image.region, {"name": image.name})


async def remove(run: Run) -> Writes:
    """Forget the Image, and what was exported of it."""
    with suppress(StepFailed):  # an export goes by itself within a day
        await Exports(run.world.settings.exports).remove(run.resource_id)

    async def write(tx: Tx) -> None:
        await images.remove(tx, run.resource_id)

    return write


DELETE_IMAGE = Kind(
    name="delete_image",
    version=1,
    resource_type="image",
    accept=accept,
    pivot_at_acceptance=True,
    steps=(Step("remove", remove),),
)
