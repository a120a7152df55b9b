"""What Actions that make an Image of a Layer taken in have in common: the moment in which it is shown."""

from typing import Any

from dew.actions.kind import Run, Writes
from dew.database import images, layers
from dew.database.connect import Tx


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
