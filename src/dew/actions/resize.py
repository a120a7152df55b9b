"""resize: another size for a Droplet that is off. Its disk grows only if that is asked for, and for good.

let_go · reserve_room · grow_disk · set_size ◆

The filesystem inside grows at the next boot: images bring what does it.
"""

from dew.actions import admission, create, exchange, guests
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import billing, droplets, layers
from dew.database.connect import Tx
from dew.model.allowance import GIB
from dew.model.droplet import Droplet, Observed, Power, Status
from dew.model.errors import GuestRefused, Invalid
from dew.model.size import SIZE_BY_SLUG, Size

MUST_BE_OFF = "Droplet is currently on. Please power it off to run this event."  # DigitalOcean's words
NEVER_SHRINKS = "Size can not decrease size of Droplet's disk image"  # these too


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle the new size. Raises Invalid where the Droplet is on or its disk would have to shrink, HostFull
    and NoSpace where the machine has no room for more.
    """
    droplet, head = await exchange.droplet_with_disk(tx, request)
    size = _size(request.params.get("size"))
    if droplet.status is not Status.OFF:
        raise Invalid(MUST_BE_OFF)
    disk_gb = await check_room(tx, world, droplet, size, bool(request.params.get("disk")))
    settled = {
        "size": size.slug,
        "disk_gb": disk_gb,
        "layer": head,
        "disk_bytes": disk_gb * GIB,
        "grows": disk_gb * GIB > await layers.disk_bytes(tx, head),
    }
    return Accepted(droplet.id, droplet.region, settled)


def _size(slug: object) -> Size:
    if not slug:
        raise Invalid("Size can't be blank")
    if slug not in SIZE_BY_SLUG:
        raise Invalid("You specified an invalid size for Droplet resize.")
    return SIZE_BY_SLUG[str(slug)]


async def check_room(tx: Tx, world: World, droplet: Droplet, size: Size, with_disk: bool) -> int:
    """Return how big the disk will be. Raises Invalid (it would have to shrink), HostFull, NoSpace.

    A Droplet that is on is judged as if it were off, which it will have to be.
    """
    disk_gb = _disk_gb(droplet, size, with_disk)
    if size.memory_mb > droplet.memory_mb:
        promised_mb = droplet.memory_mb if droplet.desired_power is Power.ON else 0
        await admission.fit_memory(tx, world, size.memory_mb, given_up_mb=promised_mb)
    if disk_gb > droplet.disk_gb:
        await admission.fit_disk(tx, world, (disk_gb - droplet.disk_gb) * GIB)
    return disk_gb


def _disk_gb(droplet: Droplet, size: Size, with_disk: bool) -> int:
    if not with_disk:
        return droplet.disk_gb
    if size.disk_gb < droplet.disk_gb:
        raise Invalid(NEVER_SHRINKS)
    return size.disk_gb


async def let_go(run: Run) -> None:
    """A guest that powered itself off still has its disk open. One that runs after all is left alone."""
    if (await run.world.host.observe(run.resource_id)).state in (Observed.RUNNING, Observed.PAUSED):
        raise GuestRefused(MUST_BE_OFF)
    await guests.let_go(run.world, run.resource_id)


async def reserve_room(run: Run) -> None:
    """More memory takes no disk; a bigger disk will."""
    if run.param("grows"):
        await create.reserve_room(run)


async def grow_disk(run: Run) -> Writes | None:
    """Give the disk its new size; what is on it stays as it is."""
    if not run.param("grows"):
        return None
    await run.world.store.grow(run.param("layer"), run.param("disk_bytes"))
    return await record_size(run)


async def record_size(run: Run) -> Writes | None:
    """Write down how big the disk really is, as an undo too: it can't shrink, and Snapshots are that big."""
    if not run.param("grows"):
        return None
    usage = await run.world.store.usage(run.param("layer"))

    async def write(tx: Tx) -> None:
        await layers.set_disk_bytes(tx, run.param("layer"), usage.disk_bytes)

    return write


async def set_size(run: Run) -> Writes:
    size = SIZE_BY_SLUG[run.param("size")]
    shape = {"size_slug": size.slug, "vcpus": size.vcpus, "memory_mb": size.memory_mb}

    async def write(tx: Tx) -> None:
        await droplets.change(tx, run.resource_id, disk_gb=run.param("disk_gb"), **shape)
        await billing.settle(tx, run.resource_id, run.world.settings.prices, run.world.now())

    return write


RESIZE = Kind(
    name="resize",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(
        Step("let_go", let_go),
        Step("reserve_room", reserve_room),
        Step("grow_disk", grow_disk, undo=record_size, weight=2),
        Step("set_size", set_size, pivot=True),
    ),
)
