"""Promises: how much memory and disk the Droplets have been promised.

Memory is promised to a Droplet that is wanted on, and to one that an unfinished Action will start: such an
Action notes ``memory_mb`` in its params. Disk is promised to every Droplet, on or off: as much as its disk
can grow to. One that is deleted is promised nothing from that moment, although its guest takes some more
seconds to end: who replaces a Droplet must not be refused for it.

The statements stand here by themselves because ``dew doctor`` asks them too, without dewd.
"""

from sqlalchemy import Select, case, func, select

from dew.database.connect import Tx
from dew.database.tables import actions, droplets, layers, locks, volumes
from dew.model.droplet import Power

_WANTED = case((droplets.c.desired_power == Power.ON.value, droplets.c.memory_mb), else_=0)
_CLAIMED = func.coalesce(actions.c.params["memory_mb"].as_integer(), 0)

MEMORY_MB: Select[tuple[int]] = (
    select(func.coalesce(func.sum(case((_CLAIMED > _WANTED, _CLAIMED), else_=_WANTED)), 0))
    .select_from(droplets)
    .outerjoin(locks, (locks.c.resource_type == "droplet") & (locks.c.resource_id == droplets.c.id))
    .outerjoin(actions, actions.c.id == locks.c.action_id)
    .where(droplets.c.gone_at.is_(None))
)

DISK_BYTES: Select[tuple[int]] = (
    select(func.coalesce(func.sum(layers.c.disk_bytes), 0))
    .select_from(droplets)
    .join(volumes, volumes.c.id == droplets.c.volume_id)
    .join(layers, layers.c.id == volumes.c.layer_id)
    .where(droplets.c.gone_at.is_(None))
)


async def memory_bytes(tx: Tx) -> int:
    """Return the memory that is promised."""
    return int(await tx.scalar(MEMORY_MB) or 0) * 2**20


async def disk_bytes(tx: Tx) -> int:
    """Return the disk space that is promised."""
    return int(await tx.scalar(DISK_BYTES) or 0)
