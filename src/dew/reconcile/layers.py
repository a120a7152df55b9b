"""The sweeper: gives back the space of Layers that nothing needs. The most dangerous code in the house.

It lists the directory first and asks the database afterwards, so that a Layer that was begun in between is
not in the list. It moves to the trash, and deletes from there later. It refuses to run when the database
does not fit the store: another identity, or a Layer with an id that this database never gave out, both of
which mean a lost, empty or older database. That must never cost a disk.
"""

import asyncio
import time
from datetime import timedelta

import structlog

from dew.actions.world import World
from dew.database import facts, kept_disks, layers
from dew.database.connect import Tx
from dew.images.kept import give_up_oldest
from dew.model.errors import Broken, DewError, Transient
from dew.reconcile.guests import remove_orphans
from dew.storage.durable import in_thread
from dew.storage.exports import Exports
from dew.storage.store import LayerStore

SWEEP_EVERY_SECONDS = 3600.0
LOOK_AT_ROOM_EVERY_SECONDS = 5.0  # guests fill a disk in minutes, and asking the filesystem costs nothing
WORKING_ROOM_BYTES = 256 * 2**20  # beyond the reserve, so that Actions are not refused while trash is kept
HURRY = (12 * 3600.0, 3600.0, 60.0, 0.0)  # how long trash is kept when space is short, step by step

log = structlog.get_logger()


class Sweeper:
    """Sweeps when woken, and every hour."""

    def __init__(self, world: World, keep_retired_hours: float, keep_trash_hours: float) -> None:
        self._world = world
        self._keep_retired = timedelta(hours=keep_retired_hours)
        self._keep_trash_seconds = keep_trash_hours * 3600
        self._woken = asyncio.Event()
        self._short = False  # whether space was short at the last look

    def wake(self) -> None:
        """Something may have become unreachable."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self.sweep()
                await remove_orphans(self._world)
                await self._world.database.set_space_aside()
            except Transient as error:
                log.warning("could not sweep", error=str(error))
                self._short = False  # if it is for want of space, that is seen anew, and tried again soon
            except DewError as error:
                log.error("the sweeper refused or failed", error=str(error))
            except Exception:
                log.exception("the sweeper failed")
            await self._rest()

    async def _rest(self) -> None:
        """Return when woken, when space has just become short, and after an hour in any case."""
        until = time.monotonic() + SWEEP_EVERY_SECONDS
        while time.monotonic() < until and not await self._woken_soon():
            before, self._short = self._short, await self._is_short()
            if self._short and not before:
                return

    async def _woken_soon(self) -> bool:
        try:
            # Not wait_for: Python 3.11 can swallow a cancellation in the moment of waking.
            async with asyncio.timeout(LOOK_AT_ROOM_EVERY_SECONDS):
                return await self._woken.wait()
        except TimeoutError:
            return False

    async def _is_short(self) -> bool:
        try:
            room = await self._world.store.room()
        except DewError:  # a disk that can't be asked is the sweep's to report
            return False
        return room.free_bytes < self._world.settings.reserve_bytes + WORKING_ROOM_BYTES

    async def sweep(self) -> frozenset[int]:
        """Put what nothing needs into the trash, empty the old trash; return the Layers put there.

        When space is still short, images in the cache go, since they can be had again, the oldest first; then
        exports, since they can be written again; last the disks kept for an undo, the oldest first.
        Raises Broken, touching nothing, when the database does not fit the store.
        """
        unneeded = await self._discard_unneeded()
        await self._empty_trash()
        while await self._is_short() and await self._give_up_oldest_image():
            pass
        if await self._is_short():
            await Exports(self._world.settings.exports).give_up_finished()
        while await self._is_short() and await self._give_up_oldest_disk():
            unneeded |= await self._discard_unneeded()
            await self._empty_trash()
        return unneeded

    async def _discard_unneeded(self) -> frozenset[int]:
        present = await self._world.store.list_everything()
        kept_since = self._world.now() - self._keep_retired
        async with self._world.database.write() as tx:
            await check_fit(self._world.store, tx, present)
            await kept_disks.give_up_old(tx, kept_since)
            needed = await layers.reachable(tx, kept_since)
            forgotten = await layers.list_ids(tx) - needed
        unneeded = present - needed
        for layer in sorted(unneeded):
            log.info("layer is needed no more", layer=layer)
            await self._world.store.discard(layer)
        async with self._world.database.write() as tx:
            await layers.drop_layers(tx, forgotten)
        return unneeded

    async def _give_up_oldest_image(self) -> bool:
        settings = self._world.settings
        try:
            given_up = await in_thread(give_up_oldest, settings.image_cache, settings.work)
        except OSError as error:  # it may be somebody else's; what else can be given up is ours
            log.warning("an image in the cache could not be given up", error=str(error))
            return False
        if given_up is not None:
            log.warning("space is short: gave up an image in the cache", file=str(given_up))
        return given_up is not None

    async def _give_up_oldest_disk(self) -> bool:
        async with self._world.database.write() as tx:
            given_up = await kept_disks.give_up_oldest(tx)
        if given_up is not None:
            log.warning("space is short: gave up a disk kept for an undo", volume=given_up)
        return given_up is not None

    async def _empty_trash(self) -> None:
        await self._world.store.empty_trash(self._keep_trash_seconds)
        for seconds in HURRY:
            if not await self._is_short():
                return
            if await self._world.store.empty_trash(seconds):
                log.warning("space is short: emptied trash early", older_than_seconds=seconds)


async def check_fit(store: LayerStore, tx: Tx, present: frozenset[int]) -> None:
    """Raise Broken when the database and the store do not belong together."""
    remembered = await facts.get(tx, facts.STORE_IDENTITY)
    found = await store.identity()
    if remembered != found:
        raise Broken(
            f"The database belongs to {f'store {remembered}' if remembered else 'no store yet'}, but this is "
            f"store {found}, which holds Layers: nothing is deleted. "
            "Put back the database that belongs to this store, or start with an empty data directory."
        )
    given_out = await facts.highest_id(tx, "layers")
    newest = max(present, default=0)
    if newest > given_out:
        raise Broken(
            f"The store holds Layer {newest}, but this database has only given out ids up to {given_out}: "
            "it is older than the store, and nothing is deleted. Put back the newest copy of the database."
        )
