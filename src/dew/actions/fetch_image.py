"""fetch_image: make a distribution Image of what the distribution publishes.

fetch_file · inspect · convert · import_layer · record_image ◆ · clean_up

A published checksum says that a file is the distribution's, not that it is harmless: once it is here it is
treated as import_image treats a stranger's.
"""

from dew.actions import admission
from dew.actions.build_image import record_image
from dew.actions.import_image import (
    FETCHED,
    clean_up,
    convert,
    discard_layer,
    forget_plan,
    import_layer,
    inspect,
    scratch,
    unless_called_off,
)
from dew.actions.kind import Accepted, Kind, Request, Run, Step
from dew.actions.new_image import refuse_twice
from dew.actions.world import World
from dew.database import images, layers
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.image import ImageKind
from dew.model.region import DEFAULT_REGION
from dew.storage.durable import in_thread, make_directory, sync_new, translated


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the Image and its Layer. Raises Invalid for what is not offered, Busy if it is being fetched."""
    name = request.params["name"]
    offer = world.catalogue.offers.get(name)
    if offer is None:
        raise Invalid(f"{name!r} is not in the catalogue. See what is with: dew image list --available")
    await refuse_twice(tx, FETCH_IMAGE.name, name)
    await admission.fit_images(tx, world)
    await admission.keep_reserve(world)
    layer_id = await layers.add_layer(tx, None, 0, world.now())
    image = images.NewImage(
        kind=ImageKind.BASE,
        name=offer.description,
        distribution=offer.distribution,
        description=offer.description,
        layer_id=layer_id,
        disk_bytes=0,  # known when it has been inspected
        droplet_id=None,
        region=DEFAULT_REGION,
    )
    image_id = await images.plan(tx, image, world.now())
    settled = {"layers": [layer_id], "layer": layer_id, "name": name}
    return Accepted(image_id, DEFAULT_REGION, {**settled, "upload": None, "declared": None})


async def fetch_file(run: Run) -> None:
    """Have the published file here, verified."""
    directory = scratch(run.world.settings.work, run.resource_id)
    with translated(f"fetch {run.param('name')}"):
        await in_thread(make_directory, directory, 0o700)
        report = admission.watched(run.world, directory, run.report)
        fetching = run.world.catalogue.fetch(run.param("name"), directory / FETCHED, report)
        await unless_called_off(run, fetching)
        await in_thread(sync_new, directory / FETCHED)  # it must outlive a power cut with the step


FETCH_IMAGE = Kind(
    name="fetch_image",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(
        Step("fetch_file", fetch_file, undo=forget_plan, weight=50),
        Step("inspect", inspect, weight=2),
        Step("convert", convert, weight=20),
        Step("import_layer", import_layer, undo=discard_layer, weight=2),
        Step("record_image", record_image, pivot=True),
        Step("clean_up", clean_up),
    ),
)
