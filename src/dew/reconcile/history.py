"""History: forgets what ended long ago, so that the database stays as big as what is alive.

Forgotten are finished Actions, deleted Droplets and revoked tokens, by age; of the Actions also the oldest
beyond a number. Never what is open or stuck, what holds a lock or a disk, or what anything else names.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import structlog

from dew.actions.world import World
from dew.database import actions, billing, droplets, tokens
from dew.database.connect import Tx
from dew.model.errors import DewError

FORGET_EVERY_SECONDS = 3600.0
KEEP_BILLS_DAYS = 400.0  # the bills of the last twelve months stay whole
BATCH_ROWS = 500  # in one transaction: nobody waits for the next one longer than some 10 ms

log = structlog.get_logger()


class History:
    """Forgets every hour."""

    def __init__(self, world: World, keep_days: float, keep_actions: int, token_file: Path) -> None:
        """``token_file`` holds a token that is let in again at every start, unless it is known as revoked."""
        self._world = world
        self._keep = timedelta(days=keep_days)
        self._keep_actions = keep_actions
        self._token_file = token_file

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.forget()
            except DewError as error:
                log.warning("old history could not be forgotten, trying again later", error=str(error))
            await asyncio.sleep(FORGET_EVERY_SECONDS)

    async def forget(self) -> None:
        """Forget everything that may be forgotten now."""
        before = self._world.now() - self._keep
        spared = await asyncio.to_thread(_read, self._token_file)
        await self._in_batches(lambda tx: actions.forget(tx, before, self._keep_actions, BATCH_ROWS))
        await self._in_batches(lambda tx: droplets.forget(tx, before, BATCH_ROWS))
        bills = self._world.now() - timedelta(days=KEEP_BILLS_DAYS)
        await self._in_batches(lambda tx: billing.forget(tx, bills, BATCH_ROWS))
        await self._in_batches(lambda tx: tokens.forget(tx, before, spared, BATCH_ROWS))

    async def _in_batches(self, forget_some: Callable[[Tx], Awaitable[int]]) -> None:
        forgotten = BATCH_ROWS
        while forgotten >= BATCH_ROWS:
            async with self._world.database.write() as tx:
                forgotten = await forget_some(tx)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
