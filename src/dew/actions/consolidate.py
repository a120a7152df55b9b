"""consolidate: the many Layers of a Droplet's history become one, with nothing lost: reads are fast again.

merge_layers · take_droplet · point_volume ◆ · reopen

Merging may take minutes and locks nobody; the Droplet is locked for the moment in which its Volume gets the
new, shallower parent. Images that stand on the merged Layers keep them; the sweeper finds the others.
"""

import structlog

from dew.actions import admission
from dew.actions.check_store import STORE
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import actions, damage, droplets, layers
from dew.database.connect import Tx
from dew.model.action import ActionState
from dew.model.errors import Broken, Invalid, NotFound, StepFailed, Transient

FEWEST = 2  # Layers that are worth merging

log = structlog.get_logger()


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle what is merged: all between the Volume and the oldest Layer, which others may share.

    Raises NotFound, Invalid, Damaged, NoSpace.
    """
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if droplet.volume_id is None:
        raise Broken(f"Droplet {droplet.id} has no disk.")
    head, *merged, oldest = await layers.volume_chain(tx, droplet.volume_id)
    if len(merged) < FEWEST:
        raise Invalid(f"The disk of {droplet.name} has too short a history for anything to be merged.")
    await damage.refuse(tx, head)
    usages = [await world.store.usage(layer) for layer in merged]
    await admission.keep_reserve(world, sum(usage.allocated_bytes for usage in usages))
    layer = await layers.add_layer(tx, oldest, usages[0].disk_bytes, world.now())
    settled = {"droplet": droplet.id, "volume": droplet.volume_id, "head": head}
    below = {"layer": layer, "merged": merged, "oldest": oldest, "layers": [layer, *merged]}
    return Accepted(STORE, droplet.region, settled | below)


async def merge_layers(run: Run) -> Writes:
    """Write one Layer that shows what the many show."""
    merged, layer = tuple(run.param("merged")), run.param("layer")
    words = f"Merging {len(merged)} Layers of a disk's history"
    report = admission.watched(run.world, run.world.settings.work, run.report)
    await run.world.store.merge(layer, merged, (run.param("oldest"),), lambda share: report(share, words))

    async def write(tx: Tx) -> None:
        await layers.set_sealed(tx, layer, run.world.now())

    return write


async def discard(run: Run) -> None:
    await run.world.store.discard(run.param("layer"))


async def take_droplet(run: Run) -> None:
    """Wait for the Droplet's lock. Its disk must be as it was: a Snapshot or restore meanwhile goes first."""
    while True:
        committed = run.world.database.next_commit()
        async with run.world.database.write() as tx:
            if await _locked(tx, run):
                return
        await committed.wait()


async def _locked(tx: Tx, run: Run) -> bool:
    """Take the Droplet's lock, if it is free. Raises StepFailed where waiting for it is in vain."""
    droplet_id = run.param("droplet")
    try:
        droplet = await droplets.get(tx, droplet_id)
    except NotFound:
        raise StepFailed("The Droplet was deleted meanwhile.") from None
    holder = await actions.lock_holder(tx, "droplet", droplet_id)
    if holder not in (None, run.action.id):
        if (await actions.get(tx, holder)).state is ActionState.STUCK:
            raise StepFailed(f"Action {holder} of the Droplet is stuck.")
        return False
    if droplet.volume_id != run.param("volume") or await _head(tx, run) != run.param("head"):
        raise StepFailed("The Droplet's disk became another meanwhile.")
    await actions.lock(tx, "droplet", droplet_id, run.action.id)
    return True


async def _head(tx: Tx, run: Run) -> int:
    return await layers.head_of(tx, run.param("volume"))


async def point_volume(run: Run) -> Writes:
    """From here on the Volume lies over the new Layer: for all who read the database the chain is short."""

    async def write(tx: Tx) -> None:
        await layers.set_parent(tx, run.param("head"), run.param("layer"))

    return write


async def reopen(run: Run) -> None:
    """Have a running guest read through the short chain.

    One that does not is asked again later (``reconcile/consolidation.py``), and loses nothing meanwhile: what
    it reads through stays open in its process.
    """
    async with run.world.database.read() as tx:
        chain = await layers.chain(tx, run.param("head"))
    try:
        await run.world.host.shorten_chain(run.param("droplet"), run.world.store.disk(chain))
    except (StepFailed, Transient) as error:
        log.warning(
            "a guest goes on reading its long chain for now", droplet=run.param("droplet"), error=str(error)
        )


CONSOLIDATE = Kind(
    name="consolidate",
    version=1,
    resource_type="store",
    accept=accept,
    locks=False,
    steps=(
        Step("merge_layers", merge_layers, undo=discard, weight=20),
        Step("take_droplet", take_droplet),
        Step("point_volume", point_volume, pivot=True),
        Step("reopen", reopen),
    ),
)
