"""What this machine can do for Dew, found by looking only: ``dew doctor``. repair.py mends what can be.

Works without dewd, without a data directory and without privileges. Each check is one small function that
looks at one thing; a check that breaks becomes a finding itself, never the end of the examination.
"""

import asyncio
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable

from dew.doctor import building, keeping, machine, networking, room
from dew.doctor.finding import Asked, Finding, Ok, Result
from dew.model.errors import DewError

__all__ = ["Asked", "Finding", "Ok", "examine"]


async def examine(config: Asked) -> list[Finding]:
    """Look at everything, within seconds; never fails."""
    findings = [await _examined("Virtualisation", machine.virtualisation(config))]
    findings += [await _examined(name, asyncio.to_thread(check, config)) for name, check in CHECKS]
    return [finding for finding in findings if finding is not None]


async def _examined(name: str, looking: Awaitable[Result]) -> Finding | None:
    try:
        result = await looking
    except (OSError, DewError, ValueError, KeyError, subprocess.SubprocessError, sqlite3.Error) as error:
        return Finding(name, Ok.WARN, f"It could not be examined: {error}")
    return None if result is None else Finding(name, *result)


CHECKS: tuple[tuple[str, Callable[[Asked], Result]], ...] = (
    ("QEMU", machine.qemu),
    ("passt", networking.passt),
    ("Network wall", networking.wall),
    ("Ports", networking.ports),
    ("Memory", room.memory),
    ("Disk", room.disk),
    ("Guests", room.halted_guests),
    ("Image tools", building.image_tools),
    ("Foreign images", building.foreign_images),
    ("User ids", building.subordinate_ids),
    ("Images", building.image_cache),
    ("Data directory", keeping.data_directory),
    ("Store", keeping.store_and_database),
    ("Database", keeping.database),
    ("Last check", keeping.last_check),
    ("Damage", keeping.damage),
    ("dewd", keeping.daemon),
    ("Actions", keeping.stuck_actions),
    ("Backups", keeping.failed_backups),
)
