"""The Images that a simulation begins with: what Dew builds, and all that it could fetch.

Clients name DigitalOcean's slugs, and where fetching is only simulated there is nothing to wait for.
"""

from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import Offer, World
from dew.database import images, layers
from dew.database.connect import Tx
from dew.model.image import ImageKind
from dew.model.region import DEFAULT_REGION


async def offer_images(world: World, engine: Engine) -> None:
    """Have every Image there."""
    requests = [Request("build_image", None, {"name": name}) for name in world.builder.recipes]
    for action in await engine.accept(*requests):
        await engine.finished(action.id)
    await _offer_published(world)


async def _offer_published(world: World) -> None:
    """Without an Action each: they would be a simulation's whole history, and half of its start."""
    async with world.database.write() as tx:
        planned = {name: await _plan(tx, world, offer) for name, offer in world.catalogue.offers.items()}
    for name, (layer_id, _) in planned.items():
        file = world.settings.work / f"{name}.raw"
        await world.catalogue.fetch(name, file, lambda *_: None)
        await world.store.import_layer(layer_id, file)
    usages = {layer_id: await world.store.usage(layer_id) for layer_id, _ in planned.values()}
    async with world.database.write() as tx:
        for name, (layer_id, image_id) in planned.items():
            disk_bytes, used_bytes = usages[layer_id].disk_bytes, usages[layer_id].allocated_bytes
            await layers.set_sealed(tx, layer_id, world.now())
            await layers.set_disk_bytes(tx, layer_id, disk_bytes)
            await images.finish(tx, image_id, slug=name, disk_bytes=disk_bytes, used_bytes=used_bytes)


async def _plan(tx: Tx, world: World, offer: Offer) -> tuple[int, int]:
    """Return the ids of its Layer and of itself."""
    layer_id = await layers.add_layer(tx, None, 0, world.now())
    image = images.NewImage(
        kind=ImageKind.BASE,
        name=offer.description,
        distribution=offer.distribution,
        description=offer.description,
        layer_id=layer_id,
        disk_bytes=0,
        droplet_id=None,
        region=DEFAULT_REGION,
    )
    return layer_id, await images.plan(tx, image, world.now())
