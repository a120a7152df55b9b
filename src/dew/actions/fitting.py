"""Fitting: which sizes this machine has room for now, asked of the very checks that would refuse them.

Nothing is made or held: what fits now may not fit a moment later, and then is refused in the same words.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from dew.actions import create, resize
from dew.actions.world import World
from dew.database import droplets
from dew.database.connect import Tx
from dew.model.errors import RequestError, StepFailed
from dew.model.size import SIZES, Size

Check = Callable[[Size], Awaitable[object]]


@dataclass(frozen=True)
class Fit:
    """Whether a size fits."""

    slug: str
    reason: str  # why it does not, in a sentence with numbers; "" where it fits


class Fitting:
    """Answers for one machine."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def of_new_droplet(self) -> list[Fit]:
        """Return of each size whether one more Droplet can have it."""
        async with self._world.database.read() as tx:
            return [await _judged(size, self._creating(tx)) for size in SIZES]

    async def of_droplet(self, droplet_id: int, *, with_disk: bool) -> list[Fit]:
        """Return of each size whether the Droplet can be resized to it, once it is off. Raises NotFound."""
        async with self._world.database.read() as tx:
            droplet = await droplets.get(tx, droplet_id)

            async def check(size: Size) -> None:
                await resize.check_room(tx, self._world, droplet, size, with_disk)

            return [await _judged(size, check) for size in SIZES]

    def _creating(self, tx: Tx) -> Check:
        return lambda size: create.check_room(tx, self._world, size)


async def _judged(size: Size, check: Check) -> Fit:
    try:
        await check(size)
    except (RequestError, StepFailed) as error:
        return Fit(size.slug, str(error))
    return Fit(size.slug, "")
