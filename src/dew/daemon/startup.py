"""What dewd does before it serves and after: who belongs together, what is left over, who runs beside."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from dew.actions import guests as moves
from dew.actions.build_image import image_file
from dew.actions.import_image import scratch
from dew.actions.world import World
from dew.daemon.files import read_text, write_private
from dew.database import actions, facts, tokens
from dew.database.connect import Database
from dew.model.action import Action
from dew.model.errors import Broken
from dew.reconcile.checksums import Checksums
from dew.reconcile.guests import GuestReconciler
from dew.reconcile.layers import Sweeper, check_fit
from dew.storage.store import LayerStore

log = structlog.get_logger()


async def recognise(database: Database, store: LayerStore) -> tuple[str, str]:
    """Marry a new database to a new store. Return the installation, and what is wrong if a known one does not
    fit: then what runs goes on and can be looked at, and nothing is changed until somebody has put it right.
    """
    identity, present = await store.identity(), await store.list_everything()
    async with database.write() as tx:
        if await facts.get(tx, facts.STORE_IDENTITY) is None and not present:
            await facts.put(tx, facts.STORE_IDENTITY, identity)
        installation = await facts.get(tx, facts.INSTALLATION)
        if installation is None:
            installation = secrets.token_hex(16)
            await facts.put(tx, facts.INSTALLATION, installation)
        try:
            await check_fit(store, tx, present)
        except Broken as error:
            log.error("the database does not fit the store", error=str(error))
            return installation, str(error)
        return installation, ""


async def empty_work(world: World) -> None:
    """Remove scratch files that no open Action will come back to."""
    async with world.database.read() as tx:
        ids = [action.resource_id for action in await actions.list_open(tx)]
    work = world.settings.work
    owned = {path for each in ids for path in (image_file(work, each), scratch(work, each))}
    await asyncio.to_thread(_remove_all_but, world.settings.work, owned)


def _remove_all_but(directory: Path, owned: set[Path]) -> None:
    for path in set(directory.iterdir()) - owned:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def after_action(
    sweeper: Sweeper, reconciler: GuestReconciler, checksums: Checksums
) -> Callable[[Action], None]:
    def ended(action: Action) -> None:
        sweeper.wake()
        checksums.wake()
        if action.resource_type == "droplet":
            reconciler.notice(action.resource_id)

    return ended


async def first_token(database: Database, data: Path) -> None:
    """Make sure that the dew command on this machine has a token that is known."""
    path = data / "token"
    token = await asyncio.to_thread(read_text, path)
    async with database.write() as tx:
        if token and await tokens.register(tx, "dew command", token):
            return
        token = await tokens.create(tx, "dew command", ("read", "write"))
    await asyncio.to_thread(write_private, path, token)


async def stop_all_guests(world: World) -> None:
    """Shut every guest down, as when the machine itself goes down: they come back with the next start."""
    running = [guest for guest in await world.host.list_everything() if guest.state.has_process]
    log.info("stopping all guests", count=len(running))
    stops = [moves.stop(world, guest.droplet_id) for guest in running]
    for guest, outcome in zip(running, await asyncio.gather(*stops, return_exceptions=True), strict=True):
        if isinstance(outcome, BaseException):
            log.error("guest could not be stopped", droplet=guest.droplet_id, error=str(outcome))


@asynccontextmanager
async def in_background(
    database: Database, ended: Callable[[asyncio.Task[None]], None], *loops: Coroutine[Any, Any, None]
) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        async with database.quiet():
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
