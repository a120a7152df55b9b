"""dewd with nothing to do but look after two guests."""

import time
from pathlib import Path

from tests.guest.dewd import Dewd

from bench.processes import processor_seconds
from bench.report import Targets

SECONDS = 60.0
CORE_LIMIT_PERCENT = 1.0
MEMORY_LIMIT_MB = 120.0


def measure(dewd: Dewd, targets: Targets) -> None:
    """Print what it takes of a core and of memory."""
    print(f"\nAn idle dewd, over {SECONDS:.0f} s, with two guests running")
    guests = [dewd.create(f"idle-{number}") for number in range(2)]
    for guest in guests:
        guest.ssh("true")
    assert dewd.process is not None
    before = processor_seconds(dewd.process.pid)
    time.sleep(SECONDS)
    percent = (processor_seconds(dewd.process.pid) - before) / SECONDS * 100
    targets.hold("a core", percent, CORE_LIMIT_PERCENT, "%")
    targets.hold("memory (resident)", _resident_mb(dewd.process.pid), MEMORY_LIMIT_MB, "MB")
    for guest in guests:
        guest.delete()


def _resident_mb(pid: int) -> float:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) / 1000
