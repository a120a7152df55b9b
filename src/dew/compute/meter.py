"""Meter: what a guest has used so far, as counters that only grow; rates are others' to compute."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Traffic:
    """What went over the guest's network, by its own count. It may lie, and counts anew after a reboot."""

    at_seconds: float  # of the monotonic clock: it is asked more seldom than the rest
    received_bytes: int
    sent_bytes: int


@dataclass(frozen=True)
class Filesystem:
    """The one at the guest's root, by its own word."""

    device: str
    type: str
    size_bytes: int  # without what it keeps for root
    free_bytes: int


@dataclass(frozen=True)
class Inside:
    """What the guest says of its inside, at most some minutes ago. It may lie; None where it does not say."""

    memory_free_bytes: int | None = None
    memory_cached_bytes: int | None = None
    memory_available_bytes: int | None = None  # to programs: free, or given up when it is wanted
    load_1: float | None = None  # the mean number of tasks that run or want to, of the last minute
    load_5: float | None = None
    load_15: float | None = None
    filesystem: Filesystem | None = None


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
    inside: Inside | None = None
