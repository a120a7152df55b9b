"""What this machine can do for Dew, found by looking only: ``dew doctor``.

Works without dewd, without a data directory and without privileges. Each check is one small function that
looks at one thing; a check that breaks becomes a finding itself, never the end of the examination.
"""

import asyncio
import json
import os
import pwd
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import Path
from typing import Protocol

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from dew.compute import network_facts
from dew.compute.acceleration import TRIAL_DROPLET, AccelerationKind, Preference, choose
from dew.compute.machine import machine_memory_bytes
from dew.compute.privileges import DEFAULT_UID_BASE, GuestUsers
from dew.compute.qemu_launch import available_memory_bytes
from dew.database import facts, promises
from dew.images.disk import GRUB_DIRECTORY
from dew.images.packages import KEYRING
from dew.model.action import ActionState
from dew.model.allowance import GIB, Allowance, gib
from dew.model.droplet import Observed
from dew.model.errors import DewError
from dew.model.size import SIZES

QUICK_SECONDS = 10.0
"""For a program to say its version, or a user namespace to open: milliseconds, unless the machine is ill."""

COMFORTABLE_DISK_BYTES = 10 * 2**30
"""Room for the images and a few Droplets."""

OLDEST_QEMU = (7, 2)
"""What Dew is tested with; older ones lack ``-netdev stream``."""

IMAGE_PROGRAMS = ("mmdebstrap", "sfdisk", "mke2fs", "grub-mkimage", "qemu-img")
IMAGE_FILES = (GRUB_DIRECTORY / "boot.img", KEYRING)

SYSTEM_PATH = ":".join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""An ordinary user's PATH has no sbin, where some of the programs live."""

SET_UP = "Run ./dew setup in Dew's checkout, or install {} with this system's package manager."


class Ok(StrEnum):
    """How much a finding stands in the way."""

    OK = "ok"
    WARN = "warn"  # Dew works, only less well
    FAIL = "fail"  # no Droplet runs until this is mended


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``advice`` says what to do, "" where there is nothing to do."""

    name: str
    ok: Ok
    found: str
    advice: str = ""


class Asked(Protocol):
    """What of the configuration matters here."""

    @property
    def data(self) -> Path: ...
    @property
    def images(self) -> Path: ...
    @property
    def accelerator(self) -> str: ...
    @property
    def network(self) -> IPv4Network: ...
    @property
    def ports(self) -> tuple[int, ...]: ...
    @property
    def memory_overcommit(self) -> float: ...
    @property
    def memory_reserve_megabytes(self) -> float: ...
    @property
    def disk_overcommit(self) -> float: ...
    @property
    def reserve_gigabytes(self) -> float: ...


async def examine(config: Asked) -> list[Finding]:
    """Look at everything, within seconds; never fails."""
    findings = [await _examined("Virtualisation", virtualisation(config))]
    findings += [await _examined(name, asyncio.to_thread(check, config)) for name, check in CHECKS]
    return [finding for finding in findings if finding is not None]


async def _examined(name: str, looking: "Awaitable[Result]") -> Finding | None:
    try:
        result = await looking
    except (OSError, DewError, ValueError, KeyError, subprocess.SubprocessError, sqlite3.Error) as error:
        return Finding(name, Ok.WARN, f"It could not be examined: {error}")
    return None if result is None else Finding(name, *result)


Result = tuple[Ok, str, str] | tuple[Ok, str] | None
"""What of a Finding a check decides; None where the question does not arise."""


async def virtualisation(config: Asked) -> Result:
    """KVM or software, as dewd will choose; nothing is tried that was not tried before."""
    users = GuestUsers(DEFAULT_UID_BASE if _is_root() else None)
    remembered = config.data / "cache" / "acceleration.json"
    privileges = users.privileges(TRIAL_DROPLET)
    choice = await choose(Preference(config.accelerator), remembered, privileges=privileges)
    if choice.kind is AccelerationKind.KVM:
        return Ok.OK, f"KVM. {choice.reason}"
    advice = "Droplets run about ten times slower, and software emulation is no security boundary."
    return Ok.WARN, f"Software emulation. {choice.reason}", advice


def qemu(config: Asked) -> Result:
    """QEMU, new enough."""
    advice = SET_UP.format("QEMU (Debian's qemu-system-x86 and qemu-utils)")
    missing = _missing("qemu-system-x86_64", "qemu-img")
    if missing:
        return Ok.FAIL, f"{_and(missing)} not found.", advice
    said = _say("qemu-system-x86_64", "--version")
    version = said.partition("version ")[2].partition(" ")[0] or "an unknown version"
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST_QEMU:
        return Ok.FAIL, f"QEMU {version} is too old.", f"Dew needs QEMU {OLDEST_QEMU[0]}.{OLDEST_QEMU[1]}."
    return Ok.OK, f"QEMU {version}."


def passt(config: Asked) -> Result:
    """The helper that connects Droplets."""
    if _missing("passt"):
        return Ok.FAIL, "passt not found.", SET_UP.format("passt")
    said = _say("passt", "--version").partition("\n")[0]
    return Ok.OK, f"{said}." if said and "unknown" not in said else "passt; it does not tell its version."


def wall(config: Asked) -> Result:
    """Whether Droplets can be kept away from this machine and from each other."""
    if missing := network_facts.missing_programs(as_root=_is_root()):
        return Ok.FAIL, f"{_and(missing)} not found.", SET_UP.format(_and(missing))
    return _wall_of_root() if _is_root() else _wall_of_user()


def _wall_of_root() -> Result:
    if _works("nft", "list", "tables"):
        return Ok.OK, "Each Droplet's network runs under a user id of its own, held back by nftables."
    return Ok.FAIL, "The kernel does not let nft work here.", "In a container, grant CAP_NET_ADMIN."


def _wall_of_user() -> Result:
    if not network_facts.tap_device_usable():
        return (
            Ok.FAIL,
            "/dev/net/tun can't be opened.",
            "Load the kernel's module tun; its mode should be 0666.",
        )
    if not _works("unshare", "--user", "--map-root-user", "--net", "true"):
        advice = "An administrator can allow user namespaces, or run dewd as root."
        return Ok.FAIL, "Ordinary users may not make network namespaces here.", advice
    return Ok.OK, "Each Droplet's network runs in a namespace of its own."


def ports(config: Asked) -> Result:
    """Whether SSH and web servers are at their own ports."""
    if _is_root():
        return Ok.OK, "All ports of a Droplet's address can be used."
    floor = network_facts.port_floor()
    below = [str(port) for port in sorted(config.ports) if port < floor]
    if not below:
        return Ok.OK, f"Ports from {floor} up can be used."
    found = f"Ports below {floor} need privileges: those of a Droplet at {_and(below)} are at higher numbers."
    setting = f"net.ipv4.ip_unprivileged_port_start={below[0]}"
    advice = f"`dew droplet ssh` knows them. For the usual ones: ./dew setup, or as root: sysctl {setting}"
    return Ok.WARN, found, advice


def memory(config: Asked) -> Result:
    """Room for guests: what is free now, and what has been promised."""
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
    """Room for Layers: what is free now, and what has been promised."""
    place = _nearest(config.data / "store" / "layers")
    free_bytes = shutil.disk_usage(place).free
    found, account = f"{gib(free_bytes)} GiB free at {place}", _disk_account(config, place)
    found += "." if account is None else f"; {account} to Droplets."
    if free_bytes < config.reserve_gigabytes * 2**30:
        return (
            Ok.FAIL,
            found,
            f"Dew leaves {config.reserve_gigabytes:g} GB alone: make room, or move DEW_DATA.",
        )
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
    with _database(config.data) as database:
        rows = database.execute(query, (Observed.PAUSED.value,)).fetchall()
    if not rows:
        return Ok.OK, "None is halted."
    told = " ".join(f"{name}: {reason}" for name, reason in rows)
    advice = "Where the disk is full: delete Snapshots or Droplets, or give it more space. Then they go on."
    return Ok.WARN, f"{len(rows)} halted. {told}", advice


def image_tools(config: Asked) -> Result:
    """Whether Dew can build its own images."""
    programs = _missing(*IMAGE_PROGRAMS, *(() if _is_root() else ("fakeroot", "newuidmap")))
    missing = [*programs, *(str(path) for path in IMAGE_FILES if not path.exists())]
    if missing:
        return Ok.WARN, f"{_and(missing)} not found: images can't be built.", SET_UP.format("what is missing")
    return Ok.OK, "Everything that building an image takes is here."


def subordinate_ids(config: Asked) -> Result:
    """What building an image with systemd takes without root."""
    if _is_root():
        return None
    lacking = [path for path in ("/etc/subuid", "/etc/subgid") if not _has_range(Path(path))]
    if not lacking:
        return Ok.OK, "You have a range of user ids for building images."
    advice = "An administrator can run: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 YOU"
    return Ok.WARN, f"You have no range in {_and(lacking)}: only dew-micro can be built.", advice


def image_cache(config: Asked) -> Result:
    """Images that need not be built again."""
    names = [path.stem for path in _built_images(config)]
    if not names:
        return Ok.OK, "None built yet: the first Droplet waits for it."
    return Ok.OK, f"{_and(names)} in {config.images}."


def data_directory(config: Asked) -> Result:
    """Whether dewd can use it, and, as root, whether guests can reach their disks."""
    place = _nearest(config.data)
    if not os.access(place, os.W_OK | os.X_OK):
        return Ok.FAIL, f"You may not write in {place}.", "Name another place in DEW_DATA."
    if _is_root() and (closed := [path for path in (place, *place.parents) if not _lets_others_pass(path)]):
        advice = f"Guests run under user ids of their own: chmod o+x {closed[-1]}, or move DEW_DATA."
        return Ok.FAIL, f"Nobody but its owner can pass through {closed[-1]}.", advice
    return Ok.OK, f"{config.data}{'' if config.data.exists() else ' (made when dewd first starts)'}."


def store_and_database(config: Asked) -> Result:
    """Whether they belong together; where not, dewd deletes no Layer."""
    layers = _layer_ids(config.data / "store" / "layers")
    identity = _store_identity(config.data / "store" / "store.json")
    if identity is None:
        if layers:
            return (
                Ok.FAIL,
                "The store holds Layers but has lost its identity.",
                "Put store.json back from a copy.",
            )
        return Ok.OK, "No store yet."
    if not (config.data / "dew.db").exists():
        return _misfit("The store has no database: it is lost.") if layers else (Ok.OK, "No database yet.")
    with _database(config.data) as database:
        remembered = _value(database, "SELECT value FROM facts WHERE name = ?", facts.STORE_IDENTITY)
        given_out = int(_value(database, "SELECT seq FROM sqlite_sequence WHERE name = ?", "layers") or 0)
    if remembered != identity:
        belongs = "is empty" if remembered is None else "belongs to another store"
        return _misfit(f"The database {belongs}.")
    if max(layers, default=0) > given_out:
        return _misfit(f"The database is older than the store: it never heard of Layer {max(layers)}.")
    return Ok.OK, f"They belong together; {len(layers)} Layers."


def _misfit(found: str) -> Result:
    return Ok.FAIL, f"{found} No Layer is deleted.", "Put back the newest copy of dew.db that belongs to it."


def daemon(config: Asked) -> Result:
    """Whether dewd runs."""
    try:
        written = json.loads((config.data / "dewd.pid").read_text())
        started = int(Path(f"/proc/{written['pid']}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, KeyError, ValueError):
        return Ok.OK, "Not running."
    if started != written["start_time"]:
        return Ok.OK, "Not running; it ended without a farewell."
    address = config.data / "address"
    where = address.read_text().strip() if address.exists() else "not yet listening"
    return Ok.OK, f"Running, process {written['pid']}, {where}."


def stuck_actions(config: Asked) -> Result:
    """Actions that wait for somebody."""
    if not (config.data / "dew.db").exists():
        return None
    query = "SELECT id, kind, resource_type, resource_id, error FROM actions WHERE state = ? ORDER BY id"
    with _database(config.data) as database:
        rows = database.execute(query, (ActionState.STUCK.value,)).fetchall()
    if not rows:
        return Ok.OK, "None is stuck."
    told = "; ".join(f"{id_} ({kind} of {noun} {number}): {error}" for id_, kind, noun, number, error in rows)
    return Ok.WARN, f"{len(rows)} stuck: {told}", f"Mend the cause, then: dew action retry {rows[0][0]}"


CHECKS: tuple[tuple[str, Callable[[Asked], Result]], ...] = (
    ("QEMU", qemu),
    ("passt", passt),
    ("Network wall", wall),
    ("Ports", ports),
    ("Memory", memory),
    ("Disk", disk),
    ("Guests", halted_guests),
    ("Image tools", image_tools),
    ("User ids", subordinate_ids),
    ("Images", image_cache),
    ("Data directory", data_directory),
    ("Store", store_and_database),
    ("dewd", daemon),
    ("Actions", stuck_actions),
)


def _is_root() -> bool:
    return os.geteuid() == 0


def _missing(*programs: str) -> list[str]:
    return [program for program in programs if shutil.which(program, path=SYSTEM_PATH) is None]


def _and(words: list[str] | tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _say(*command: str) -> str:
    """Return what a program prints."""
    return _run(*command)[1]


def _works(*command: str) -> bool:
    """Whether a program ends well."""
    return _run(*command)[0] == 0


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"},
        timeout=QUICK_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def _built_images(config: Asked) -> list[Path]:
    """The newest first."""
    return sorted(config.images.glob("[!.]*.qcow2"), key=lambda path: path.stat().st_mtime, reverse=True)


def _nearest(path: Path) -> Path:
    """The directory itself, or the one it would be made in."""
    return next(place for place in (path, *path.parents) if place.exists())


def _lets_others_pass(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)


def _has_range(path: Path) -> bool:
    names = (pwd.getpwuid(os.getuid()).pw_name, str(os.getuid()))
    return path.exists() and any(line.split(":")[0] in names for line in path.read_text().splitlines())


def _layer_ids(directory: Path) -> list[int]:
    names = (path.stem.removeprefix("layer-") for path in directory.glob("layer-*.qcow2"))
    return [int(name) for name in names if name.isdecimal()]


def _store_identity(path: Path) -> str | None:
    return str(json.loads(path.read_text())["identity"]) if path.exists() else None


def _database(data: Path) -> "closing[sqlite3.Connection]":
    """Open the database for reading, as it is: not brought up to date."""
    return closing(sqlite3.connect(f"{(data / 'dew.db').as_uri()}?mode=ro", uri=True, timeout=QUICK_SECONDS))


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
        with _database(config.data) as database:
            return int(_value(database, str(text)) or 0)
    except sqlite3.OperationalError:
        return None


def _value(database: sqlite3.Connection, query: str, *parameters: str) -> str | None:
    """Return the first value; None if there is no row, or not even the table: a database without a byte."""
    try:
        row = database.execute(query, parameters).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])
