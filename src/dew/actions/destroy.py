"""destroy: a Droplet goes, whatever else is going on with it. Its Snapshots stay, its Backups go with it.

(mark_gone ◆ at acceptance) · settle_open_action · stop · delete_volume · free_address
"""

from dew.actions.create import free_address
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import actions, backups, billing, droplets, images, kept_disks, layers
from dew.database import guests as guest_rows
from dew.database.connect import Tx
from dew.model.action import ActionState
from dew.model.droplet import Observed

CLOSED = "The Droplet was destroyed."


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """From this moment the Droplet does not exist for clients. Raises NotFound.

    ``associated`` are the ids of Snapshots that are deleted with it, by Actions of their own.
    """
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    await droplets.mark_gone(tx, droplet.id, world.now())
    await backups.disable(tx, droplet.id)
    await billing.settle(tx, droplet.id, world.settings.prices, world.now())
    associated = {name: ids for name, ids in request.params.items() if name == "associated"}
    return Accepted(droplet.id, droplet.region, {**associated, "name": droplet.name})


async def settle_open_action(run: Run) -> Writes:
    """Cancel what has not passed its pivot, wait for what has, close what is stuck; then take the lock."""
    while True:
        committed = run.world.database.next_commit()
        async with run.world.database.write() as tx:
            holder = await actions.lock_holder(tx, "droplet", run.resource_id)
            if holder is None or holder == run.action.id:
                await actions.lock(tx, "droplet", run.resource_id, run.action.id)
                return _forget_unfinished(run)
            await _settle(tx, holder)
        await committed.wait()


async def _settle(tx: Tx, holder: int) -> None:
    other = await actions.get(tx, holder)
    if other.state is ActionState.STUCK:
        await actions.change(
            tx, other.id, other.generation, state=ActionState.ERRORED.value, error=f"{other.error} {CLOSED}"
        )
        await actions.unlock(tx, other.id)
    elif not other.cancel_requested:
        await actions.request_cancel(tx, other.id)


def _forget_unfinished(run: Run) -> Writes:
    """Snapshots that a closed Action never finished were never shown to anybody; Backups are not any more."""

    async def write(tx: Tx) -> None:
        await images.remove_unfinished(tx, run.resource_id)

    return write


async def stop(run: Run) -> Writes:
    async with run.world.turns.of(run.resource_id):  # the reconciler may be starting it just now
        await run.world.host.forget(run.resource_id)

    async def write(tx: Tx) -> None:
        await guest_rows.record(tx, run.resource_id, Observed.ABSENT)

    return write


async def delete_volume(run: Run) -> Writes:
    """Give up the disk, and those that were kept. Only the writable Layer of each is certainly nobody else's;
    the sweeper finds the others.
    """
    async with run.world.database.read() as tx:
        heads = await _heads(tx, run.resource_id)
    for head in heads.values():
        await run.world.store.discard(head)

    async def write(tx: Tx) -> None:
        for volume_id in heads:
            await layers.drop_volume(tx, volume_id)

    return write


async def _heads(tx: Tx, droplet_id: int) -> dict[int, int]:
    """Return the writable Layers of all disks that a Droplet has or had, by Volume."""
    heads = {kept.id: kept.layer_id for kept in await kept_disks.of_droplet(tx, droplet_id)}
    volume_id = (await droplets.get(tx, droplet_id, gone=True)).volume_id
    if volume_id is not None:
        heads[volume_id] = await layers.head_of(tx, volume_id)
    return heads


DESTROY = Kind(
    name="destroy",
    version=1,
    resource_type="droplet",
    accept=accept,
    pivot_at_acceptance=True,
    locks=False,
    steps=(
        Step("settle_open_action", settle_open_action),
        Step("stop", stop, weight=3),
        Step("delete_volume", delete_volume),
        Step("free_address", free_address),
    ),
)
