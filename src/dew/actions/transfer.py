"""transfer: an Image is offered in one more region. All regions are this machine, so no byte is copied.

offer_there ◆
"""

from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import images
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.region import REGION_BY_SLUG


async def accept(tx: Tx, _world: World, request: Request) -> Accepted:
    """Raises NotFound, Invalid (no such region, or there already)."""
    assert request.resource_id is not None
    image, region = await images.get(tx, request.resource_id), request.params["region"]
    if region not in REGION_BY_SLUG:
        raise Invalid("You specified an invalid region for Image transfer.")
    if image.public or region in image.regions:
        raise Invalid(f"The image is already available in {region}.")
    return Accepted(image.id, region, {"region": region, "name": image.name})


async def offer_there(run: Run) -> Writes:
    async def write(tx: Tx) -> None:
        await images.copy_to(tx, run.resource_id, run.param("region"))

    return write


TRANSFER = Kind(
    name="transfer",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(Step("offer_there", offer_there, pivot=True),),
    locks=False,  # packer brings an Image to all its regions at once
)
