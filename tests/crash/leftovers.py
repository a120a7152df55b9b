"""What is left of a dewd on the machine, known by its marks, not by what dewd says: processes and files."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from dew.compute import network_record
from dew.database import layers
from tests.guest.dewd import Dewd, Guest


def guests(dewd: Dewd) -> set[int]:
    """Return the processes that name anything in the directory of guests: QEMU, and what is to become it."""
    return processes(f"{dewd.data}/run/".encode())


def recorded_guests(dewd: Dewd, droplets: set[int]) -> set[int]:
    return {Guest(dewd, droplet).pid for droplet in droplets}


def helpers(network: str) -> set[int]:
    """Return the processes that name an address of ``network``: passt, relays, and what is to become them."""
    return processes(f"\0{network}.".encode())


def recorded_helpers(dewd: Dewd, droplets: set[int]) -> set[int]:
    directories = [Guest(dewd, droplet).directory for droplet in droplets]
    records = [network_record.read(directory) for directory in directories]
    relays = [json.loads(path.read_text()) for each in directories for path in each.glob("relay-*.json")]
    networks = {process.pid for each in records if each for process in (each.process, *each.children)}
    return networks | {int(relay["process"]["pid"]) for relay in relays}


def processes(mark: bytes) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:  # it has just ended
            continue
    return found


def is_tidy(dewd: Dewd, keep_hours: float = 0.0) -> bool:
    """Whether the store holds what something needs, nothing else, and nothing half-made is anywhere.

    ``keep_hours`` is for how long a disk that was replaced counts as needed.
    """
    stored = {path.name for path in (dewd.data / "store").glob("[!s]*/*")}
    needed = {
        f"layer-{layer}.qcow2" for layer in asyncio.run(needed_layers(dewd.data / "dew.db", keep_hours))
    }
    return stored == needed and not any((dewd.data / "work").iterdir())


async def needed_layers(database: Path, keep_hours: float) -> frozenset[int]:
    engine = create_async_engine(f"sqlite+aiosqlite:///file:{database}?mode=ro&uri=true")
    try:
        async with engine.connect() as tx:
            return await layers.reachable(tx, datetime.now(UTC) - timedelta(hours=keep_hours))
    finally:
        await engine.dispose()
