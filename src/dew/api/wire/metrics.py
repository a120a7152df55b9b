"""What a Droplet uses over time: Dew's points, and the series that DigitalOcean's clients read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.streams.metrics import Rates


class MetricsPoint(TypedDict):
    """One step of time; null where nothing is known."""

    at: Annotated[Instant, Meta(description="when the step began")]
    cpu_percent: Annotated[float | None, Meta(description="of all its processors together")]
    memory_bytes: Annotated[
        int | None,
        Meta(description="what its process takes of the machine's, not what is used inside"),
    ]
    disk_read_bytes_per_second: float | None
    disk_write_bytes_per_second: float | None
    disk_reads_per_second: float | None
    disk_writes_per_second: float | None
    network_received_bytes_per_second: Annotated[
        float | None, Meta(description="by the count of the guest, which its agent is asked for each minute")
    ]
    network_sent_bytes_per_second: float | None
    memory_free_bytes: Annotated[
        int | None, Meta(description="inside, as all that follows by the word of the guest")
    ]
    memory_cached_bytes: int | None
    memory_available_bytes: Annotated[int | None, Meta(description="free, or given up when it is wanted")]
    load_1: Annotated[float | None, Meta(description="tasks that run or want to, the mean of a minute")]
    load_5: float | None
    load_15: float | None
    filesystem_size_bytes: Annotated[int | None, Meta(description="of the one at the root")]
    filesystem_free_bytes: int | None


class DropletMetrics(TypedDict):
    """A Droplet's last hour or day; steps before dewd was started, or without a guest, are left out."""

    step_seconds: int
    points: Sequence[MetricsPoint]


class MetricsResult(TypedDict):
    """One series: its labels, and pairs of a Unix time and a value."""

    metric: dict[str, str]
    values: Sequence[tuple[int, str]]


class MetricsData(TypedDict):
    """All series of an answer."""

    resultType: Literal["matrix"]
    result: Sequence[MetricsResult]


class Monitoring(TypedDict):
    """DigitalOcean's answer, which is Prometheus's."""

    status: Literal["success"]
    data: MetricsData


def metrics_point(at: int, rates: Rates) -> MetricsPoint:
    """An element of /dew/v1/droplets/{id}/metrics."""
    return {
        "at": time(datetime.fromtimestamp(at, UTC)),
        "cpu_percent": rates.cpu_percent,
        "memory_bytes": _whole(rates.memory_bytes),
        "disk_read_bytes_per_second": rates.disk_read_bytes_per_second,
        "disk_write_bytes_per_second": rates.disk_write_bytes_per_second,
        "disk_reads_per_second": rates.disk_reads_per_second,
        "disk_writes_per_second": rates.disk_writes_per_second,
        "network_received_bytes_per_second": rates.network_received_bytes_per_second,
        "network_sent_bytes_per_second": rates.network_sent_bytes_per_second,
        "memory_free_bytes": _whole(rates.memory_free_bytes),
        "memory_cached_bytes": _whole(rates.memory_cached_bytes),
        "memory_available_bytes": _whole(rates.memory_available_bytes),
        "load_1": _in_hundredths(rates.load_1),
        "load_5": _in_hundredths(rates.load_5),
        "load_15": _in_hundredths(rates.load_15),
        "filesystem_size_bytes": _whole(rates.filesystem_size_bytes),
        "filesystem_free_bytes": _whole(rates.filesystem_free_bytes),
    }


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _in_hundredths(value: float | None) -> float | None:
    """As the guest said it: what is kept has fewer digits than Python would show."""
    return None if value is None else round(value, 2)


def monitoring(result: Sequence[MetricsResult]) -> Monitoring:
    """An answer of /v2/monitoring/metrics/droplet."""
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}
