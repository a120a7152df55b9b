"""Guests as they should be: off on purpose stays off, off by accident comes back.

| the user wants | the Host sees | meaning                      | what is done                           |
| -------------- | ------------- | ---------------------------- | -------------------------------------- |
| on             | powered off   | the user said so, inside     | desired power becomes off              |
| on             | absent, lost  | the machine let the user down| started again, a bounded number of times|
| on             | absent        | Dew stopped it with itself   | started again                           |
| on             | paused        | the machine's disk was full  | resumed, once there is room            |
| off            | anything else | an Action was cut short      | stopped                                |

A Droplet with an open Action is left alone; when the Action ends, it is looked at again.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

import structlog

from dew.actions import guests as moves
from dew.actions.kind import Writes
from dew.actions.world import World
from dew.compute.host import Observation
from dew.database import actions, droplets, exposures, guests
from dew.model.droplet import Droplet, Halted, Observed, Power
from dew.model.errors import DewError, NotFound, StepFailed

LOOK_AROUND_EVERY_SECONDS = 30.0  # for what no event told of
LOOK_AT_HALTED_EVERY_SECONDS = 5.0  # their users wait, and no event tells that there is room again
ACCIDENTS_FORGIVEN = 3
ACCIDENTS_WITHIN_SECONDS = 600.0
STARTS_AT_ONCE = 2  # when the whole machine comes back

log = structlog.get_logger()


class GuestReconciler:
    """Follows the Host's changes and looks around now and then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._starting = asyncio.Semaphore(STARTS_AT_ONCE)
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._halted: dict[int, str] = {}

    async def halted(self) -> list[Halted]:
        """Return which Droplets' guests are halted, and why: also while the database takes no writes."""
        reasons = dict(self._halted)
        async with self._world.database.read() as tx:
            found = await droplets.get_many(tx, reasons)
        return [{"id": each.id, "name": each.name, "reason": reasons[each.id]} for each in found.values()]

    async def run(self) -> None:
        """Work until cancelled."""
        follow = asyncio.create_task(self._follow())
        try:
            while True:
                try:
                    await self.look_around()
                except DewError as error:
                    log.warning("can't look around, trying again later", error=str(error))
                await self._rest()
        finally:
            tasks = [follow, *self._looking.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _rest(self) -> None:
        """Return when it is time to look around; look at the halted guests meanwhile."""
        until = time.monotonic() + LOOK_AROUND_EVERY_SECONDS
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, LOOK_AT_HALTED_EVERY_SECONDS))
            for droplet_id in list(self._halted):
                self.notice(droplet_id)

    async def look_around(self) -> None:
        """Look at every Droplet there is."""
        async with self._world.database.read() as tx:
            ids = [droplet.id for droplet in await droplets.list_all(tx)]
        for gone in self._halted.keys() - set(ids):
            del self._halted[gone]
        for droplet_id in ids:
            self.notice(droplet_id)

    async def settled(self, droplet_ids: Iterable[int]) -> None:
        """Look at these Droplets now and return when that is done: for the tests."""
        for droplet_id in droplet_ids:
            await self.look(droplet_id)

    def notice(self, droplet_id: int) -> None:
        """Something may have happened to this Droplet's guest; look soon, once."""
        if droplet_id in self._looking:
            self._again.add(droplet_id)
            return
        task = asyncio.create_task(self._look_safely(droplet_id))
        self._looking[droplet_id] = task
        task.add_done_callback(lambda _: self._looked(droplet_id))

    def _looked(self, droplet_id: int) -> None:
        self._looking.pop(droplet_id, None)
        if droplet_id in self._again:
            self._again.discard(droplet_id)
            self.notice(droplet_id)

    async def _follow(self) -> None:
        async for droplet_id in self._world.host.changes():
            self.notice(droplet_id)

    async def _look_safely(self, droplet_id: int) -> None:
        try:
            await self.look(droplet_id)
        except DewError as error:
            log.warning("guest could not be looked after", droplet=droplet_id, error=str(error))
        except Exception:
            log.exception("looking after a guest failed", droplet=droplet_id)

    async def look(self, droplet_id: int) -> None:
        """Compare one guest with what is wanted, and act."""
        async with self._world.turns.of(droplet_id):
            droplet = await self._free_droplet(droplet_id)
            if droplet is None:
                return
            observation = await self._world.host.observe(droplet_id)
            if observation.state is not Observed.PAUSED:
                self._halted.pop(droplet_id, None)
            if observation.state is Observed.POWERED_OFF:
                await self._accept_power_off(droplet)
            elif observation.state is Observed.ABSENT and droplet.desired_power is Power.ON:
                await self._bring_back(droplet, observation.reason)
            elif droplet.desired_power is Power.OFF and observation.state.has_process:
                await self._stop(droplet_id)
            elif observation.state is Observed.PAUSED:
                await self._resume(droplet, observation)
            elif observation.state is Observed.RUNNING:
                await self._write(moves.seen(await self._exposed(observation)))
            elif observation.state is not droplet.observed:
                await self._write(moves.seen(observation))  # but of what is off we know the reason already

    async def _free_droplet(self, droplet_id: int) -> Droplet | None:
        """Return the Droplet if it is there and no Action holds it."""
        with suppress(NotFound):
            async with self._world.database.read() as tx:
                droplet = await droplets.get(tx, droplet_id)
                return None if droplet.locked else droplet
        return None

    async def _accept_power_off(self, droplet: Droplet) -> None:
        """The guest switched itself off. Write it down first: the paused process is the only proof."""
        log.info("guest powered itself off", droplet=droplet.id)
        await self._write(moves.off(droplet.id))
        await self._world.host.ensure_stopped(droplet.id)

    async def _bring_back(self, droplet: Droplet, reason: str) -> None:
        counted = (droplet.observed, droplet.observed_reason) == (
            Observed.ABSENT,
            reason,
        )  # before a kill of dewd
        if reason and not counted and await self._is_too_much(droplet.id, reason):
            return
        async with self._starting:
            await self._start(droplet.id)

    async def _start(self, droplet_id: int) -> None:
        try:
            observation = await moves.start(self._world, droplet_id)
        except DewError as error:
            await self._is_too_much(droplet_id, f"It did not start: {error}")
            raise
        await self._write(moves.seen(observation))

    async def _is_too_much(self, droplet_id: int, accident: str) -> bool:
        """Count one more accident; return whether the guest is left off for having had too many."""
        async with self._world.database.write() as tx:
            await guests.record(tx, droplet_id, Observed.ABSENT, accident)
            accidents = await guests.record_accident(tx, droplet_id, ACCIDENTS_WITHIN_SECONDS)
        log.warning("guest had an accident", droplet=droplet_id, accident=accident, accidents=accidents)
        if accidents <= ACCIDENTS_FORGIVEN:
            return False
        minutes = ACCIDENTS_WITHIN_SECONDS / 60
        reason = f"It had {accidents} accidents within {minutes:.0f} minutes and is left off. {accident}"
        await self._write(moves.off(droplet_id, reason))
        return True

    async def _exposed(self, running: Observation) -> Observation:
        """See to the ports that are to lead to a running guest: a relay may have been lost, a port taken."""
        droplet_id = running.droplet_id
        async with self._world.database.read() as tx:
            wanted = await exposures.of_droplet(tx, droplet_id)
        if set(wanted) == set(running.exposed):
            return running
        try:
            await self._world.host.ensure_exposed(droplet_id, wanted)
        except StepFailed as error:
            log.warning("a port could not be opened", droplet=droplet_id, error=str(error))
        return await self._world.host.observe(droplet_id)

    async def _resume(self, droplet: Droplet, paused: Observation) -> None:
        """Let a guest that was halted go on, if what halted it is over. Until then say why it is halted.

        What is known already is not written again: its disk may be full, and the database's with it.
        """
        self._halted[droplet.id] = paused.reason
        try:
            observation = await moves.start(self._world, droplet.id)
            log.info("guest goes on", droplet=droplet.id)
            self._halted.pop(droplet.id, None)
        except StepFailed:
            observation = paused
        if (droplet.observed, droplet.observed_reason) != (observation.state, observation.reason):
            await self._write(moves.seen(observation))

    async def _stop(self, droplet_id: int) -> None:
        log.warning("guest runs but is meant to be off, stopping it", droplet=droplet_id)
        await self._world.host.ensure_stopped(droplet_id)
        await self._write(moves.off(droplet_id))

    async def _write(self, write: Writes) -> None:
        async with self._world.database.write() as tx:
            await write(tx)


async def remove_orphans(world: World) -> list[int]:
    """End guests whose Droplet is gone and that no Action works on; return their ids.

    Guests with an id the database never gave out are left alone: then the database is the one that is wrong.
    """
    removed = []
    for observation in await world.host.list_everything():
        if await _is_orphan(world, observation.droplet_id):
            log.warning("removing a guest whose Droplet is gone", droplet=observation.droplet_id)
            await world.host.forget(observation.droplet_id)
            removed.append(observation.droplet_id)
    return removed


async def _is_orphan(world: World, droplet_id: int) -> bool:
    async with world.database.read() as tx:
        if await actions.lock_holder(tx, "droplet", droplet_id) is not None:
            return False
        with suppress(NotFound):
            return (await droplets.get(tx, droplet_id, gone=True)).gone_at is not None
    return False
