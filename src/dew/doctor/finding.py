"""What the doctor says of one thing, and what it is asked with."""

import os
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from pathlib import Path
from typing import Protocol


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


Result = tuple[Ok, str, str] | tuple[Ok, str] | None
"""What of a Finding a check decides; None where the question does not arise."""


def nearest(path: Path) -> Path:
    """The directory itself, or the one it would be made in."""
    return next(place for place in (path, *path.parents) if place.exists())


def is_root() -> bool:
    return os.geteuid() == 0
