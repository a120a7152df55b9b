"""dewd: builds the parts and joins them. Alone knows which drivers are in use.

DEW_DATA/  lock           held by the one dewd that uses this directory
           dewd.pid       {"pid", "start_time"} of it
           address        the URL it listens on; certificate.pem if that is https
           token          the first API token, for the dew command (0600)
           dew.db         the database; copies beside it
           ballast        space that is given up when the disk is full
           store/         Layers and their trash
           uploads/       files on their way in
           exports/       Snapshots written out for clients, for a day
           run/           sockets, seeds and logs of guests
           log/dewd.log   what happened
"""

import argparse
import asyncio
import dataclasses
import fcntl
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import structlog
import uvicorn

from dew import __version__, doctor, journal
from dew.actions import admission
from dew.actions import guests as moves
from dew.actions.build_image import image_file
from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.import_image import scratch
from dew.actions.kind import Request
from dew.actions.pace import ReadingPace
from dew.actions.world import ImageBuilder, ImageCatalogue, ImageImporter, Settings, World
from dew.api.app import create_app
from dew.api.connections import PromptProtocol
from dew.api.parts import ApiParts, ApiSettings
from dew.compute.acceleration import Accelerator, Preference
from dew.compute.host import Host, PortForward
from dew.compute.memory import MemoryGuests, MemoryHost
from dew.compute.privileges import IMPORT_UID, GuestUsers
from dew.compute.qemu import QemuHost
from dew.config import Config, load
from dew.database import actions, facts, tokens
from dew.database.ballast import Ballast
from dew.database.connect import Database
from dew.doctor import repair
from dew.images.address_policy import AddressPolicy
from dew.images.cache import CachedBuilder
from dew.images.catalogue import read_catalogue
from dew.images.cloud import CloudImages
from dew.images.confinement import Confinement
from dew.images.importer import ImageImporter as RealImporter
from dew.images.simulated import SimulatedBuilder, SimulatedCatalogue, SimulatedImporter
from dew.model.action import Action
from dew.model.errors import Broken, DewError, Invalid
from dew.reconcile.checksums import Checksums
from dew.reconcile.daily import DailyCopy
from dew.reconcile.exports import ExportPruner
from dew.reconcile.guests import GuestReconciler
from dew.reconcile.history import History
from dew.reconcile.layers import Sweeper, check_fit
from dew.reconcile.uploads import UploadTidier
from dew.storage.durable import FULL_DISK_ERRNOS, make_directory
from dew.storage.memory import MemoryDisks, MemoryStore
from dew.storage.qcow2 import QcowStore
from dew.storage.store import LayerStore
from dew.streams.exports import ExportDownloads
from dew.streams.uploads import Uploads

log = structlog.get_logger()

ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- and how to reach oneself there
MOST_FILES = 65_536  # open at once, guests' sockets and connections of clients together
PEM_END = "-----END CERTIFICATE-----"
MOST_CONNECTIONS = 10_000  # to the API, idle ones included; leaves most of the files to guests
STOP_GRACE_SECONDS = 5.0  # for requests that are being answered when the daemon stops


@dataclass(frozen=True)
class Drivers:
    """What this daemon stands on."""

    store: LayerStore
    host: Host
    builder: ImageBuilder
    importer: ImageImporter
    catalogue: ImageCatalogue
    acceleration: Callable[[], str]  # what guests run under, and why, for people


class Daemon:
    """One running dewd."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._started_at = datetime.now(UTC)
        self._stopping = asyncio.Event()
        self._stop_guests = False
        self._closing_streams = asyncio.Event()
        self._fault = False
        self.url = ""

    def stop(self, guests: bool = False) -> None:
        """Begin to stop; with ``guests``, bring them to an end first."""
        self._stop_guests |= guests
        self._stopping.set()

    async def run(self) -> None:
        """Serve until told to stop. Raises Broken when it stopped for a fault of its own."""
        async with AsyncExitStack() as stack:
            database = await self._database(stack)
            drivers = await self._drivers(stack)
            world, misfit = await self._world(database, drivers)
            sweeper = Sweeper(world, self._config.keep_retired_hours, self._config.keep_trash_hours)
            reconciler, checksums = GuestReconciler(world), Checksums(world)
            ended = _after_action(sweeper, reconciler, checksums)
            engine = Engine(world, KINDS, ended=ended, refusal=misfit)
            stack.push_async_callback(engine.close)
            await _empty_work(world)
            await engine.resume()
            if self._config.simulate:
                await _offer_simulated_images(engine, drivers.builder)
            await _first_token(database, self._config.data)
            uploads = self._uploads(world)
            exports = ExportPruner(world.settings.exports)
            loops = [sweeper.run(), UploadTidier(uploads).run(), exports.run()]
            if not misfit:  # else nobody knows which guests should run, nor which copies are worth keeping
                loops += [reconciler.run(), DailyCopy(self._database_path).run()]
                loops += [checksums.run(), self._history(world).run()]
            async with _in_background(database, self._report_death, *loops):
                await self._serve(world, engine, drivers, reconciler, uploads)
            if self._stop_guests:
                await engine.close()
                await _stop_all_guests(world)
        if self._fault:
            raise Broken(f"A background loop died, so dewd stopped. {log_path(self._config)} says why.")

    def _report_death(self, task: asyncio.Task[None]) -> None:
        """A loop that ends by itself is a fault of ours: say so, and let what watches dewd start it again."""
        if not task.cancelled() and task.exception() is not None:
            log.critical("a background loop died; dewd stops", exc_info=task.exception())
            self._fault = True
            self.stop()

    @property
    def _database_path(self) -> Path:
        return self._config.data / ("simulated.db" if self._config.simulate else "dew.db")

    async def _database(self, stack: AsyncExitStack) -> Database:
        if self._config.simulate:  # its Droplets live in memory, so nothing of them may outlive it
            for leftover in self._config.data.glob("simulated.db*"):
                leftover.unlink()
            shutil.rmtree(self._config.data / "simulated-exports", ignore_errors=True)
        database = await Database.open(self._database_path, durable=not self._config.simulate)
        stack.push_async_callback(database.close)
        return database

    async def _drivers(self, stack: AsyncExitStack) -> Drivers:
        drivers = _simulated(self._config) if self._config.simulate else await _real(self._config)
        stack.push_async_callback(drivers.host.close)
        return drivers

    async def _world(self, database: Database, drivers: Drivers) -> tuple[World, str]:
        """Return what Actions act on, and what is wrong if database and store do not fit."""
        work = self._config.data / "work"
        await asyncio.to_thread(make_directory, work, 0o700)
        settings = Settings(
            network=self._config.network,
            shutdown_grace_seconds=self._config.shutdown_grace_seconds,
            reserve_bytes=self._config.reserve_bytes,
            disk_overcommit=self._config.disk_overcommit,
            memory_reserve_bytes=int(self._config.memory_reserve_megabytes * 2**20),
            memory_overcommit=self._config.memory_overcommit,
            max_droplets=self._config.max_droplets,
            max_images=self._config.max_images,
            uploads=self._config.data / ("simulated-uploads" if self._config.simulate else "uploads"),
            exports=self._config.data / ("simulated-exports" if self._config.simulate else "exports"),
            work=work,
        )
        installation, misfit = await _recognise(database, drivers.store)
        world = World(
            database,
            drivers.store,
            drivers.host,
            drivers.builder,
            drivers.importer,
            installation,
            settings,
            catalogue=drivers.catalogue,
            pace=ReadingPace(self._config.check_megabytes_per_second * 1e6),
        )
        return world, misfit

    def _history(self, world: World) -> History:
        config = self._config
        return History(world, config.keep_history_days, config.keep_history_actions, config.data / "token")

    def _uploads(self, world: World) -> Uploads:
        return Uploads(
            world.database,
            world.store,
            world.settings.uploads,
            world.now,
            largest_bytes=_largest_image_bytes(self._config),
            reserve_bytes=world.settings.reserve_bytes,
        )

    async def _serve(
        self,
        world: World,
        engine: Engine,
        drivers: Drivers,
        reconciler: GuestReconciler,
        uploads: Uploads,
    ) -> None:
        app = create_app(self._api_parts(world, engine, drivers, reconciler, uploads))
        listener = _listen(*self._config.host_and_port)
        self.url = self._url_of(listener)
        await asyncio.to_thread((self._config.data / "certificate.pem").unlink, missing_ok=True)
        if self._config.tls_certificate:
            chain = await asyncio.to_thread(self._config.tls_certificate.read_text)
            own, end, _ = chain.partition(PEM_END)  # the dew command trusts it alone, not who signed it
            await asyncio.to_thread(_write_private, self._config.data / "certificate.pem", own + end)
        await asyncio.to_thread(_write_private, self._config.data / "address", self.url)
        server = uvicorn.Server(_uvicorn_config(app, self._config))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        stopped = asyncio.create_task(self._stopping.wait())
        log.info("dewd is up", url=self.url, version=__version__, acceleration=drivers.acceleration())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        self._closing_streams.set()
        server.should_exit = True
        stopped.cancel()
        await serving

    def _url_of(self, listener: socket.socket) -> str:
        """Return where the dew command of this machine finds us: "all addresses" is none of them."""
        host, port = listener.getsockname()[:2]
        scheme = "https" if self._config.tls_certificate else "http"
        return f"{scheme}://{_bracketed(ALL_ADDRESSES.get(host, host))}:{port}"

    def _api_parts(
        self,
        world: World,
        engine: Engine,
        drivers: Drivers,
        reconciler: GuestReconciler,
        uploads: Uploads,
    ) -> ApiParts:
        config = self._config
        return ApiParts(
            database=world.database,
            engine=engine,
            uploads=uploads,
            settings=ApiSettings(
                region=config.region,
                allowed_hosts=(*config.allowed_hosts, _bracketed(config.host_and_port[0])),
                any_address=config.host_and_port[0] in ALL_ADDRESSES,
                droplet_limit=world.settings.max_droplets,
                keep_retired_hours=config.keep_retired_hours,
                cors_origins=config.cors_origins,
                requests_per_hour=config.requests_per_hour or None,
                requests_per_minute=config.requests_per_minute or None,
            ),
            status=lambda: self._status(world, drivers, reconciler),
            logs=lambda lines: asyncio.to_thread(journal.newest, log_path(config), lines),
            exports=ExportDownloads(world.settings.exports),
            stop=self.stop,
            recipes=tuple((recipe.name, recipe.description) for recipe in drivers.builder.recipes.values()),
            offers=tuple((offer.name, offer.description) for offer in drivers.catalogue.offers.values()),
            closing=self._closing_streams,
        )

    async def _status(self, world: World, drivers: Drivers, reconciler: GuestReconciler) -> Mapping[str, Any]:
        return {
            "halted": await reconciler.halted(),
            **await admission.facts(world),
            "version": __version__,
            "simulated": self._config.simulate,
            "acceleration": drivers.acceleration(),
            "started_at": self._started_at.isoformat(),
            "url": self.url,
            "data": str(self._config.data),
            "pid": os.getpid(),
        }


def _simulated(config: Config) -> Drivers:
    disks = MemoryDisks(int(config.simulated_disk_gigabytes * 2**30))
    guests = MemoryGuests(int(config.simulated_memory_gigabytes * 2**30))
    importer = SimulatedImporter(AddressPolicy(config.fetch_networks), _largest_image_bytes(config))
    return Drivers(
        MemoryStore(disks),
        MemoryHost(guests),
        SimulatedBuilder(),
        importer,
        SimulatedCatalogue(),
        lambda: "simulated: no machine runs",
    )


def _largest_image_bytes(config: Config) -> int:
    return int(config.max_image_gigabytes * 2**30)


async def _real(config: Config) -> Drivers:
    users = GuestUsers.for_root() if os.geteuid() == 0 else GuestUsers()
    store = await QcowStore.open(config.data / "store", users.reader_gid)
    accelerator = Accelerator(
        Preference(config.accelerator), config.data / "cache" / "acceleration.json", users
    )
    host = await QemuHost.open(
        config.data / "run",
        accelerator,
        users,
        resolver="system" if config.resolver == "system" else None,
        ports=tuple(PortForward(port, port) for port in config.ports),
    )
    builder = CachedBuilder(config.images, config.data / "work", config.reserve_bytes)
    confined = Confinement(IMPORT_UID if os.geteuid() == 0 else None)
    policy = AddressPolicy(config.fetch_networks)
    importer = RealImporter(confined, policy, _largest_image_bytes(config))
    catalogue = CloudImages(read_catalogue(config.catalogue), config.images, policy, config.reserve_bytes)
    return Drivers(store, host, builder, importer, catalogue, accelerator.__str__)


async def _recognise(database: Database, store: LayerStore) -> tuple[str, str]:
    """Marry a new database to a new store. Return the installation, and what is wrong if a known one does not
    fit: then what runs goes on and can be looked at, and nothing is changed until somebody has put it right.
    """
    identity, present = await store.identity(), await store.list_everything()
    async with database.write() as tx:
        if await facts.get(tx, facts.STORE_IDENTITY) is None and not present:
            await facts.put(tx, facts.STORE_IDENTITY, identity)
        installation = await facts.get(tx, facts.INSTALLATION)
        if installation is None:
            installation = secrets.token_hex(16)
            await facts.put(tx, facts.INSTALLATION, installation)
        try:
            await check_fit(store, tx, present)
        except Broken as error:
            log.error("the database does not fit the store", error=str(error))
            return installation, str(error)
        return installation, ""


async def _empty_work(world: World) -> None:
    """Remove scratch files that no open Action will come back to."""
    async with world.database.read() as tx:
        ids = [action.resource_id for action in await actions.list_open(tx)]
    work = world.settings.work
    owned = {path for each in ids for path in (image_file(work, each), scratch(work, each))}
    await asyncio.to_thread(_remove_all_but, world.settings.work, owned)


def _remove_all_but(directory: Path, owned: set[Path]) -> None:
    for path in set(directory.iterdir()) - owned:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _after_action(
    sweeper: Sweeper, reconciler: GuestReconciler, checksums: Checksums
) -> Callable[[Action], None]:
    def ended(action: Action) -> None:
        sweeper.wake()
        checksums.wake()
        if action.resource_type == "droplet":
            reconciler.notice(action.resource_id)

    return ended


async def _offer_simulated_images(engine: Engine, builder: ImageBuilder) -> None:
    requests = [Request("build_image", None, {"name": name}) for name in builder.recipes]
    for action in await engine.accept(*requests):
        await engine.finished(action.id)


async def _first_token(database: Database, data: Path) -> None:
    """Make sure that the dew command on this machine has a token that is known."""
    path = data / "token"
    token = await asyncio.to_thread(_read_text, path)
    async with database.write() as tx:
        if token and await tokens.register(tx, "dew command", token):
            return
        token = await tokens.create(tx, "dew command", ("read", "write"))
    await asyncio.to_thread(_write_private, path, token)


async def _stop_all_guests(world: World) -> None:
    """Shut every guest down, as when the machine itself goes down: they come back with the next start."""
    running = [guest for guest in await world.host.list_everything() if guest.state.has_process]
    log.info("stopping all guests", count=len(running))
    stops = [moves.stop(world, guest.droplet_id) for guest in running]
    for guest, outcome in zip(running, await asyncio.gather(*stops, return_exceptions=True), strict=True):
        if isinstance(outcome, BaseException):
            log.error("guest could not be stopped", droplet=guest.droplet_id, error=str(outcome))


@asynccontextmanager
async def _in_background(
    database: Database, ended: Callable[[asyncio.Task[None]], None], *loops: Coroutine[Any, Any, None]
) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        async with database.quiet():
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _uvicorn_config(app: Any, config: Config) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        http=PromptProtocol,
        lifespan="off",
        timeout_graceful_shutdown=int(STOP_GRACE_SECONDS),
        limit_concurrency=MOST_CONNECTIONS,
        ssl_certfile=config.tls_certificate,
        ssl_keyfile=config.tls_key,
        server_header=False,
    )


def _bracketed(host: str) -> str:
    """Return ``host`` as URLs and Host headers write it."""
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Invalid(
            f"Can't listen on {host}:{port}: {error.strerror}. Set DEW_LISTEN to another."
        ) from error
    listener.listen(512)
    listener.setblocking(False)
    return listener


def log_path(config: Config) -> Path:
    """Return where the daemon's log is."""
    return config.data / "log" / "dewd.log"


def _lock(data: Path) -> TextIO:
    """Take the data directory for this process. Raises Invalid when another has it, or it can't be one."""
    try:
        if not data.exists():
            make_directory(data, 0o711)
            data.chmod(0o711)  # guests have users of their own, who must pass through
        held = (data / "lock").open("a")
    except OSError as error:
        raise Invalid(f"{data} can't be Dew's data directory: {error.strerror}. Set DEW_DATA.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.close()
        raise Invalid(f"Another dewd uses {data}. See `dew status`, or set DEW_DATA to another.") from error
    return held


def _read_text(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    return ""


def _write_private(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _start_time() -> int:
    """Return when this process started, in clock ticks since boot (proc(5), stat field 22)."""
    return int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])


async def _run(config: Config) -> None:
    daemon = Daemon(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    await daemon.run()


def serve(config: Config) -> None:
    """Run dewd in the foreground. Raises DewError when it can't start."""
    os.umask(0o077)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The usual 1024 is for programs that use select; some count up to the limit, so not all that may be.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, MOST_FILES), most))
    held = _lock(config.data)
    Ballast(config.data / "ballast").give_way()  # or a full disk could keep dewd from starting
    journal.start(log_path(config))
    pid = json.dumps({"pid": os.getpid(), "start_time": _start_time()})
    _write_private(config.data / "dewd.pid", pid)
    try:
        asyncio.run(_run(config))
    finally:
        for name in ("dewd.pid", "address"):
            (config.data / name).unlink(missing_ok=True)
        held.close()


def main() -> None:
    """The dewd command."""
    parser = argparse.ArgumentParser(prog="dewd", description="The Dew daemon.")
    parser.add_argument("--simulate", action="store_true", help="simulate Droplets in memory; needs no QEMU")
    parser.add_argument("--doctor", action="store_true", help="examine this machine, print findings as JSON")
    parser.add_argument("--repair", action="store_true", help="offer to mend what is wrong, as JSON")
    parser.add_argument("--version", action="version", version=f"dewd {__version__}")
    arguments = parser.parse_args()
    try:
        config = load()
        if arguments.simulate:
            config = dataclasses.replace(config, simulate=True)
        if arguments.repair:
            os.umask(0o077)
            repair.serve(config.data, sys.stdin, sys.stdout)
            return
        if arguments.doctor:
            findings = asyncio.run(doctor.examine(config))
            print(json.dumps([dataclasses.asdict(finding) for finding in findings], default=str))
            return
        serve(config)
    except DewError as error:
        sys.exit(f"dewd: {error}")
    except OSError as error:
        if error.errno not in FULL_DISK_ERRNOS:
            raise
        sys.exit("dewd: The disk with Dew's data is full: delete something beside them, then start it again.")


if __name__ == "__main__":
    main()
