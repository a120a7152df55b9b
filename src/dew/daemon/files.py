"""The daemon's own small files in its data directory."""

import os
from contextlib import suppress
from pathlib import Path

from dew.config import Config


def log_path(config: Config) -> Path:
    """Return where the daemon's log is."""
    return config.data / "log" / "dewd.log"


def read_text(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    return ""


def write_private(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
