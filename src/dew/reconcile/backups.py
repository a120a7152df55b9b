"""Backups: made when their policy says so, one at a time, while Droplets run.

What is due is computed from the clock and from what was made, each time anew: a dewd that was away, a clock
that was set, a Droplet that was busy all the same. model/backup.py says when a Backup is due.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import World
from dew.database import backups
from dew.model.action import ActionState
from dew.model.backup import Schedule, Window
from dew.model.errors import Busy, DewError, LimitReached, NotFound, RequestError, StepFailed

LOOK_EVERY_SECONDS = 60.0
"""Of a window's 240 minutes. Nobody sleeps until a time of day: clocks are set, and machines sleep too."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Due:
    """A Backup that is to be made now."""

    schedule: Schedule
    window: Window


class Backups:
    """Looks every minute."""

    def __init__(self, world: World, engine: Engine) -> None:
        self._world = world
        self._engine = engine

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.make_due()
            except DewError as error:
                log.warning("Backups can't be made now, trying again soon", error=str(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def make_due(self) -> None:
        """Make every Backup that is due, one after another, the one that has waited longest first."""
        await self._engine.finish_open("backup")  # there are never two at once
        for due in await self._due():
            await self._make(due)

    async def _due(self) -> Sequence[Due]:
        now = self._world.now()
        async with self._world.database.read() as tx:
            known = await backups.schedules(tx)
        found = [Due(each, window) for each in known.values() if (window := each.due(now)) is not None]
        return sorted(found, key=lambda due: (due.window.start, due.schedule.droplet_id))

    async def _make(self, due: Due) -> None:
        droplet_id, window_at = due.schedule.droplet_id, due.window.start
        wanted = Request("backup", droplet_id, {"window": window_at.isoformat()})
        try:
            (accepted,) = await self._engine.accept(wanted)
        except NotFound:  # deleted, or disabled, since we looked
            return
        except (Busy, LimitReached) as error:
            await self._wait(due, str(error))
            return
        except (RequestError, StepFailed) as error:
            await self._fail(due, str(error))
            return
        action = await self._engine.finished(accepted.id)
        if action.state is not ActionState.COMPLETED:
            await self._fail(due, action.error)

    async def _wait(self, due: Due, reason: str) -> None:
        """Somebody else's Action goes first; the next look tries again, as often as it takes."""
        error = f"The Backup waits: {reason}"
        if due.schedule.error == error:
            return
        async with self._world.database.write() as tx:
            await backups.waits(tx, due.schedule.droplet_id, error)

    async def _fail(self, due: Due, reason: str) -> None:
        droplet_id = due.schedule.droplet_id
        log.error("a Backup failed", droplet=droplet_id, window=due.window.start.isoformat(), error=reason)
        async with self._world.database.write() as tx:
            await backups.tried(tx, droplet_id, due.window.start, self._world.now(), reason)
