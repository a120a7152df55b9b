"""Disk: the value that storage hands to compute, so that the two never meet."""

from dataclasses import dataclass
from pathlib import Path

Chain = tuple[int, ...]
"""Layer ids from the writable one (or the newest sealed one) down to the base."""


@dataclass(frozen=True)
class QcowChain:
    """A disk as qcow2 files, newest first; only the first is ever written."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class MemoryDisk:
    """A disk of the in-memory LayerStore; ``layers`` newest first."""

    layers: Chain


Disk = QcowChain | MemoryDisk
