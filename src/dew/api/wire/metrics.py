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
    memory_bytes = rates.memory_bytes
    return {
        "at": time(datetime.fromtimestamp(at, UTC)),
        "cpu_percent": rates.cpu_percent,
        "memory_bytes": None if memory_bytes is None else int(memory_bytes),
        "disk_read_bytes_per_second": rates.disk_read_bytes_per_second,
        "disk_write_bytes_per_second": rates.disk_write_bytes_per_second,
        "disk_reads_per_second": rates.disk_reads_per_second,
        "disk_writes_per_second": rates.disk_writes_per_second,
        "network_received_bytes_per_second": rates.network_received_bytes_per_second,
        "network_sent_bytes_per_second": rates.network_sent_bytes_per_second,
    }


def monitoring(result: Sequence[MetricsResult]) -> Monitoring:
    """An answer of /v2/monitoring/metrics/droplet."""
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}
