"""``network.json``: which process is a guest's network helper, and what it was started for."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from dew.compute.host import PortForward
from dew.compute.network_passt import NetworkSpec
from dew.compute.network_ports import Binding
from dew.compute.qemu_process import ProcessIdentity

RECORD_NAME = "network.json"


@dataclass(frozen=True)
class NetworkRecord:
    """All that a later daemon must know of a helper."""

    process: ProcessIdentity
    spec: NetworkSpec
    bindings: tuple[Binding, ...]
    children: tuple[ProcessIdentity, ...] = ()  # which would be left over if ``process`` were killed


def write(directory: Path, record: NetworkRecord) -> None:
    """Put the record on the disk, all or nothing, for the owner's eyes only. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{RECORD_NAME}.", dir=directory)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(record), file, default=str)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(directory / RECORD_NAME)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(directory: Path) -> NetworkRecord | None:
    """Return the record; None if there is none or it makes no sense."""
    try:
        value = json.loads((directory / RECORD_NAME).read_text())
        return NetworkRecord(
            process=ProcessIdentity(**value["process"]),
            spec=_spec(value["spec"]),
            bindings=tuple(_binding(binding) for binding in value["bindings"]),
            children=tuple(ProcessIdentity(**child) for child in value["children"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def remove(directory: Path) -> None:
    """Forget the helper. Absent is fine."""
    with contextlib.suppress(FileNotFoundError):
        (directory / RECORD_NAME).unlink()


def _spec(value: Mapping[str, Any]) -> NetworkSpec:
    return NetworkSpec(
        droplet_id=value["droplet_id"],
        address=IPv4Address(value["address"]),
        guest_address=IPv4Address(value["guest_address"]),
        forwards=tuple(PortForward(**forward) for forward in value["forwards"]),
        user_id=value["user_id"],
    )


def _binding(value: Mapping[str, Any]) -> Binding:
    return Binding(PortForward(**value["forward"]), value["bound_port"])
