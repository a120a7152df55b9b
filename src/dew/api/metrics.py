"""Metrics for Prometheus: requests as they pass, Droplets and Actions as they are when asked."""

import asyncio
from collections import Counter as Tally
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from dew.api.auth import Doorman
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import actions, droplets
from dew.database.connect import Database
from dew.model.action import ActionState
from dew.model.droplet import Status

METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))

router = Router()


class Metrics:
    """One app's own registry, so that two apps in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "dew_http_request_duration_seconds",
            "Time until answers began.",
            ("method", "route", "status"),
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self._droplets = Gauge("dew_droplets", "Droplets.", ("status",), registry=self.registry)
        self._actions = Gauge("dew_actions", "Actions.", ("state",), registry=self.registry)
        self._tasks = Gauge("dew_tasks", "What dewd does or waits for at once.", registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one request; the number of label values is bounded whatever clients send."""
        known = method if method in METHODS else "OTHER"
        self._requests.labels(known, route, f"{status // 100}xx").observe(seconds)

    async def count(self, database: Database) -> None:
        """Set the gauges to what the database says."""
        async with database.read() as tx:
            by_status = Tally(droplet.status for droplet in await droplets.list_all(tx))
            by_state = await actions.count_by_state(tx)
        self._tasks.set(len(asyncio.all_tasks()))
        for status in Status:
            self._droplets.labels(status.value).set(by_status[status])
        for state in ActionState:
            self._actions.labels(state.value).set(by_state[state])


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """For anybody on this machine; from elsewhere a token is needed."""
    parts = parts_of(request)
    if not _from_this_machine(request):
        await Doorman(parts.database).identify(request)
    measured: Metrics = request.app.state.metrics
    await measured.count(parts.database)
    return Response(generate_latest(measured.registry), media_type=CONTENT_TYPE_LATEST)


def _from_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
