"""import_snapshot: a Snapshot of what another Dew exported, under the name and the date that it had there.

fetch_file · inspect · convert · import_layer · record_snapshot ◆ · clean_up

The bytes are a stranger's, whatever the manifest says, and go the way of import_image.
"""

from datetime import datetime

from dew.actions import admission
from dew.actions.import_image import (
    clean_up,
    convert,
    discard_layer,
    fetch_file,
    forget_plan,
    import_layer,
    inspect,
)
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.new_image import shown
from dew.actions.world import World
from dew.database import images, layers, uploads
from dew.database.connect import Tx
from dew.model.image import ImageKind


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the Image and its Layer, and take the upload. Raises Invalid, NotFound, Busy."""
    params = request.params
    await admission.fit_images(tx, world)
    await admission.keep_reserve(world)
    upload = await uploads.take(tx, params["upload"])
    layer_id = await layers.add_layer(tx, None, 0, world.now())
    image = images.NewImage(
        kind=ImageKind.SNAPSHOT,
        name=params["name"],
        distribution=params["distribution"],
        description="",
        layer_id=layer_id,
        disk_bytes=0,  # known when it has been inspected
        droplet_id=None,
        region=params["region"],
    )
    image_id = await images.plan(tx, image, world.now())
    settled = {"layers": [layer_id], "layer": layer_id, "upload": upload.id, "declared": "qcow2"}
    kept = {name: params[name] for name in ("name", "consistency", "created_at")}
    return Accepted(image_id, image.region, {**settled, **kept})


async def record_snapshot(run: Run) -> Writes:
    """Show the Snapshot, as old as it is."""
    created_at = datetime.fromisoformat(run.param("created_at"))
    return await shown(run, consistency=run.param("consistency"), created_at=created_at)


IMPORT_SNAPSHOT = Kind(
    name="import_snapshot",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(
        Step("fetch_file", fetch_file, undo=forget_plan, weight=10),
        Step("inspect", inspect, weight=2),
        Step("convert", convert, weight=20),
        Step("import_layer", import_layer, undo=discard_layer, weight=2),
        Step("record_snapshot", record_snapshot, pivot=True),
        Step("clean_up", clean_up),
    ),
)
