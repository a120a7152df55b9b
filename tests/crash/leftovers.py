"""What is left of a dewd on the machine, known by its marks, not by what dewd says: processes and files."""

import asyncio
from datetime import UTC, datetime
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
    """Return the processes that name an address of ``network``: passt, and what is to become it."""
    return processes(f"\0{network}.".encode())


def recorded_helpers(dewd: Dewd, droplets: set[int]) -> set[int]:
    records = [network_record.read(Guest(dewd, droplet).directory) for droplet in droplets]
    return {process.pid for each in records if each for process in (each.process, *each.children)}


def processes(mark: bytes) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:  # it has just ended
            continue
    return found


def is_tidy(dewd: Dewd) -> bool:
    """Whether the store holds what something needs, nothing else, and nothing half-made is anywhere."""
    stored = {path.name for path in (dewd.data / "store").glob("[!s]*/*")}
    needed = {f"layer-{layer}.qcow2" for layer in asyncio.run(needed_layers(dewd.data / "dew.db"))}
    return stored == needed and not any((dewd.data / "work").iterdir())


async def needed_layers(database: Path) -> frozenset[int]:
    engine = create_async_engine(f"sqlite+aiosqlite:///file:{database}?mode=ro&uri=true")
    try:
        async with engine.connect() as tx:
            return await layers.reachable(tx, datetime.now(UTC))
    finally:
        await engine.dispose()
