"""Meter: what a guest has used so far, as counters that only grow; rates are others' to compute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Traffic:
    """What went over the guest's network, by its own count. It may lie, and counts anew after a reboot."""

    at_seconds: float  # of the monotonic clock: it is asked more seldom than the rest
    received_bytes: int
    sent_bytes: int


@dataclass(frozen=True)
class Meter:
    """What one guest's process has used since it was started."""

    process: str  # names the process that counted: another one begins at nought
    cpu_seconds: float  # of all its threads: the guest's processors, and what serves them
    memory_bytes: int  # of the machine's memory that it takes now; a guest seldom gives any back
    disk_read_bytes: int
    disk_written_bytes: int
    disk_reads: int
    disk_writes: int
    traffic: Traffic | None = None  # None where nobody in the guest has told
