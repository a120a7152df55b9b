"""convert: a Backup becomes a Snapshot, which outlives its Droplet."""

from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import images
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.image import ImageKind


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Raises NotFound, Invalid for what is no Backup."""
    assert request.resource_id is not None
    image = await images.get(tx, request.resource_id)
    if image.kind is not ImageKind.BACKUP:
        raise Invalid(f"{image.name} is no Backup, and only Backups are converted to Snapshots.")
    return Accepted(image.id, image.region, {"name": image.name})


async def set_kind(run: Run) -> Writes:
    async def write(tx: Tx) -> None:
        await images.become_snapshot(tx, run.resource_id)

    return write


CONVERT = Kind(
    name="convert",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(Step("set_kind", set_kind, pivot=True),),
)
