"""A whole Dew in memory behind its API: the real engine and a real database, simulated disks and guests."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.fitting import Fitting
from dew.actions.kind import Request
from dew.actions.simulation import Simulation
from dew.actions.space import Space
from dew.actions.world import Settings, World
from dew.api import wire
from dew.api.app import create_app
from dew.api.parts import ApiParts, ApiSettings
from dew.api.wire import DaemonStatus
from dew.compute.memory import MemoryHost
from dew.database import actions, events, facts, keys, tokens
from dew.database.connect import Database
from dew.images.address_policy import AddressPolicy
from dew.images.simulated import SimulatedCatalogue, SimulatedImporter
from dew.model.action import Action
from dew.storage.memory import MemoryStore
from dew.streams.consoles import Consoles
from dew.streams.exports import ExportDownloads
from dew.streams.metrics import DropletMetrics
from dew.streams.uploads import Uploads
from tests.api import own_description

SIZE = "s-1vcpu-512mb-10gb"
SLUG = "dew-micro"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAamrDsG/u7IALxnOgroTiYPPPTMC6pJJoYR5YMB4Y74 test@dew"
ED25519_MD5 = "b5:ad:81:c3:15:0e:f6:e9:f2:fd:cf:58:1e:61:82:f1"  # as ssh-keygen has it
LIMIT_SECONDS = 10.0
LARGEST_IMAGE_BYTES = 16 * 2**30


@dataclass(frozen=True)
class TestRecipe:
    """A recipe with nothing to cook."""

    __test__ = False
    name: str
    distribution: str = "Debian"
    description: str = "Dew micro"
    min_disk_bytes: int = 2**30


class TestBuilder:
    """Builds an empty file."""

    __test__ = False

    @property
    def recipes(self) -> Mapping[str, TestRecipe]:
        return {SLUG: TestRecipe(SLUG)}

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        progress(0.5, f"Building {name}")
        await asyncio.to_thread(_write_sparse, target, self.recipes[name].min_disk_bytes)


def _write_sparse(target: Path, size_bytes: int) -> None:
    with target.open("wb") as file:
        file.truncate(size_bytes)


@dataclass
class Clock:
    """A time that passes when it is told to."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A running Dew and a client with a token that may do everything."""

    app: Starlette
    parts: ApiParts
    database: Database
    engine: Engine
    host: MemoryHost
    client: httpx2.AsyncClient
    token: str
    image_id: int
    key_id: int  # spares most tests the hashing of a password
    directory: Path
    world: World
    findings: list[wire.Finding]  # of the doctor
    clock: Clock  # of what is measured
    stops: list[bool] = field(default_factory=list)  # what the daemon was asked

    @property
    def settings(self) -> Settings:
        """Those of Actions."""
        return self.world.settings

    @property
    def store(self) -> MemoryStore:
        assert isinstance(self.world.store, MemoryStore)
        return self.world.store

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.get(path, **more)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return its JSON, None if there is none."""
        response = await self.client.request(method, path, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def refused(self, method: str, path: str, body: Any = None, status: int = 422) -> str:
        """Send a request that must fail with ``status`` in DigitalOcean's shape; return the message."""
        response = await self.client.request(method, path, json=body)
        assert response.status_code == status, response.text
        error = response.json()
        assert set(error) == {"id", "message", "request_id"}
        assert error["request_id"] == response.headers["x-request-id"]
        return str(error["message"])

    async def finished(self, action_id: int) -> Action:
        """Wait for the end of an Action."""
        async with asyncio.timeout(LIMIT_SECONDS):
            return await self.engine.finished(action_id)

    async def settled(self) -> None:
        """Wait until no Action is open."""
        async with self.database.read() as tx:
            open_actions = await actions.list_open(tx)
        for action in open_actions:
            await self.finished(action.id)

    async def create(self, name: str = "web-01", **more: Any) -> dict[str, Any]:
        """Create a Droplet, wait until it is there, return it."""
        body = {"name": name, "size": SIZE, "image": self.image_id, "ssh_keys": [self.key_id], **more}
        made = await self.ok("POST", "/v2/droplets", body)
        await self.finished(made["links"]["actions"][0]["id"])
        droplet: dict[str, Any] = (await self.ok("GET", f"/v2/droplets/{made['droplet']['id']}"))["droplet"]
        return droplet

    async def act(self, droplet_id: int, type_: str, **more: Any) -> Action:
        """Do something to a Droplet and wait for its end."""
        body = {"type": type_, **more}
        action = (await self.ok("POST", f"/v2/droplets/{droplet_id}/actions", body))["action"]
        return await self.finished(action["id"])

    async def snapshot(self, droplet_id: int, name: str = "2026-07-01") -> int:
        """Take a Snapshot of a Droplet; return the Image's id."""
        await self.act(droplet_id, "snapshot", name=name)
        found = await self.ok("GET", f"/v2/droplets/{droplet_id}/snapshots")
        return int(found["snapshots"][-1]["id"])

    @asynccontextmanager
    async def client_with(self, token: str, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
        async with client_of(self.app, token, **more) as client:
            yield client


def client_of(
    app: Starlette, token: str, host: str = "localhost", address: str = "127.0.0.1"
) -> httpx2.AsyncClient:
    """Return a client of the app that calls it ``host`` and comes from ``address``."""
    transport = httpx2.ASGITransport(app=app, client=(address, 1234), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(
        transport=transport,
        base_url=f"http://{host}",
        headers=headers,
        event_hooks={"response": [own_description.hold, _wait_a_turn]},
    )


async def _wait_a_turn(_response: httpx2.Response) -> None:
    """As between two requests over a socket: what is kept is answered without any waiting."""
    await asyncio.sleep(0)


@asynccontextmanager
async def open_house(
    directory: Path, panel: Mapping[str, bytes] | None = None, **settings: Any
) -> AsyncIterator[House]:
    """Run a Dew in ``directory``, with an image to create from."""
    database = await Database.open(directory / "dew.db", durable=False)
    clock = Clock()
    store, host = MemoryStore(), MemoryHost(clock=clock)
    importer = SimulatedImporter(AddressPolicy((ip_network("127.0.0.0/8"),)), LARGEST_IMAGE_BYTES)
    own = Settings(work=directory, uploads=directory / "uploads", exports=directory / "exports")
    world = World(
        database, store, host, TestBuilder(), importer, "0" * 32, own, catalogue=SimulatedCatalogue()
    )
    uploads = Uploads(
        *(database, store, own.uploads, world.now),
        largest_bytes=LARGEST_IMAGE_BYTES,
        reserve_bytes=own.reserve_bytes,
    )
    simulation = Simulation()
    engine = Engine(world, simulation.wrap(KINDS))
    async with database.write() as tx:
        await facts.put(tx, facts.INSTALLATION, "0" * 32)
        await facts.put(tx, facts.STORE_IDENTITY, await store.identity())
        token = await tokens.create(tx, "tests", ("read", "write"))
        key = await keys.add(tx, "house", "00" + ":00" * 15, "ssh-ed25519 AAAA house", world.now())
    (built,) = await engine.accept(Request("build_image", None, {"name": SLUG}))
    await engine.finished(built.id)
    stops: list[bool] = []
    findings: list[wire.Finding] = []
    parts = ApiParts(
        database=database,
        engine=engine,
        uploads=uploads,
        exports=ExportDownloads(own.exports),
        fitting=Fitting(world),
        space=Space(world, directory / "cache"),
        droplet_metrics=DropletMetrics(database, host, clock=clock, monotonic=clock),
        settings=ApiSettings(**settings),
        status=_status,
        logs=_logs,
        findings=lambda: _told(findings),
        consoles=Consoles(host),
        stop=stops.append,
        simulation=simulation,
        panel=panel or {},
        recipes=((SLUG, "Dew micro"),),
        offers=(("ubuntu-24-04-x64", "Ubuntu 24.04 LTS x64"),),
    )
    app = create_app(parts)
    async with client_of(app, token) as client:
        yield House(
            app,
            parts,
            database,
            engine,
            host,
            client,
            token,
            built.resource_id,
            key.id,
            directory,
            world,
            findings,
            clock,
            stops,
        )
    parts.closing.set()
    await engine.close()
    async with database.read() as tx:
        told = await events.after(tx, 0)
    await database.close()
    own_description.hold_events(told)


async def _status() -> DaemonStatus:
    return {
        "halted": [],
        "failed_backups": [],
        "version": "test",
        "simulated": True,
        "acceleration": "none",
        "started_at": "2026-07-01T12:00:00+00:00",
        "url": "http://localhost",
        "data": "/",
        "pid": 1,
    }


async def _told(findings: list[wire.Finding]) -> list[wire.Finding]:
    return findings


async def _logs(lines: int) -> list[str]:
    return [f"line {number}" for number in range(lines)]
