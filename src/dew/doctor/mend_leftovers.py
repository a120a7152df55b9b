"""Mending what a dewd that was killed left behind: half-made files, stale names, guests' directories."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

from dew.compute import network_record
from dew.compute.guest_directory import GuestDirectory
from dew.compute.qemu_process import ProcessIdentity, live_identity
from dew.database import actions, droplets, facts
from dew.database.connect import Tx
from dew.doctor.mend import Mend, Ward
from dew.model.errors import NotFound
from dew.storage import mending


async def plan(ward: Ward) -> list[Mend]:
    """Return what can be cleared away."""
    mends = [_removal(path, "was never finished") for path in mending.leftovers(ward.store)]
    async with ward.database.read() as tx:
        directories = await asyncio.to_thread(_guest_directories, ward.data)
        gone = [path for path in directories if await _is_orphan(tx, int(path.name))]
    mends += [_removal(path, "belongs to a Droplet that is gone") for path in gone if not _lives(path)]
    return mends


def stale_names(data: Path) -> list[Mend]:
    """Return what says that dewd runs, when it does not."""
    named = (data / name for name in ("dewd.pid", "address"))
    return [_removal(path, "speaks of a dewd that does not run") for path in named if path.exists()]


def _removal(path: Path, why: str) -> Mend:
    async def act() -> None:
        await asyncio.to_thread(_remove, path)

    return Mend(f"{path} {why}.", "It is removed.", act)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _guest_directories(data: Path) -> list[Path]:
    return sorted(path for path in (data / "run").glob("[1-9]*") if path.name.isdecimal() and path.is_dir())


async def _is_orphan(tx: Tx, droplet_id: int) -> bool:
    """Whether the Droplet was there and is gone; one that this database never heard of is none."""
    if droplet_id > await facts.highest_id(tx, "droplets"):
        return False
    if await actions.lock_holder(tx, "droplet", droplet_id) is not None:
        return False
    with suppress(NotFound):
        return (await droplets.get(tx, droplet_id, gone=True)).gone_at is not None
    return True


def _lives(directory: Path) -> bool:
    """Whether a process of the guest still runs: ending it is left to dewd, which knows how."""
    guest = GuestDirectory(directory, None).read_record()
    network = network_record.read(directory)
    processes: list[ProcessIdentity] = [guest.process] if guest else []
    processes += [network.process, *network.children] if network else []
    return any(process == live_identity(process.pid) for process in processes)
