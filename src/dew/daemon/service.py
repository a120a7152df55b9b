"""One running dewd: builds the parts and joins them, serves, and ends in order."""

import asyncio
import hashlib
import os
import shutil
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn

from dew import __version__, journal
from dew.actions import admission
from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.fitting import Fitting
from dew.actions.pace import ReadingPace
from dew.actions.simulation import Simulation
from dew.actions.space import Space
from dew.actions.world import Settings, World
from dew.api import panel
from dew.api.app import create_app
from dew.api.parts import ApiParts, ApiSettings
from dew.api.wire import DaemonStatus
from dew.config import Config
from dew.daemon.drivers import Drivers, largest_image_bytes, open_drivers
from dew.daemon.examination import Examination
from dew.daemon.files import log_path, write_private
from dew.daemon.listening import ALL_ADDRESSES, bracketed, listen, uvicorn_config
from dew.daemon.simulated_images import offer_images
from dew.daemon.startup import (
    after_action,
    empty_work,
    first_token,
    in_background,
    recognise,
    stop_all_guests,
)
from dew.database import backups, billing
from dew.database.connect import Database
from dew.model.billing import Prices
from dew.model.errors import Broken
from dew.reconcile.backups import Backups
from dew.reconcile.checksums import Checksums
from dew.reconcile.consolidation import Consolidation
from dew.reconcile.daily import DailyCopy
from dew.reconcile.exports import ExportPruner
from dew.reconcile.guests import GuestReconciler
from dew.reconcile.history import History
from dew.reconcile.layers import Sweeper
from dew.reconcile.uploads import UploadTidier
from dew.storage.durable import make_directory
from dew.streams.consoles import Consoles
from dew.streams.exports import ExportDownloads
from dew.streams.metrics import DropletMetrics
from dew.streams.uploads import Uploads

IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- on Linux always there, and never on a disk

if TYPE_CHECKING:
    from dew.daemon.certificate import ShownCertificate

log = structlog.get_logger()


class Daemon:
    """One running dewd."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._started_at = datetime.now(UTC)
        self._stopping = asyncio.Event()
        self._stop_guests = False
        self._closing_streams = asyncio.Event()
        self._fault = False
        self._simulation = Simulation() if config.simulate else None
        self._certificate = _certificate(config)
        self.url = ""

    def stop(self, guests: bool = False) -> None:
        """Begin to stop; with ``guests``, bring them to an end first."""
        self._stop_guests |= guests
        self._stopping.set()

    async def run(self) -> None:
        """Serve until told to stop. Raises Broken when it stopped for a fault of its own."""
        if self._certificate:
            await asyncio.to_thread(self._certificate.load)
        else:  # what an earlier dewd showed
            (self._config.data / "certificate.pem").unlink(missing_ok=True)
        async with AsyncExitStack() as stack:
            database = await self._database(stack)
            drivers = await self._drivers(stack)
            world, misfit = await self._world(database, drivers)
            sweeper = Sweeper(world, self._config.keep_retired_hours, self._config.keep_trash_hours)
            reconciler, checksums = GuestReconciler(world), Checksums(world)
            ended = after_action(sweeper, reconciler, checksums)
            kinds = self._simulation.wrap(KINDS) if self._simulation else KINDS
            engine = Engine(world, kinds, ended=ended, refusal=misfit)
            stack.push_async_callback(engine.close)
            if not misfit:  # else what is left over may be another database's
                await empty_work(world)
                async with database.write() as tx:
                    await billing.settle_all(tx, world.settings.prices, world.now())
            await engine.resume()
            if self._config.simulate:
                await offer_images(world, engine)
            await first_token(database, self._config.data)
            uploads, metrics = self._uploads(world), DropletMetrics(database, world.host)
            exports = ExportPruner(world.settings.exports)
            files = await asyncio.to_thread(panel.read)
            loops = [sweeper.run(), metrics.run(), asyncio.to_thread(panel.pack, files)]
            if not misfit:  # else nobody knows which guests should run, nor which copies are worth keeping
                loops += [reconciler.run(), DailyCopy(self._database_path).run()]
                loops += [checksums.run(), self._history(world).run()]
                loops += [UploadTidier(uploads).run(), exports.run(), Backups(world, engine).run()]
                loops += [Consolidation(world, engine).run()]
            if self._certificate:
                loops.append(self._certificate.keep_fresh())
            async with in_background(database, self._report_death, *loops):
                await self._serve(world, engine, drivers, reconciler, uploads, metrics, files)
            if self._stop_guests:
                await engine.close()
                await stop_all_guests(world)
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
        return self._place("simulated.db" if self._config.simulate else "dew.db")

    def _place(self, name: str) -> Path:
        """Return where something is kept; what a simulation keeps need not touch a disk."""
        if not self._config.simulated_in_memory:
            return self._config.data / name
        which = hashlib.sha256(str(self._config.data).encode()).hexdigest()[:16]
        return IN_MEMORY / f"dew-{os.geteuid()}-{which}" / name

    def _forget_simulated(self) -> None:
        """Forget what a simulation kept. Blocks."""
        directory = self._database_path.parent
        if self._config.simulated_in_memory:
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(mode=0o700)  # nobody else's: in /dev/shm anybody could have made it
        for leftover in directory.glob("simulated.db*"):
            leftover.unlink()
        shutil.rmtree(self._place("simulated-exports"), ignore_errors=True)

    async def _database(self, stack: AsyncExitStack) -> Database:
        if self._config.simulate:  # its Droplets live in memory, so nothing of them may outlive it
            await asyncio.to_thread(self._forget_simulated)
            if self._config.simulated_in_memory:
                stack.callback(shutil.rmtree, self._database_path.parent, ignore_errors=True)
            database = await Database.fresh(self._database_path)
        else:
            database = await Database.open(self._database_path)
        stack.push_async_callback(database.close)
        return database

    async def _drivers(self, stack: AsyncExitStack) -> Drivers:
        drivers = await open_drivers(self._config)
        stack.push_async_callback(drivers.host.close)
        return drivers

    async def _world(self, database: Database, drivers: Drivers) -> tuple[World, str]:
        """Return what Actions act on, and what is wrong if database and store do not fit."""
        work = self._place("simulated-work" if self._config.simulate else "work")
        await asyncio.to_thread(make_directory, work, 0o700)
        settings = Settings(
            network=self._config.network,
            usual_ports=self._config.ports,
            shutdown_grace_seconds=self._config.shutdown_grace_seconds,
            reserve_bytes=self._config.reserve_bytes,
            disk_overcommit=self._config.disk_overcommit,
            memory_reserve_bytes=int(self._config.memory_reserve_megabytes * 2**20),
            memory_overcommit=self._config.memory_overcommit,
            prices=self._prices,
            max_droplets=self._config.max_droplets,
            max_images=self._config.max_images,
            uploads=self._place("simulated-uploads" if self._config.simulate else "uploads"),
            exports=self._place("simulated-exports" if self._config.simulate else "exports"),
            image_cache=work / "none" if self._config.simulate else self._config.images,
            work=work,
        )
        installation, misfit = await recognise(database, drivers.store)
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

    @property
    def _prices(self) -> Prices:
        config = self._config
        return Prices(config.prices, config.daily_backups_percent, config.weekly_backups_percent)

    def _history(self, world: World) -> History:
        config = self._config
        return History(world, config.keep_history_days, config.keep_history_actions, config.data / "token")

    def _uploads(self, world: World) -> Uploads:
        return Uploads(
            world.database,
            world.store,
            world.settings.uploads,
            world.now,
            largest_bytes=largest_image_bytes(self._config),
            reserve_bytes=world.settings.reserve_bytes,
        )

    async def _serve(
        self,
        world: World,
        engine: Engine,
        drivers: Drivers,
        reconciler: GuestReconciler,
        uploads: Uploads,
        metrics: DropletMetrics,
        panel_files: Mapping[str, bytes],
    ) -> None:
        app = create_app(self._api_parts(world, engine, drivers, reconciler, uploads, metrics, panel_files))
        listener = listen(*self._config.host_and_port)
        self.url = self._url_of(listener)
        await asyncio.to_thread(write_private, self._config.data / "address", self.url)
        tls = self._certificate.context if self._certificate else None
        server = uvicorn.Server(uvicorn_config(app, tls))
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
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://{bracketed(ALL_ADDRESSES.get(host, host))}:{port}"

    def _api_parts(
        self,
        world: World,
        engine: Engine,
        drivers: Drivers,
        reconciler: GuestReconciler,
        uploads: Uploads,
        metrics: DropletMetrics,
        panel_files: Mapping[str, bytes],
    ) -> ApiParts:
        config = self._config
        own_name = (socket.gethostname(),) if config.tls else ()  # it stands in the certificate
        return ApiParts(
            database=world.database,
            engine=engine,
            uploads=uploads,
            settings=ApiSettings(
                network=str(config.network),
                region=config.region,
                allowed_hosts=(*config.allowed_hosts, *own_name, bracketed(config.host_and_port[0])),
                any_address=config.host_and_port[0] in ALL_ADDRESSES,
                droplet_limit=world.settings.max_droplets,
                prices=world.settings.prices,
                keep_retired_hours=config.keep_retired_hours,
                cors_origins=config.cors_origins,
                requests_per_hour=config.requests_per_hour or None,
                requests_per_minute=config.requests_per_minute or None,
                key_lists_per_minute=config.key_lists_per_minute or None,
            ),
            status=lambda: self._status(world, drivers, reconciler),
            logs=lambda lines: asyncio.to_thread(journal.newest, log_path(config), lines),
            exports=ExportDownloads(world.settings.exports),
            fitting=Fitting(world),
            space=Space(world, config.images),
            droplet_metrics=metrics,
            findings=Examination().findings,
            consoles=Consoles(world.host),
            stop=self.stop,
            simulation=self._simulation,
            recipes=tuple((recipe.name, recipe.description) for recipe in drivers.builder.recipes.values()),
            offers=tuple((offer.name, offer.description) for offer in drivers.catalogue.offers.values()),
            panel=panel_files,
            closing=self._closing_streams,
        )

    async def _status(self, world: World, drivers: Drivers, reconciler: GuestReconciler) -> DaemonStatus:
        async with world.database.read() as tx:
            failed_backups = await backups.failed(tx)
        return {
            "halted": await reconciler.halted(),
            "failed_backups": failed_backups,
            **await admission.facts(world),
            "version": __version__,
            "simulated": self._config.simulate,
            "acceleration": drivers.acceleration(),
            "started_at": self._started_at.isoformat(),
            "url": self.url,
            "data": str(self._config.data),
            "pid": os.getpid(),
        }


def _certificate(config: Config) -> "ShownCertificate | None":
    if not (config.tls or config.tls_certificate):
        return None
    from dew.daemon.certificate import ShownCertificate  # brings cryptography, which few need

    return ShownCertificate(config)
