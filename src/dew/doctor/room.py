"""Room on the machine: what is free now, what has been promised, and who waits for more of it."""

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from dew.compute.machine import machine_memory_bytes
from dew.compute.qemu_launch import available_memory_bytes
from dew.database import promises
from dew.doctor.files import first_value, open_readonly
from dew.doctor.finding import Asked, Ok, Result, nearest
from dew.model.allowance import GIB, Allowance, gib
from dew.model.droplet import Observed
from dew.model.size import SIZES

COMFORTABLE_DISK_BYTES = 10 * 2**30
"""Room for the images and a few Droplets."""


def memory(config: Asked) -> Result:
    """Room for guests."""
    free_mb = available_memory_bytes(Path("/proc/meminfo").read_text()) >> 20
    found, account = f"{free_mb} MB free", _memory_account(config)
    if account is not None:
        found += f"; {account} to Droplets that are on"
    if free_mb < min(size.memory_mb for size in SIZES):
        return Ok.FAIL, f"{found}: too little for any Droplet.", "Close something else."
    fitting = [size for size in SIZES if size.memory_mb <= free_mb and _fits(account, size.memory_mb * 2**20)]
    if not fitting:
        return Ok.WARN, f"{found}: no other one can be on.", "Power one off, or raise memory_overcommit."
    largest = max(fitting, key=lambda size: size.memory_mb)
    return Ok.OK, f"{found}: the largest that fits now is {largest.slug}."


def disk(config: Asked) -> Result:
    """Room for Layers."""
    place = nearest(config.data / "store" / "layers")
    free_bytes = shutil.disk_usage(place).free
    found, account = f"{gib(free_bytes)} GiB free at {place}", _disk_account(config, place)
    found += "." if account is None else f"; {account} to Droplets."
    if free_bytes < config.reserve_gigabytes * 2**30:
        advice = f"Dew leaves {config.reserve_gigabytes:g} GB alone: make room, or move DEW_DATA."
        return Ok.FAIL, found, advice
    if free_bytes < COMFORTABLE_DISK_BYTES:
        return Ok.WARN, found, "That is not much for disks of Droplets."
    if not _fits(account, min(size.disk_gb for size in SIZES) * GIB):
        return Ok.WARN, found, "No other Droplet fits: delete one, or raise disk_overcommit."
    return Ok.OK, found


def halted_guests(config: Asked) -> Result:
    """Guests that wait for something of the machine, such as room on its disk."""
    if not (config.data / "dew.db").exists():
        return None
    query = (
        "SELECT droplets.name, guests.reason FROM guests JOIN droplets ON droplets.id = guests.droplet_id"
        " WHERE guests.observed = ? AND droplets.gone_at IS NULL ORDER BY droplets.id"
    )
    with open_readonly(config.data / "dew.db") as opened:
        rows = opened.execute(query, (Observed.PAUSED.value,)).fetchall()
    if not rows:
        return Ok.OK, "None is halted."
    told = " ".join(f"{name}: {reason}" for name, reason in rows)
    advice = "Where the disk is full: delete Snapshots or Droplets, or give it more space. Then they go on."
    return Ok.WARN, f"{len(rows)} halted. {told}", advice


def _memory_account(config: Asked) -> Allowance | None:
    promised_mb = _promised(config, promises.MEMORY_MB)
    if promised_mb is None:
        return None
    reserve_bytes = int(config.memory_reserve_megabytes * 2**20)
    return Allowance(machine_memory_bytes(), reserve_bytes, config.memory_overcommit, promised_mb * 2**20)


def _disk_account(config: Asked, place: Path) -> Allowance | None:
    promised_bytes = _promised(config, promises.DISK_BYTES)
    if promised_bytes is None:
        return None
    total_bytes, reserve_bytes = shutil.disk_usage(place).total, int(config.reserve_gigabytes * 2**30)
    return Allowance(total_bytes, reserve_bytes, config.disk_overcommit, promised_bytes)


def _fits(account: Allowance | None, more_bytes: int) -> bool:
    return account is None or account.fits(more_bytes)


def _promised(config: Asked, statement: "Select[tuple[int]]") -> int | None:
    """Return the sum of what Droplets have been promised, as dewd counts it; None to who may not know it."""
    if not (config.data / "dew.db").exists():
        return 0
    text = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    try:
        with open_readonly(config.data / "dew.db") as opened:
            return int(first_value(opened, str(text)) or 0)
    except sqlite3.OperationalError:
        return None
