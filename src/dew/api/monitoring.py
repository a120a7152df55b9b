"""Monitoring: DigitalOcean's metrics of Droplets, as far as they are known without an agent of its own.

Processors, bandwidth and the size of the memory are; what is free of it, the load and the filesystem are if
QEMU's agent inside tells. What nobody knows is a result without series, as for a Droplet without the agent.
"""

from collections.abc import Iterable
from typing import Literal, Required

from starlette.requests import Request
from starlette.responses import Response

from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.api.wire.metrics import MetricsResult
from dew.database import droplets
from dew.model.droplet import Droplet
from dew.model.errors import Invalid
from dew.streams.metrics import Rates

MEGABIT_BYTES = 125_000

WINDOW = {"host_id": Required[str], "start": Required[str], "end": Required[str]}
INTERFACES = Literal["private", "public"]
DIRECTIONS = Literal["inbound", "outbound"]

Points = list[tuple[int, Rates]]

router = Router(prefix="/monitoring/metrics/droplet")


@router.get("/cpu")
@described(wire.Monitoring, query=WINDOW)
async def get_cpu(request: Request) -> Response:
    """Seconds that the processors were busy and idle, added up from the first point on, as clients expect."""
    droplet, step_seconds, points = await _window(request)
    capacity = step_seconds * droplet.vcpus
    busy = [(at, capacity * (rates.cpu_percent or 0) / 100) for at, rates in points]
    idle = [(at, capacity - seconds) for at, seconds in busy]
    return _answer(
        _series(_added_up(values), host_id=str(droplet.id), mode=mode)
        for mode, values in (("idle", idle), ("user", busy))
    )


@router.get("/bandwidth")
@described(
    wire.Monitoring, query={**WINDOW, "interface": Required[INTERFACES], "direction": Required[DIRECTIONS]}
)
async def get_bandwidth(request: Request) -> Response:
    """Megabits in a second; there is no private interface, so it has no series."""
    droplet, _, points = await _window(request)
    interface = _one_of(request, "interface", ("private", "public"))
    direction = _one_of(request, "direction", ("inbound", "outbound"))
    if interface == "private":
        return _answer(())
    inbound, outbound = "network_received_bytes_per_second", "network_sent_bytes_per_second"
    name = inbound if direction == "inbound" else outbound
    values = [(at, bytes_per_second / MEGABIT_BYTES) for at, bytes_per_second in _known(points, name)]
    labels = {"direction": direction, "host_id": str(droplet.id), "interface": interface}
    return _answer([_series(values, **labels)])


@router.get("/memory_total")
@described(wire.Monitoring, query=WINDOW)
async def get_memory_total(request: Request) -> Response:
    """Bytes of memory that the Droplet has, whenever it ran."""
    droplet, _, points = await _window(request)
    values = [(at, droplet.memory_mb * 2**20) for at, _ in points]
    return _answer([_series(values, host_id=str(droplet.id))])


@router.get("/memory_free")
@router.get("/memory_cached")
@router.get("/memory_available")
@described(wire.Monitoring, query=WINDOW)
async def get_memory(request: Request) -> Response:
    """Bytes, as the guest tells."""
    return await _told(request, f"{_asked(request)}_bytes")


@router.get("/load_1")
@router.get("/load_5")
@router.get("/load_15")
@described(wire.Monitoring, query=WINDOW)
async def get_load(request: Request) -> Response:
    """The mean number of tasks that run or want to, as the guest tells."""
    return await _told(request, _asked(request))


@router.get("/filesystem_free")
@router.get("/filesystem_size")
@described(wire.Monitoring, query=WINDOW)
async def get_filesystem(request: Request) -> Response:
    """Bytes of the filesystem at the root, as the guest tells."""
    droplet_id = _number(request, "host_id")
    filesystem = parts_of(request).droplet_metrics.filesystem(droplet_id)
    device, fstype = (filesystem.device, filesystem.type) if filesystem else ("", "")
    return await _told(request, f"{_asked(request)}_bytes", device=device, fstype=fstype, mountpoint="/")


def _asked(request: Request) -> str:
    return request.url.path.rstrip("/").rpartition("/")[2]


async def _told(request: Request, name: str, **labels: str) -> Response:
    """Answer with one series, without steps at which nothing was told."""
    droplet, _, points = await _window(request)
    return _answer([_series(_known(points, name), host_id=str(droplet.id), **labels)])


async def _window(request: Request) -> tuple[Droplet, int, Points]:
    """Return the Droplet, and what is known of it in the time asked for. Raises Invalid, NotFound."""
    parts = parts_of(request)
    droplet_id, start, end = (_number(request, name) for name in WINDOW)
    async with parts.database.read() as tx:
        droplet = await droplets.get(tx, droplet_id)
    step_seconds, points = parts.droplet_metrics.points(droplet.id, start, end)
    return droplet, step_seconds, list(points)


def _known(points: Points, name: str) -> list[tuple[int, float]]:
    told = ((at, getattr(rates, name)) for at, rates in points)
    return [(at, round(value, 2)) for at, value in told if value is not None]


def _number(request: Request, name: str) -> int:
    value = fields.as_id(request.query_params.get(name))
    if value is None:
        raise Invalid(f"{name} must be a number.")
    return value


def _one_of(request: Request, name: str, known: tuple[str, ...]) -> str:
    value = request.query_params.get(name, "")
    if value not in known:
        raise Invalid(f"{name} must be one of {', '.join(known)}.")
    return value


def _added_up(values: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    total, sums = 0.0, []
    for at, value in values:
        total += value
        sums.append((at, total))
    return sums


def _series(values: Iterable[tuple[int, float]], **labels: str) -> MetricsResult:
    return {"metric": labels, "values": [(at, str(value)) for at, value in values]}


def _answer(series: Iterable[MetricsResult]) -> Response:
    """Without values a series is none."""
    return answer(wire.monitoring([each for each in series if each["values"]]))
