"""undo: give a Droplet back the disk that a restore or rebuild replaced, with the identity it had then.

grow_disk · stop · point_droplet · start ◆

The two disks change places, so undoing again leads back again.
"""

from collections.abc import Sequence

from dew.actions import exchange
from dew.actions.kind import Accepted, Kind, Request, Step
from dew.actions.resize import grow_disk, record_size
from dew.actions.world import World
from dew.database import damage, kept_disks, layers
from dew.database.connect import Tx
from dew.database.kept_disks import KeptDisk
from dew.model.errors import Invalid

NOTHING_KEPT = (
    "There is nothing to undo: no disk of this Droplet is kept. A disk that a restore or rebuild replaced is "
    "given up after a while, and sooner when space is short."
)


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the kept disk: the one that was replaced last, unless another one is named."""
    droplet, head = await exchange.droplet_with_disk(tx, request)
    kept = _choose(await kept_disks.of_droplet(tx, droplet.id), request.params.get("disk"))
    await damage.refuse(tx, kept.layer_id)
    disk_bytes = await layers.disk_bytes(tx, head)
    grows = await layers.disk_bytes(tx, kept.layer_id) < disk_bytes  # the Droplet was resized since
    becomes = {"image_id": kept.image_id, "hostname": kept.hostname, "incarnation": kept.incarnation}
    size = {"grows": grows, "disk_bytes": disk_bytes}
    of_kept = {"volume": kept.id, "replaced_at": kept.replaced_at.isoformat()}
    moving = (droplet, head, kept.layer_id)
    return await exchange.accepted(tx, world, moving, becomes, **size, **of_kept)


def _choose(kept: Sequence[KeptDisk], wanted: int | None) -> KeptDisk:
    if not kept:
        raise Invalid(NOTHING_KEPT)
    if wanted is None:
        return kept[0]
    for disk in kept:
        if disk.id == wanted:
            return disk
    raise Invalid(
        f"No disk {wanted} of this Droplet is kept; kept are: {', '.join(str(disk.id) for disk in kept)}."
    )


UNDO = Kind(
    name="undo",
    version=1,
    resource_type="droplet",
    accept=accept,
    steps=(Step("grow_disk", grow_disk, undo=record_size), *exchange.STEPS),
)
