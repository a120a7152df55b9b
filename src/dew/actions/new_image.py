"""What Actions that make an Image of a Layer have in common: once at a time, and the moment it is shown."""

from typing import Any

from dew.actions.kind import Run, Writes
from dew.database import actions, images, layers
from dew.database.connect import Tx
from dew.model.errors import Busy


async def refuse_twice(tx: Tx, kind: str, name: str) -> None:
    """Raise Busy when an Action of this kind makes the Image of that name already."""
    for action in await actions.list_open(tx):
        if action.kind == kind and action.params["name"] == name:
            raise Busy(f"Image {name} is being made already: see Action {action.id}.")


async def shown(run: Run, **values: Any) -> Writes:
    """Return the write that shows the Image, with ``values`` and what its sealed Layer turned out to be."""
    layer_id = run.param("layer")
    usage = await run.world.store.usage(layer_id)
    sizes = {"disk_bytes": usage.disk_bytes, "used_bytes": usage.allocated_bytes}

    async def write(tx: Tx) -> None:
        await layers.set_sealed(tx, layer_id, run.world.now())
        await layers.set_disk_bytes(tx, layer_id, usage.disk_bytes)
        await images.finish(tx, run.resource_id, **sizes, **values)

    return write
