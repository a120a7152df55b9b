"""Copies of a database that may be in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use, as it is at one instant; on the disk when this returns. Blocks."""
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(partial)) as made:
        live.backup(made)
    partial.chmod(0o600)
    partial.replace(target)
    _sync_names(target.parent)


def _sync_names(directory: Path) -> None:
    """SQLite has synced the copy's bytes; its name is ours to sync."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
