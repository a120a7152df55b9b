"""build_image: make a distribution Image on this machine, from its own package archive.

build_file · import_layer · record_image ◆
"""

from pathlib import Path

from dew.actions import admission
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.new_image import refuse_twice, shown
from dew.actions.world import World
from dew.database import images, layers
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.image import ImageKind
from dew.model.region import DEFAULT_REGION
from dew.storage.durable import in_thread, sync_new, translated


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the Image and its Layer. Raises Invalid for an unknown recipe, Busy if it is being built."""
    recipe = world.builder.recipes.get(request.params["name"])
    if recipe is None:
        known = ", ".join(sorted(world.builder.recipes))
        raise Invalid(f"There is no recipe called {request.params['name']!r}; there are: {known}.")
    await refuse_twice(tx, BUILD_IMAGE.name, recipe.name)
    await admission.fit_images(tx, world)
    await admission.keep_reserve(world)
    layer_id = await layers.add_layer(tx, None, recipe.min_disk_bytes, world.now())
    image = images.NewImage(
        kind=ImageKind.BASE,
        name=recipe.description,
        distribution=recipe.distribution,
        description=recipe.description,
        layer_id=layer_id,
        disk_bytes=recipe.min_disk_bytes,
        droplet_id=None,
        region=DEFAULT_REGION,
    )
    image_id = await images.plan(tx, image, world.now())
    return Accepted(image_id, DEFAULT_REGION, {"layers": [layer_id], "layer": layer_id, "name": recipe.name})


def image_file(work: Path, image_id: int) -> Path:
    """Return where an Image is built before the store takes it in."""
    return work / f"image-{image_id}.qcow2"


def _target(run: Run) -> Path:
    return image_file(run.world.settings.work, run.resource_id)


async def build_file(run: Run) -> None:
    """The file must outlive a power cut with the step: the next step seals what it finds under its name."""
    await run.world.builder.build(run.param("name"), _target(run), run.report)
    with translated("keep the image that was built"):
        await in_thread(sync_new, _target(run))


async def forget_plan(run: Run) -> Writes:
    _target(run).unlink(missing_ok=True)

    async def write(tx: Tx) -> None:
        await images.remove(tx, run.resource_id)

    return write


async def import_layer(run: Run) -> None:
    await run.world.store.import_layer(run.param("layer"), _target(run))


async def discard_layer(run: Run) -> None:
    await run.world.store.discard(run.param("layer"))


async def record_image(run: Run) -> Writes:
    """Show the Image; an older build of the same name keeps existing without the slug."""
    show = await shown(run, slug=run.param("name"))

    async def write(tx: Tx) -> None:
        await images.free_slug(tx, run.param("name"))
        await show(tx)

    return write


BUILD_IMAGE = Kind(
    name="build_image",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(
        Step("build_file", build_file, undo=forget_plan, weight=50),
        Step("import_layer", import_layer, undo=discard_layer, weight=2),
        Step("record_image", record_image, pivot=True),
    ),
)
