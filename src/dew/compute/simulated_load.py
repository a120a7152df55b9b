"""What simulated guests pretend to use: some waves a day and some an hour, different for each Droplet.

A closed form and no random numbers: asked at any instant, by any daemon, the same Droplet has used the same.
"""

import math
from dataclasses import dataclass

from dew.compute.meter import Filesystem, Inside, Meter, Traffic

DAY_SECONDS, RUSH_SECONDS = 86400.0, 1300.0
BOOT_MEMORY_SHARE, MOST_MEMORY_SHARE = 0.25, 0.7
GROWTH_SECONDS = 4 * 3600.0  # until a guest's memory is nearly as full as it gets
READ_BYTES, WRITTEN_BYTES, RECEIVED_BYTES, SENT_BYTES = 40_000, 90_000, 25_000, 60_000
"""For each second that one processor is busy, at the most."""

BLOCK_BYTES = 4096
DISK_SHARE = 25  # of the memory: as in most sizes, since nobody tells a simulated guest how big its disk is


@dataclass(frozen=True)
class Load:
    """How busy a guest is, from 0 to 1: base + day wave + rush wave, never below 0."""

    base: float
    day: float
    rush: float
    phase: float

    def until(self, seconds: float) -> float:
        """Return the busy seconds up to an instant: the integral of the waves."""
        waves = ((self.day, DAY_SECONDS), (self.rush, RUSH_SECONDS))
        return self.base * seconds + sum(self._wave(high, length, seconds) for high, length in waves)

    def mean(self, began: float, ended: float) -> float:
        """Return how busy it was between two instants."""
        return max(0.0, self.until(ended) - self.until(began)) / (ended - began)

    def _wave(self, high: float, length: float, seconds: float) -> float:
        turn = 2 * math.pi / length
        return high / turn * (math.cos(self.phase) - math.cos(turn * seconds + self.phase))


def load_of(droplet_id: int) -> Load:
    """Return a Droplet's own."""
    spread = (droplet_id * 0.618033988749895) % 1  # the golden ratio spreads neighbours far apart
    base = 0.06 + 0.3 * spread
    return Load(base, 0.5 * base, 0.4 * base, 2 * math.pi * spread)


def meter(droplet_id: int, process: str, size: tuple[int, int, int], began: float, now: float) -> Meter:
    """Return what a guest of ``size`` (vcpus, bytes of memory and of disk) has used between two instants."""
    vcpus, memory_bytes, disk_bytes = size
    load = load_of(droplet_id)
    busy = max(0.0, load.until(now) - load.until(began))
    grown = 1 - math.exp((began - now) / GROWTH_SECONDS)
    share = BOOT_MEMORY_SHARE + (MOST_MEMORY_SHARE - BOOT_MEMORY_SHARE) * grown
    read_bytes, written_bytes = int(busy * READ_BYTES), int(busy * WRITTEN_BYTES)
    return Meter(
        process,
        cpu_seconds=busy * vcpus,
        memory_bytes=int(memory_bytes * share),
        disk_read_bytes=read_bytes,
        disk_written_bytes=written_bytes,
        disk_reads=read_bytes // BLOCK_BYTES,
        disk_writes=written_bytes // BLOCK_BYTES,
        traffic=Traffic(now, int(busy * RECEIVED_BYTES), int(busy * SENT_BYTES)),
        inside=_inside(load, vcpus, int(memory_bytes * (1 - share)), disk_bytes, now),
    )


def _inside(load: Load, vcpus: int, available_bytes: int, disk_bytes: int, now: float) -> Inside:
    cached_bytes = available_bytes // 3
    one, five, fifteen = (load.mean(now - 60 * minutes, now) * vcpus for minutes in (1, 5, 15))
    root = Filesystem("/dev/vda2", "ext4", disk_bytes, int(disk_bytes * (1 - load.base)))
    free_bytes = available_bytes - cached_bytes
    return Inside(free_bytes, cached_bytes, available_bytes, one, five, fifteen, root)
