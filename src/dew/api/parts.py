"""What the daemon hands to the API, and how a route gets at it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from starlette.requests import Request as HttpRequest

from dew.actions.fitting import Fitting
from dew.actions.kind import Request
from dew.actions.simulation import Simulation
from dew.actions.space import Space
from dew.api.wire.daemon import DaemonStatus
from dew.api.wire.findings import Finding
from dew.database.connect import Database
from dew.model.action import Action
from dew.model.billing import Prices
from dew.model.region import DEFAULT_REGION
from dew.streams.consoles import Consoles
from dew.streams.exports import ExportDownloads
from dew.streams.metrics import DropletMetrics
from dew.streams.uploads import Uploads

DIGITALOCEAN = "/v2"  # what is under it speaks as DigitalOcean does
OWN = "/dew/v1"
OAUTH = "/v1"  # of DigitalOcean's too, for its token info


class Actions(Protocol):
    """The one way from here to anything that changes a machine: ``dew.actions.engine.Engine``."""

    async def accept(self, *requests: Request) -> tuple[Action, ...]: ...

    async def retry(self, action_id: int) -> Action: ...


@dataclass(frozen=True)
class ApiSettings:
    """What the operator may choose about the API."""

    network: str = "127.66.0.0/16"  # that Droplets have their addresses in
    region: str = DEFAULT_REGION  # for Droplets that name none
    any_address: bool = False  # also go by any address that is no name
    allowed_hosts: tuple[str, ...] = ()  # besides this machine's own names; without ports
    cors_origins: tuple[str, ...] = ("*",)  # safe: none of them may use or read what a cookie opens
    requests_per_hour: int | None = 5000  # DigitalOcean's limits, for /v2 only; None: no limit
    requests_per_minute: int | None = 250
    key_lists_per_minute: int | None = 10  # of those, for the list of SSH keys
    max_body_bytes: int = 2**20
    max_requests: int = 256  # being answered at once, event streams included
    max_streams: int = 64  # event streams at once: each reads the database after every commit
    droplet_limit: int = 1000
    prices: Prices = field(default_factory=Prices)
    keep_retired_hours: float = 24.0  # how long a disk that was replaced is kept
    account_email: str = "root@localhost"
    account_name: str = "Dew"


@dataclass(frozen=True)
class ApiParts:
    """Everything the API stands on."""

    database: Database
    engine: Actions
    uploads: Uploads
    settings: ApiSettings
    status: Callable[[], Awaitable[DaemonStatus]]
    logs: Callable[[int], Awaitable[list[str]]]  # the newest lines of the daemon's log, oldest first
    exports: ExportDownloads
    fitting: Fitting
    space: Space
    droplet_metrics: DropletMetrics
    findings: Callable[[], Awaitable[list[Finding]]]  # of the doctor
    consoles: Consoles
    stop: Callable[[bool], None]  # ask the daemon to stop; True: the guests too
    recipes: tuple[tuple[str, str], ...] = ()  # (name, description) of images that can be built here
    offers: tuple[tuple[str, str], ...] = ()  # the same of images that can be fetched
    panel: Mapping[str, bytes] = field(default_factory=dict)  # its files by path; {}: it was not built
    simulation: Simulation | None = None  # None: Droplets are real
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # set it, and the event streams end


def parts_of(request: HttpRequest) -> ApiParts:
    """Return what the app of this request was made from."""
    parts: ApiParts = request.app.state.parts
    return parts
