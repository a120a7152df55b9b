"""snapshot: a named Image of a Droplet's disk at one instant, off or running.

prepare_successor · switch_disk ◆ · record_snapshot

The Volume's Layer is sealed and the Droplet goes on in a new, empty one on top; nothing is copied. Once
QEMU may have switched, the guest's writes may be in the successor, so from there the way is forward.
"""

from datetime import datetime

from dew.actions import admission, guests
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import damage, droplets, images, layers
from dew.database.connect import Tx
from dew.model.disk import Chain
from dew.model.droplet import Observed, Power
from dew.model.errors import Broken, Damaged, Invalid
from dew.model.image import Consistency, ImageKind

NAME_LENGTH = 255


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the successor's Layer and the Image that will show the sealed one."""
    return await plan(tx, world, request, ImageKind.SNAPSHOT)


async def plan(tx: Tx, world: World, request: Request, kind: ImageKind) -> Accepted:
    """The same for an Image of another kind: a Backup is a Snapshot that nobody had to ask for."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if droplet.volume_id is None:
        raise Broken(f"Droplet {droplet.id} has no disk.")
    await admission.fit_images(tx, world)
    await admission.keep_reserve(world)
    for found in (await damage.of_volumes(tx, [droplet.volume_id])).values():
        raise Damaged(f"{found} A Snapshot would stand on that. Put the file back, then run dew check store.")
    head, *_ = chain = await layers.volume_chain(tx, droplet.volume_id)
    _check_depth(world, chain)
    disk_bytes = await layers.disk_bytes(tx, head)
    source = await _distribution(tx, droplet.image_id)
    successor = await layers.add_layer(tx, head, disk_bytes, world.now())
    image = images.NewImage(
        kind=kind,
        name=_name(request.params.get("name"), droplet.name, world.now()),
        distribution=source,
        description="",
        layer_id=head,
        disk_bytes=disk_bytes,
        droplet_id=droplet.id,
        region=droplet.region,
        incarnation=droplet.incarnation,
        hostname=droplet.hostname,
        origin_id=droplet.image_id,
    )
    image_id = await images.plan(tx, image, world.now())
    settled = {"layers": [successor], "successor": successor, "sealed": head}
    more = {"volume": droplet.volume_id, "image": image_id, "name": image.name}
    return Accepted(droplet.id, droplet.region, settled | more)


def _name(asked: str | None, droplet_name: str, now: datetime) -> str:
    name = asked or f"{droplet_name}-{int(now.timestamp() * 1000)}"
    if len(name) > NAME_LENGTH:
        raise Invalid(f"A Snapshot's name has at most {NAME_LENGTH} characters.")
    return name


def _check_depth(world: World, chain: Chain) -> None:
    if len(chain) >= world.settings.max_chain_layers:
        raise Invalid(
            f"This disk's history is {len(chain)} Layers deep, which is the limit: every Snapshot adds one. "
            "Dew merges old ones in the background: try again soon; dew logs says what keeps it from that."
        )


async def _distribution(tx: Tx, image_id: int) -> str:
    source = await images.find(tx, image_id)
    return source.distribution if source else "Unknown"


async def prepare_successor(run: Run) -> None:
    """Make the empty Layer that the Droplet will go on in."""
    chain = await _chain(run)
    async with run.world.database.read() as tx:
        disk_bytes = await layers.disk_bytes(tx, chain[0])
    await run.world.store.create_overlay(chain[0], chain[1:], disk_bytes)


async def forget_plan(run: Run) -> Writes:
    """Undo everything: nothing was switched, so the successor is empty and nobody saw the Image."""
    await run.world.store.discard(run.param("successor"))

    async def write(tx: Tx) -> None:
        await images.remove(tx, run.param("image"))

    return write


async def switch_disk(run: Run) -> Writes:
    """Let the Droplet write to the successor, from one instant on."""
    run.report(0.1, "Switching to a new Layer")
    droplet_id, chain = run.resource_id, await _chain(run)
    observed = (await run.world.host.observe(droplet_id)).state
    if observed in (Observed.RUNNING, Observed.PAUSED):
        disk = run.world.store.disk
        consistency = await run.world.host.switch_disk(droplet_id, disk(chain[1:]), disk(chain))
    else:
        # A guest that powered itself off still has its disk open: it must let go before the Layer is sealed.
        if run.outputs.get("shut_down"):  # by Dew and not by the user: it is still meant to be on
            await run.world.host.ensure_stopped(droplet_id)
        else:
            await guests.let_go(run.world, droplet_id)
        consistency = await _consistency_without_guest(run)
    run.outputs |= {"consistency": consistency.value, "taken_at": run.world.now().isoformat()}

    async def write(tx: Tx) -> None:
        await layers.point_volume(tx, run.param("volume"), run.param("successor"))

    return write


async def _consistency_without_guest(run: Run) -> Consistency:
    if run.outputs.get("shut_down"):
        return Consistency.OFF
    async with run.world.database.read() as tx:
        droplet = await droplets.get(tx, run.resource_id, gone=True)
    return Consistency.OFF if droplet.desired_power is Power.OFF else Consistency.CRASH


async def record_snapshot(run: Run) -> Writes:
    """Seal the Layer and show the Snapshot."""
    sealed = run.param("sealed")
    await run.world.store.seal(sealed)
    async with run.world.database.read() as tx:
        chain = await layers.chain(tx, sealed)
    used_bytes = await _used_bytes(run.world, chain)

    async def write(tx: Tx) -> None:
        await layers.set_sealed(tx, sealed, run.world.now())
        await images.finish(
            tx,
            run.param("image"),
            consistency=run.outputs["consistency"],
            created_at=_created_at(run),
            used_bytes=used_bytes,
        )

    return write


def _created_at(run: Run) -> datetime:
    """Return what a Snapshot is dated: when its Action began, since Terraform finds it by nothing else.

    What DigitalOcean has no Action for is dated by the instant that it shows.
    """
    taken_at = datetime.fromisoformat(run.outputs["taken_at"])
    return run.action.started_at if run.action.kind == SNAPSHOT.name else taken_at


async def _used_bytes(world: World, chain: Chain) -> int:
    """Return what a disk holds: the sum over its Layers, shared with other Images as they may be."""
    usages = [await world.store.usage(layer) for layer in chain]
    return sum(usage.allocated_bytes for usage in usages)


async def _chain(run: Run) -> Chain:
    async with run.world.database.read() as tx:
        return await layers.chain(tx, run.param("successor"))


SNAPSHOT = Kind(
    name="snapshot",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(
        Step("prepare_successor", prepare_successor, undo=forget_plan, weight=2),
        Step("switch_disk", switch_disk, pivot=True, weight=4),
        Step("record_snapshot", record_snapshot, weight=2),
    ),
)
