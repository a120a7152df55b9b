"""The machine's memory, as this process may use it."""

from contextlib import suppress
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Only inside a container is there such a file at this place: guests live in dewd's control group."""


def machine_memory_bytes(meminfo: Path = MEMINFO, container_limit: Path = CONTAINER_LIMIT) -> int:
    """Return how much memory there is, or what the container may use of it. Blocks."""
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    total_bytes = int(fields["MemTotal"].split()[0]) * 1024
    with suppress(OSError, ValueError):  # no container, or "max"
        return min(total_bytes, int(container_limit.read_text()))
    return total_bytes
