"""create: a Droplet from an Image, new identity and all.

reserve_room · create_volume · allocate_address · choose_password · start · record_active ◆
"""

import re

from dew.actions import admission, backup_policy, guests
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.compute import seed
from dew.database import addresses, backups, billing, damage, droplets, exposures, images, layers
from dew.database import guests as guest_rows
from dew.database.connect import Tx
from dew.model.allowance import GIB
from dew.model.droplet import Observed
from dew.model.errors import Invalid, NotFound
from dew.model.image import Image
from dew.model.region import DEFAULT_REGION, REGION_BY_SLUG
from dew.model.size import SIZE_BY_SLUG, Size

NAME = re.compile(r"[a-zA-Z0-9]?[a-zA-Z0-9.\-]*[a-zA-Z0-9]")  # DigitalOcean's; it becomes the host name
NAME_LENGTH = 255


def check_name(name: str) -> str:
    """Return ``name`` if a Droplet may be called so. Raises Invalid."""
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH or not seed.HOSTNAME.fullmatch(name):
        raise Invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)")
    return name


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle everything: the Droplet's row, its Volume and Layer, all with ids of their own."""
    params = request.params
    size, image = _size(params["size"]), await _image(tx, params["image"])
    region = _region(params.get("region"))
    _check_fit(size, image)
    await damage.refuse(tx, image.layer_id)
    await check_room(tx, world, size)
    layer_id = await layers.add_layer(tx, image.layer_id, size.disk_gb * GIB, world.now())
    volume_id = await layers.add_volume(tx, layer_id)
    new = droplets.NewDroplet(
        name=check_name(params["name"]),
        region=region,
        size=size,
        image_id=image.id,
        volume_id=volume_id,
        public_keys=tuple(params.get("public_keys", ())),
        password_hash=None,
        password_once=None,
        user_data=params.get("user_data") or "",
        tags=tuple(params.get("tags", ())),
        features=tuple(params.get("features", ())),
    )
    droplet_id = await droplets.add(tx, new, world.now())
    if "backup_policy" in params:
        policy = backup_policy.policy_of(params["backup_policy"])
        await backups.enable(tx, droplet_id, policy, world.now())
    await billing.settle(tx, droplet_id, world.settings.prices, world.now())
    settled = {"layers": [layer_id], "layer": layer_id, "volume": volume_id, "image": image.id}
    told = {"name": new.name, "image_name": image.label}
    return Accepted(droplet_id, region, {**settled, **told, "memory_mb": size.memory_mb})


def _size(slug: str) -> Size:
    if slug not in SIZE_BY_SLUG:
        raise Invalid("You specified an invalid size for Droplet creation.")
    return SIZE_BY_SLUG[slug]


def _region(slug: str | None) -> str:
    if slug and slug not in REGION_BY_SLUG:
        raise Invalid("You specified an invalid region for Droplet creation.")
    return slug or DEFAULT_REGION


async def _image(tx: Tx, image_id: int) -> Image:
    try:
        return await images.get(tx, image_id)
    except NotFound as error:
        raise Invalid("You specified an invalid image for Droplet creation.") from error


def _check_fit(size: Size, image: Image) -> None:
    if image.min_disk_gigabytes > size.disk_gb:
        raise Invalid(
            f"The image needs a disk of at least {image.min_disk_gigabytes} GB; "
            f"size {size.slug} has {size.disk_gb} GB."
        )


async def _check_limit(tx: Tx, world: World) -> None:
    _, total = await droplets.page(tx, droplets.Filter(), 0, 1)
    if total >= world.settings.max_droplets:
        raise Invalid(
            f"Creating this Droplet will exceed your Droplet limit of {world.settings.max_droplets}."
        )


async def check_room(tx: Tx, world: World, size: Size) -> None:
    """Refuse one more Droplet of this size if there is no room for it. Raises Invalid, HostFull, NoSpace."""
    await _check_limit(tx, world)
    await admission.fit_memory(tx, world, size.memory_mb)
    await admission.fit_disk(tx, world, size.disk_gb * GIB)
    await admission.keep_reserve(world)


async def reserve_room(run: Run) -> None:
    """Ask once more: the Action may have waited, or dewd may have been away."""
    await admission.keep_reserve(run.world)


async def take_back(run: Run) -> Writes:
    """Undo acceptance: the Droplet was never there."""

    async def write(tx: Tx) -> None:
        await droplets.mark_gone(tx, run.resource_id, run.world.now())
        await backups.disable(tx, run.resource_id)
        await billing.forget_droplet(tx, run.resource_id)
        await layers.drop_volume(tx, run.param("volume"))

    return write


async def create_volume(run: Run) -> None:
    """Lay an empty, writable Layer over the Image's."""
    async with run.world.database.read() as tx:
        chain = await layers.chain(tx, run.param("layer"))
        size = await layers.disk_bytes(tx, run.param("layer"))
    await run.world.store.create_overlay(chain[0], chain[1:], size)


async def discard_volume(run: Run) -> None:
    await run.world.store.discard(run.param("layer"))


async def allocate_address(run: Run) -> Writes:
    """Choose the loopback address at which this machine reaches the Droplet."""

    async def write(tx: Tx) -> None:
        await addresses.allocate(tx, run.resource_id, run.world.settings.network)

    return write


async def free_address(run: Run) -> Writes:
    async def write(tx: Tx) -> None:
        await addresses.free(tx, run.resource_id)
        await exposures.remove_all(tx, run.resource_id)

    return write


async def choose_password(run: Run) -> Writes | None:
    """With no key there must be another way in: a password, kept until it has been shown once."""
    async with run.world.database.read() as tx:
        droplet = await droplets.get(tx, run.resource_id, gone=True)
    if droplet.public_keys:
        return None
    password = seed.generate_password()
    hashed = await seed.hash_password(password)

    async def write(tx: Tx) -> None:
        await droplets.change(tx, run.resource_id, password_hash=hashed, password_once=password)

    return write


async def start(run: Run) -> Writes:
    run.report(0.1, "Starting the guest")
    return guests.seen(await guests.start(run.world, run.resource_id))


async def forget_guest(run: Run) -> Writes:
    await run.world.host.forget(run.resource_id)

    async def write(tx: Tx) -> None:
        await guest_rows.record(tx, run.resource_id, Observed.ABSENT)

    return write


async def record_active(run: Run) -> Writes:
    """From here on it is the user's Droplet, and Dew keeps it on."""
    return guests.on(await run.world.host.observe(run.resource_id))


CREATE = Kind(
    name="create",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(
        Step("reserve_room", reserve_room, undo=take_back),
        Step("create_volume", create_volume, undo=discard_volume),
        Step("allocate_address", allocate_address, undo=free_address),
        Step("choose_password", choose_password),
        Step("start", start, undo=forget_guest, weight=6),
        Step("record_active", record_active, pivot=True),
    ),
)
