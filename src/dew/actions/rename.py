"""rename: another name for a Droplet. The guest keeps the host name it was born with."""

from dew.actions.create import check_name
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import droplets
from dew.database.connect import Tx
from dew.model.errors import Invalid


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    name = request.params.get("name")
    if not isinstance(name, str):
        raise Invalid("Name can't be blank")
    return Accepted(droplet.id, droplet.region, {"name": check_name(name)})


async def set_name(run: Run) -> Writes:
    async def write(tx: Tx) -> None:
        await droplets.change(tx, run.resource_id, name=run.param("name"))

    return write


RENAME = Kind(
    name="rename",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(Step("set_name", set_name, pivot=True),),
)
