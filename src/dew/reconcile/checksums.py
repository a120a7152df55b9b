"""Checksums: each Layer is read once soon after it was sealed, so that a later check can tell what it held.

What was damaged before that is not noticed; after it, every flipped bit is. A Layer whose reading is cut
short by the end of dewd is begun anew by the next; those that were read are never read again here.
"""

import asyncio

import structlog

from dew.actions.check_store import read_layer
from dew.actions.world import World
from dew.database import damage
from dew.model.errors import DewError

LOOK_EVERY_SECONDS = 600.0  # for what nobody woke us for, and for what failed the last time
SETTLE_SECONDS = 5.0  # an Action has just ended, and often the next one follows: let the user go first

log = structlog.get_logger()


class Checksums:
    """Reads what has no checksum yet, when woken and now and then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something may have been sealed."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
            except DewError as error:
                log.warning("checksums can't be computed now, trying again later", error=str(error))
            try:
                # Not wait_for: Python 3.11 can swallow a cancellation in the moment of waking.
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(SETTLE_SECONDS)

    async def catch_up(self) -> None:
        """Read every Layer that was not read since it was sealed."""
        async with self._world.database.read() as tx:
            unread = await damage.unread(tx)
        for layer_id in unread:
            try:
                await read_layer(self._world, layer_id)
            except DewError as error:  # one that can't be read must not keep the others waiting
                log.warning("a Layer could not be read", layer=layer_id, error=str(error))
