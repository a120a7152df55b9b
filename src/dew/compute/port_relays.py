"""Ports of this machine that lead to Droplets: a process for each (relay_entry.py), outliving the daemon.

    client ── ADDRESS:PORT ── relay ── Droplet's own address ── passt ── guest

The daemon listens itself, with its own rights, so that a port which is taken is a clear error at once; the
relay gets the listening socket and nothing else, as root under a user id of its own. A process for each
port: closing one disturbs neither another port nor the connections through it.
"""

import asyncio
import contextlib
import errno
import json
import os
import socket
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from dew.compute import relay_entry
from dew.compute.privileges import DEFAULT_UID_BASE
from dew.compute.qemu_process import GatedProcess, GuestProcess, ProcessIdentity, spawn_gated
from dew.model.errors import GuestRefused
from dew.model.exposure import Exposure

RELAY_USER_ID = DEFAULT_UID_BASE - 1
"""Nobody else's, and outside the wall around guests: a relay has to reach loopback addresses."""

LISTENER = 3
"""The number under which a relay has its listening socket."""

BACKLOG = 128

LOG_LIMIT_BYTES = 2**20
"""What one relay may write to files (RLIMIT_FSIZE): its log."""

WHY_NOT = {
    errno.EADDRINUSE: "something else listens there (see `ss -ltnp`)",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "ports that low need root or a lower port floor (see `dew doctor`)",
}

Target = tuple[IPv4Address, int]


@dataclass(frozen=True)
class _Record:
    """What a later daemon must know of a relay."""

    process: ProcessIdentity
    exposure: Exposure
    target: Target

    def encode(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def decode(cls, text: str) -> "_Record":
        value: dict[str, Any] = json.loads(text)
        exposure = value["exposure"] | {"address": IPv4Address(value["exposure"]["address"])}
        target = (IPv4Address(value["target"][0]), int(value["target"][1]))
        return cls(ProcessIdentity(**value["process"]), Exposure(**exposure), target)


@dataclass
class _Relay:
    record: _Record
    process: GuestProcess


class PortRelays:
    """All relays of one daemon. Verbs for one Droplet must not overlap; the Host's lock sees to that."""

    def __init__(
        self, directory_of: Callable[[int], Path], *, as_root: bool, on_lost: Callable[[int], None]
    ) -> None:
        """``on_lost`` is called with a Droplet's id when one of its relays ended by itself."""
        self._directory_of = directory_of
        self._as_root = as_root
        self._on_lost = on_lost
        self._relays: defaultdict[int, dict[Exposure, _Relay]] = defaultdict(dict)

    async def take_up(self, droplet_id: int) -> None:
        """Know the relays again that an earlier daemon started."""
        for path in await asyncio.to_thread(self._records, droplet_id):
            try:
                record = _Record.decode(await asyncio.to_thread(path.read_text))
            except (OSError, ValueError, TypeError, KeyError):
                continue  # cut short: its process never got through the gate
            self._hold(droplet_id, record)

    def exposed(self, droplet_id: int) -> tuple[Exposure, ...]:
        """Return what leads to the Droplet now, sorted."""
        return tuple(sorted(self._relays[droplet_id]))

    async def ensure(self, droplet_id: int, wanted: Mapping[Exposure, Target]) -> None:
        """Have exactly these relays; those that are right already are left alone.

        Raises GuestRefused, saying of which port and why, when one can't be opened; the others are then.
        """
        for exposure, relay in list(self._relays[droplet_id].items()):
            if wanted.get(exposure) != relay.record.target:
                await self._end(droplet_id, exposure)
        refused = []
        for exposure in sorted(wanted.keys() - self._relays[droplet_id].keys()):
            try:
                await self._open(droplet_id, exposure, wanted[exposure])
            except GuestRefused as error:
                refused.append(str(error))
        if refused:
            raise GuestRefused(" ".join(refused))

    async def end_all(self, droplet_id: int) -> None:
        """Close all ports of a Droplet."""
        await self.ensure(droplet_id, {})

    def close(self) -> None:
        """Stop watching. Relays stay."""
        for relays in self._relays.values():
            for relay in relays.values():
                relay.process.close()
        self._relays.clear()

    def _hold(self, droplet_id: int, record: _Record) -> bool:
        """Watch a relay; False if it is gone already."""
        process = GuestProcess.find(record.process, lambda: self._ended(droplet_id, record.exposure))
        if process is not None:
            self._relays[droplet_id][record.exposure] = _Relay(record, process)
        return process is not None

    async def _open(self, droplet_id: int, exposure: Exposure, target: Target) -> None:
        with _listener(exposure) as listener:
            gated = self._spawn(listener, droplet_id, target)
        with contextlib.closing(gated):
            record = _Record(gated.identity, exposure, target)
            try:
                await asyncio.to_thread(self._write, droplet_id, record)
            except OSError as error:
                raise GuestRefused(f"Port {exposure} could not be opened: {error}.") from error
            if not self._hold(droplet_id, record):
                raise GuestRefused(f"The relay for {exposure} was killed at once: is memory short?")
            gated.open_gate()

    def _spawn(self, listener: socket.socket, droplet_id: int, target: Target) -> GatedProcess:
        host, port = target
        script = [sys.executable, "-I", "-S", relay_entry.__file__, str(LISTENER), str(host), str(port)]
        command = [*script, *([str(RELAY_USER_ID)] if self._as_root else [])]
        log = os.open(
            self._directory_of(droplet_id) / "relay.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600
        )
        try:
            limited = ["prlimit", f"--fsize={LOG_LIMIT_BYTES}", "--", *command]
            return spawn_gated(limited, {LISTENER: listener.fileno()}, log)
        finally:
            os.close(log)

    async def _end(self, droplet_id: int, exposure: Exposure) -> None:
        relay = self._relays[droplet_id].pop(exposure, None)
        if relay is not None:
            await relay.process.kill()
        await asyncio.to_thread(self._record_path(droplet_id, exposure).unlink, missing_ok=True)

    def _ended(self, droplet_id: int, exposure: Exposure) -> None:
        if self._relays[droplet_id].pop(exposure, None) is not None:
            self._on_lost(droplet_id)

    def _record_path(self, droplet_id: int, exposure: Exposure) -> Path:
        return self._directory_of(droplet_id) / f"relay-{exposure.address}-{exposure.port}.json"

    def _records(self, droplet_id: int) -> list[Path]:
        return sorted(self._directory_of(droplet_id).glob("relay-*.json"))

    def _write(self, droplet_id: int, record: _Record) -> None:
        """Put the record in its place, whole; a power cut ends the process with it, so nothing is synced."""
        path = self._record_path(droplet_id, record.exposure)
        temporary = path.with_suffix(".new")
        temporary.write_text(record.encode())
        temporary.replace(path)


def _listener(exposure: Exposure) -> socket.socket:
    """Listen. Raises GuestRefused with what to do."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((str(exposure.address), exposure.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = WHY_NOT.get(error.errno or 0, str(error.strerror))
        raise GuestRefused(f"Port {exposure} could not be opened: {reason}.") from error
    return listener
