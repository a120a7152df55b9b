"""A machine as a released Dew left it, thawed."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from dew.compute.host import GuestSpec
from dew.compute.memory import MemoryGuest, MemoryGuests
from dew.compute.seed import Seed
from dew.model.disk import MemoryDisk
from dew.model.droplet import Observed
from dew.storage.memory import MemoryDisks, MemoryLayer
from tests.crash.machine import Machine
from tests.upgrade.freeze import FROZEN

SCHEMAS = sorted(path.stem for path in FROZEN.glob("*.sql"))


@dataclass(frozen=True)
class Thawed:
    """``droplets`` and ``snapshots`` must be there whatever happens; ``emptied`` were by a rebuild."""

    machine: Machine
    droplets: frozenset[int]
    snapshots: frozenset[int]
    emptied: frozenset[int]


def thaw(schema: str, directory: Path) -> Thawed:
    """Return the frozen machine of ``schema``, its database in ``directory``."""
    thaw_database(schema, directory / "dew.db")
    world = json.loads((FROZEN / f"{schema}.json").read_text())
    disks = MemoryDisks(identity=world["identity"])
    for number, (disk_bytes, sealed, content) in world["layers"].items():
        written = {key: value.encode() for key, value in content.items()}
        disks.layers[int(number)] = MemoryLayer(disk_bytes, sealed, written)
    guests = MemoryGuests(traces={int(number): why for number, why in world["traces"].items()})
    for number, (state, chain) in world["guests"].items():
        guests.running[int(number)] = _guest(int(number), tuple(chain), Observed(state))
    stays = {name: frozenset(ids) for name, ids in world["stays"].items()}
    droplets = stays["droplets"]
    emptied = droplets - stays.get("holding", droplets)  # the first schema knew no rebuild
    return Thawed(Machine(directory, disks, guests), droplets, stays["snapshots"], emptied)


def thaw_database(schema: str, path: Path) -> None:
    """Write the frozen database of ``schema`` to ``path``."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript((FROZEN / f"{schema}.sql").read_text())


def _guest(droplet_id: int, chain: tuple[int, ...], state: Observed) -> MemoryGuest:
    """A guest that runs on whatever started it: only its disk and its state are of interest."""
    seed = Seed("dew-frozen", "frozen", (), None, "", "02:44:00:00:00:01")
    spec = GuestSpec(droplet_id, "frozen", 1, 2**20, MemoryDisk(chain), seed, IPv4Address("127.66.0.2"))
    return MemoryGuest(spec, chain, state)
