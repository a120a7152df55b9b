"""export_snapshot: write a Snapshot's disk out as one standalone file, which clients then fetch.

make_room · write_file · record_export ◆

The Snapshot is locked meanwhile, so nobody deletes what is being read; Droplets go on.
"""

from dew.actions import admission
from dew.actions.kind import Accepted, Kind, Request, Run, Step
from dew.actions.world import World
from dew.database import damage, images, layers
from dew.database.connect import Tx
from dew.model.errors import Invalid
from dew.model.image import ImageKind
from dew.storage.exports import Exports


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Note what is read. Raises NotFound, Invalid for what is no Snapshot."""
    assert request.resource_id is not None
    image = await images.get(tx, request.resource_id)
    if image.kind is not ImageKind.SNAPSHOT:
        raise Invalid(f"{image.name} is no Snapshot, and only Snapshots are exported.")
    await damage.refuse(tx, image.layer_id)
    settled = {"layers": [image.layer_id], "layer": image.layer_id, "name": image.name}
    more = {"used_bytes": image.used_bytes, "taken_at": image.created_at.isoformat()}
    return Accepted(image.id, image.region, settled | more)


def _exports(run: Run) -> Exports:
    return Exports(run.world.settings.exports)


def _taken_at(run: Run) -> str:
    return str(run.action.params.get("taken_at", ""))  # an Action that an older Dew accepted has none


async def _is_there(run: Run) -> bool:
    return await _exports(run).find(run.resource_id, _taken_at(run)) is not None


async def make_room(run: Run) -> None:
    exports = _exports(run)
    if await _is_there(run):
        await exports.keep(run.resource_id)
        return
    await exports.make_room(run.param("used_bytes"), run.world.settings.reserve_bytes)


async def write_file(run: Run) -> None:
    if await _is_there(run):
        return
    async with run.world.database.read() as tx:
        chain = await layers.chain(tx, run.param("layer"))
    words = f"Writing {run.param('name')} to a file"
    report = admission.watched(run.world, run.world.settings.exports, run.report)
    await run.world.store.export(
        chain, _exports(run).path(run.resource_id), lambda share: report(share, words)
    )


async def remove_file(run: Run) -> None:
    await _exports(run).remove(run.resource_id)


async def record_export(run: Run) -> None:
    if not await _is_there(run):
        run.report(0.0, "Computing the checksum")
        await _exports(run).record(run.resource_id, _taken_at(run))


EXPORT_SNAPSHOT = Kind(
    name="export_snapshot",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(
        Step("make_room", make_room),
        Step("write_file", write_file, undo=remove_file, weight=20),
        Step("record_export", record_export, pivot=True, weight=3),
    ),
)
