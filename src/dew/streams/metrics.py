"""Metrics: what each running Droplet uses over time; an hour finely, a day coarsely.

Kept in memory only: they are lost when dewd restarts, and cost neither the database nor the disk anything.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import select

from dew.compute.host import Host
from dew.compute.meter import Filesystem, Inside, Meter, Traffic
from dew.database.connect import Database
from dew.database.tables import droplets, guests
from dew.model.droplet import Observed
from dew.model.errors import DewError
from dew.streams.rings import Ring, means

log = structlog.get_logger()

SAMPLE_EVERY_SECONDS = 15
"""Fine enough to see what one just did, and a thousand guests cost a tenth of a core."""

COARSE_SECONDS = 300
KEPT_FINE_HOURS, KEPT_COARSE_HOURS = 1, 24
HOUR_SECONDS = 3600
AT_ONCE = 8  # guests that are being asked; more would crowd the event loop


class Rates(NamedTuple):
    """What a Droplet used in one step of time; None where nothing is known."""

    cpu_percent: float | None  # of its processors together
    memory_bytes: float | None  # of the machine's memory that its process takes
    disk_read_bytes_per_second: float | None = None
    disk_write_bytes_per_second: float | None = None
    disk_reads_per_second: float | None = None
    disk_writes_per_second: float | None = None
    network_received_bytes_per_second: float | None = None  # by the guest's own count, asked each minute
    network_sent_bytes_per_second: float | None = None
    memory_free_bytes: float | None = None  # from here on by the guest's own word, asked each minute
    memory_cached_bytes: float | None = None
    memory_available_bytes: float | None = None
    load_1: float | None = None
    load_5: float | None = None
    load_15: float | None = None
    filesystem_size_bytes: float | None = None
    filesystem_free_bytes: float | None = None


WIDTH = len(Rates._fields)
INSIDE = tuple(name for name in Rates._fields if name in Inside.__dataclass_fields__)


@dataclass(frozen=True)
class Running:
    """A Droplet that is to be asked."""

    id: int
    vcpus: int


class Series:
    """One Droplet's metrics."""

    def __init__(self) -> None:
        self._fine = Ring(SAMPLE_EVERY_SECONDS, KEPT_FINE_HOURS * HOUR_SECONDS // SAMPLE_EVERY_SECONDS, WIDTH)
        self._coarse = Ring(COARSE_SECONDS, KEPT_COARSE_HOURS * HOUR_SECONDS // COARSE_SECONDS, WIDTH)
        self._last: tuple[float, Meter] | None = None
        self._network: tuple[float | None, float | None] = (None, None)
        self.filesystem: Filesystem | None = None  # that was told of last

    def put(self, at: float, measured_at: float, meter: Meter, vcpus: int) -> None:
        """Add what the meter shows; ``at`` is Unix time, ``measured_at`` a clock that nobody sets."""
        before, self._last = self._last, (measured_at, meter)
        if before is None or before[1].process != meter.process or measured_at <= before[0]:
            self._network = (None, None)
            self._keep(at, Rates(None, meter.memory_bytes), meter.inside)
            return
        self._network = _network(before[1].traffic, meter.traffic, self._network)
        rates = _rates(before[1], meter, measured_at - before[0], vcpus)
        received, sent = self._network
        rates = rates._replace(network_received_bytes_per_second=received, network_sent_bytes_per_second=sent)
        self._keep(at, rates, meter.inside)

    def _keep(self, at: float, rates: Rates, inside: Inside | None) -> None:
        if inside is not None:
            self.filesystem = inside.filesystem or self.filesystem
            rates = rates._replace(**_told(inside))
        self._fine.put(at, rates)
        began = at // COARSE_SECONDS * COARSE_SECONDS
        fine = [values for _, values in self._fine.between(began, at)]
        self._coarse.put(at, means(fine, WIDTH))

    def ring(self, seconds: float) -> Ring:
        """Return the finer of the two that reaches so far back."""
        kept_seconds = KEPT_FINE_HOURS * HOUR_SECONDS + SAMPLE_EVERY_SECONDS  # time passes while one asks
        return self._fine if seconds <= kept_seconds else self._coarse


def _rates(before: Meter, now: Meter, seconds: float, vcpus: int) -> Rates:
    """Return what was used between two looks at the same process, but for the network."""
    busy = (now.cpu_seconds - before.cpu_seconds) / (seconds * vcpus)
    return Rates(
        min(100.0, 100 * busy),  # QEMU's own work comes on top of what its processors do
        now.memory_bytes,
        (now.disk_read_bytes - before.disk_read_bytes) / seconds,
        (now.disk_written_bytes - before.disk_written_bytes) / seconds,
        (now.disk_reads - before.disk_reads) / seconds,
        (now.disk_writes - before.disk_writes) / seconds,
    )


def _told(inside: Inside) -> dict[str, float | None]:
    told = {name: getattr(inside, name) for name in INSIDE}
    if inside.filesystem is not None:
        told["filesystem_size_bytes"] = inside.filesystem.size_bytes
        told["filesystem_free_bytes"] = inside.filesystem.free_bytes
    return told


def _network(
    before: Traffic | None, now: Traffic | None, last: tuple[float | None, float | None]
) -> tuple[float | None, float | None]:
    """Return what went in and out in a second. Until the guest is asked anew, that is what it was before."""
    if before is None or now is None:
        return None, None
    seconds = now.at_seconds - before.at_seconds
    if seconds <= 0:
        return last
    received, sent = now.received_bytes - before.received_bytes, now.sent_bytes - before.sent_bytes
    if received < 0 or sent < 0:  # it was rebooted, and counts from nought
        return None, None
    return received / seconds, sent / seconds


class DropletMetrics:
    """Measures all running Droplets, and remembers."""

    def __init__(
        self,
        database: Database,
        host: Host,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._host = host
        self._clock = clock
        self._monotonic = monotonic
        self._series: dict[int, Series] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_EVERY_SECONDS - self._clock() % SAMPLE_EVERY_SECONDS)
            try:
                await self.sample()
            except DewError as error:
                log.warning("Droplets could not be measured", error=str(error))

    async def sample(self) -> None:
        """Look at the meter of every Droplet that runs; forget those that are gone."""
        living, running = await self._droplets()
        for gone in self._series.keys() - living:
            del self._series[gone]
        await asyncio.gather(*(self._measure(each) for each in running))

    def points(self, droplet_id: int, start: float, end: float) -> tuple[int, Iterator[tuple[int, Rates]]]:
        """Return what is known between two Unix times, and for how many seconds each value stands."""
        series = self._series.get(droplet_id) or Series()
        ring = series.ring(self._clock() - start)
        found = ring.between(start, min(end, self._clock()))
        return ring.step_seconds, ((at, Rates(*values)) for at, values in found)

    def filesystem(self, droplet_id: int) -> Filesystem | None:
        """Return what the guest said last of the filesystem at its root."""
        series = self._series.get(droplet_id)
        return series.filesystem if series else None

    def latest(self, droplet_id: int, seconds: float) -> tuple[int, Iterator[tuple[int, Rates]]]:
        """Return the same of the time up to now."""
        return self.points(droplet_id, self._clock() - seconds, self._clock())

    async def _droplets(self) -> tuple[set[int], list[Running]]:
        query = select(droplets.c.id, droplets.c.vcpus, guests.c.observed).outerjoin(
            guests, guests.c.droplet_id == droplets.c.id
        )
        async with self._database.read() as tx:
            rows = (await tx.execute(query.where(droplets.c.gone_at.is_(None)))).all()
        running = [Running(row.id, row.vcpus) for row in rows if row.observed == Observed.RUNNING.value]
        return {row.id for row in rows}, running

    async def _measure(self, droplet: Running) -> None:
        """One that does not answer now leaves a gap."""
        async with self._turns:
            with suppress(DewError):
                meter = await self._host.metrics(droplet.id)
                if meter is not None:
                    series = self._series.setdefault(droplet.id, Series())
                    series.put(self._clock(), self._monotonic(), meter, droplet.vcpus)
