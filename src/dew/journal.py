"""The daemon's log: one JSON line per happening, in a file that stays bounded, and on a terminal as text."""

import json
import logging
import os
import stat
import sys
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import structlog

FILE_BYTES = 5 * 2**20
KEPT_FILES = 3
MOST_LINES = 5000  # that anybody gets at once


def start(path: Path) -> None:
    """Send everything that is logged to the file at ``path`` (0600), and warnings to stderr.

    Not to a stderr that is a file: nothing would keep that one small.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=KEPT_FILES)
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [file] if _is_file(sys.stderr) else [file, terminal]
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    for talkative in ("alembic", "httpx2"):  # the second would log URLs, which may hold secrets
        logging.getLogger(talkative).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or none that the system knows
        return False


def newest(path: Path, lines: int) -> list[str]:
    """Return the newest ``lines`` of the log at ``path`` for people, oldest first. Blocks."""
    try:
        with path.open(errors="replace") as file:
            return [_readable(line) for line in deque(file, min(max(lines, 0), MOST_LINES))]
    except FileNotFoundError:
        return []


def _readable(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line.rstrip("\n")
    if not isinstance(entry, dict):
        return line.rstrip("\n")
    head = " ".join(str(entry.pop(name, "")) for name in ("timestamp", "level", "event"))
    rest = " ".join(f"{name}={value}" for name, value in entry.items() if value not in ("", None))
    return f"{head}  {rest}".rstrip()
