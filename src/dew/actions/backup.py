"""backup: the Snapshot that a Droplet's policy asks for, made by reconcile/backups.py.

prepare_successor · switch_disk ◆ · record_backup · prune

Old Backups give way only when the new one is there.
"""

from datetime import datetime

from dew.actions import snapshot
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import backups, droplets, images
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.image import ImageKind

NOT_ENABLED = "Backups are not enabled for this Droplet."


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Settle what a Snapshot settles, and for which window it is. Raises Invalid where none is wanted."""
    assert request.resource_id is not None
    droplet = await droplets.get(tx, request.resource_id)
    if await backups.schedule(tx, droplet.id) is None:
        raise Invalid(NOT_ENABLED)
    name = f"{droplet.name[: snapshot.NAME_LENGTH - 11]} {world.now():%Y-%m-%d}"
    planned = Request(request.kind, droplet.id, {"name": name})
    accepted = await snapshot.plan(tx, world, planned, ImageKind.BACKUP)
    return Accepted(droplet.id, droplet.region, {**accepted.params, "window": request.params["window"]})


async def record_backup(run: Run) -> Writes:
    """Show the Backup, and count its window as done."""
    record = await snapshot.record_snapshot(run)

    async def write(tx: Tx) -> None:
        await record(tx)
        window_at = datetime.fromisoformat(run.param("window"))
        await backups.made(tx, run.resource_id, window_at, run.world.now())

    return write


async def prune(run: Run) -> Writes:
    """Give up the Backups beyond those that the policy keeps."""

    async def write(tx: Tx) -> None:
        schedule = await backups.schedule(tx, run.resource_id)
        if schedule is None:  # disabled meanwhile, by a destroy that waits for this to end
            await backups.disable(tx, run.resource_id)
            return
        for image_id in await backups.beyond(tx, run.resource_id, schedule.policy.kept):
            await images.remove(tx, image_id)

    return write


BACKUP = Kind(
    name="backup",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(
        Step("prepare_successor", snapshot.prepare_successor, undo=snapshot.forget_plan, weight=2),
        Step("switch_disk", snapshot.switch_disk, pivot=True, weight=4),
        Step("record_backup", record_backup, weight=2),
        Step("prune", prune),
    ),
)
