"""The process of a dewd of this machine, as its data directory names it."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process; ``start_time`` (clock ticks since boot) tells it from a later one of the same pid."""

    pid: int
    start_time: int | None

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            return False
        state, started = fields[0], int(fields[19])
        return state != "Z" and self.start_time in (None, started)


def guests_on(data: Path) -> int:
    """Return how many guests of a data directory run, with dewd or without."""
    return sum(map(_is_alive, (data / "run").glob("*/guest.json")))


def _is_alive(record: Path) -> bool:
    try:
        process = json.loads(record.read_text())["process"]
        return Process(int(process["pid"]), int(process["start_ticks"])).alive
    except (OSError, ValueError, KeyError, TypeError):
        return False


def running_on(data: Path) -> Process | None:
    """Return the dewd of a data directory, if it runs. Raises PermissionError if we may not know."""
    try:
        content = json.loads((data / "dewd.pid").read_text())
        process = Process(int(content["pid"]), content.get("start_time"))
    except PermissionError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return process if process.alive else None
