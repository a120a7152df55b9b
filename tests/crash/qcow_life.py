"""A dewd with a real database and real qcow2 files; its guests are simulated, and qemu-io writes for them."""

import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.world import Settings, World
from dew.compute.memory import MemoryHost
from dew.daemon.startup import empty_work, recognise
from dew.database import actions, droplets, graph, images, kept_disks, layers
from dew.database.connect import Database, Tx
from dew.database.graph import Graph
from dew.database.tables import locks
from dew.images import simulated
from dew.images.address_policy import AddressPolicy
from dew.images.cloud import CloudImages
from dew.images.confinement import Limits
from dew.images.importer import ImageImporter
from dew.model.disk import Chain, MemoryDisk
from dew.model.droplet import Droplet, Observed
from dew.reconcile.guests import GuestReconciler, remove_orphans
from dew.reconcile.layers import Sweeper
from dew.storage.durable import make_directory
from dew.storage.inspection import SEALED_MODE, VOLUME_MODE
from dew.storage.qcow2 import QcowStore
from dew.streams.uploads import Uploads
from tests.crash import blocks, publisher
from tests.crash.blocks import Blocks
from tests.crash.machine import PATIENCE_SECONDS, Fault, Life, Machine

MOST_IMAGES = 1000
LARGEST_IMAGE_BYTES = 2**34
KEEP_HOURS = 24.0  # what was retired, and again what was discarded, as dewd does by default

IMAGE: Blocks = {0: 0x11, 1: 0x12, 15: 0x13, 16: 0x14, 40: 0x15, 262143: 0x16}
"""What an image that is built here holds: blocks at the beginning, across clusters, and its last one."""


class QcowLayers(QcowStore):
    """The real store, for a Host in memory: that is told which Layers to open, not which files."""

    def disk(self, chain: Chain) -> MemoryDisk:  # type: ignore[override]
        return MemoryDisk(chain)


class PatternBuilder(simulated.SimulatedBuilder):
    """Builds real qcow2 files in no time."""

    async def build(self, name: str, target: Path, progress: Callable[[float, str], None]) -> None:
        """Write a disk that holds IMAGE."""
        size_bytes = self.recipes[name].min_disk_bytes
        await blocks.run("qemu-img", "create", "-q", "-f", "qcow2", str(target), str(size_bytes))
        await blocks.write([target], IMAGE)


class Unconfined(simulated.Unconfined):
    """Runs programs on the files themselves, where whoever watches the machine's directory sees them."""

    def command(
        self, program: Sequence[str], limits: Limits, source: Path | None, target: Path | None
    ) -> list[str]:
        """Return the program with the files in place of what they are called in the sandbox."""
        named = [word.replace("/source", str(source)).replace("/target", str(target)) for word in program]
        return super().command(named, limits, source, target)


class QcowLife(Life):
    """As Life, on real files below the machine's directory."""

    store_class = QcowLayers

    def __init__(
        self,
        machine: Machine,
        faults: Sequence[Fault] = (),
        *,
        durable: bool = False,
        published_at: str = "",
    ) -> None:
        """``published_at`` is where a distribution publishes images; otherwise none are fetched."""
        super().__init__(machine, faults)
        self._durable = durable
        self._offers = publisher.offers(published_at) if published_at else {}
        self.clock_ahead = timedelta()

    async def __aenter__(self) -> "QcowLife":
        directory = self.machine.directory
        self.database = await Database.open(directory / "dew.db", durable=self._durable)
        self.layers = await self.store_class.open(directory / "store")
        self.host = MemoryHost(self.machine.guests)
        installation, self.misfit = await recognise(self.database, self.layers)
        work = directory / "work"
        make_directory(work, 0o700)
        uploads, exports = directory / "uploads", directory / "exports"
        self.world = World(
            database=self.database,
            store=self.layers,
            host=self.host,
            builder=PatternBuilder(),
            importer=ImageImporter(Unconfined(None), AddressPolicy(), LARGEST_IMAGE_BYTES),
            catalogue=CloudImages(self._offers, directory / "cache", publisher.POLICY, reserve_bytes=0),
            installation=installation,
            settings=Settings(
                work=work, uploads=uploads, exports=exports, reserve_bytes=0, shutdown_grace_seconds=0.05
            ),
            now=lambda: datetime.now(UTC) + self.clock_ahead,
        )
        self.uploads = Uploads(
            *(self.database, self.layers, uploads, self.world.now),
            largest_bytes=LARGEST_IMAGE_BYTES,
            reserve_bytes=0,
        )
        self.engine = Engine(
            self.world, KINDS, reached=self._reach, patience_seconds=PATIENCE_SECONDS, refusal=self.misfit
        )
        await empty_work(self.world)
        return self

    async def tidy(self) -> None:
        """Let the reconcilers have their way, with the times that dewd has by default."""
        async with self.database.read() as tx:
            ids = [droplet.id for droplet in await droplets.list_all(tx)]
        await GuestReconciler(self.world).settled(ids)
        await Sweeper(self.world, KEEP_HOURS, KEEP_HOURS).sweep()
        await remove_orphans(self.world)

    def path(self, layer: int) -> Path:
        return self.machine.directory / "store" / "layers" / f"layer-{layer}.qcow2"

    def paths(self, chain: Chain) -> list[Path]:
        return [self.path(layer) for layer in chain]

    async def chain(self, droplet_id: int) -> Chain:
        """Return what the Droplet's guest has open; if it is off, what it would open."""
        guest = self.machine.guests.running.get(droplet_id)
        if guest is not None and guest.state is Observed.RUNNING:
            return guest.chain
        return (await self.recorded_chains())[0][droplet_id]

    async def recorded_chains(self) -> tuple[dict[int, Chain], dict[int, Chain]]:
        """Return the chains that the database has for all Droplets, and for all Images."""
        async with self.database.read() as tx:
            whole = await graph.read(tx)
            of_droplets = {
                each.id: chain(whole, await _head(tx, each)) for each in await droplets.list_all(tx)
            }
            every_image, _ = await images.page(tx, images.Filter(), 0, MOST_IMAGES)
        return of_droplets, {each.id: chain(whole, each.layer_id) for each in every_image}

    async def kept_chains(self) -> dict[int, list[Chain]]:
        """Return the chains of the disks that are kept of each Droplet, the one replaced last at the end."""
        async with self.database.read() as tx:
            whole, every_droplet = await graph.read(tx), await droplets.list_all(tx)
            kept = {each.id: await kept_disks.of_droplet(tx, each.id) for each in every_droplet}
        return {number: [chain(whole, disk.layer_id) for disk in reversed(of)] for number, of in kept.items()}

    async def write_blocks(self, droplet_id: int, written: Blocks) -> None:
        """Write as the Droplet's guest, and flush."""
        await blocks.write(self.paths(await self.chain(droplet_id)), written)


async def check_store(life: QcowLife) -> None:
    """What must hold on the disk whenever all Actions have ended and the sweeper has run."""
    async with life.database.read() as tx:
        assert not await actions.list_open(tx), "an Action is still open"
        assert not (await tx.execute(locks.select())).all(), "a lock leaked"
        kept_since = life.world.now() - timedelta(hours=KEEP_HOURS)
        needed = await layers.reachable(tx, kept_since)
        assert await layers.list_ids(tx) == needed, "the database remembers Layers that nothing needs"
    of_droplets, of_images = await life.recorded_chains()
    volumes = {chain[0] for chain in of_droplets.values()}
    sealed = {layer for chain in of_images.values() for layer in chain}
    assert await life.layers.list_everything() == needed, "there is a Layer too many, or one too few"
    names = {path.name for path in (life.machine.directory / "store" / "layers").iterdir()}
    assert names == {life.path(layer).name for layer in needed}, "something half-made is left"
    assert not volumes & sealed, "a Droplet writes to a Layer of an Image"
    modes = {layer: stat.S_IMODE(life.path(layer).stat().st_mode) for layer in needed}
    assert all(modes[layer] == SEALED_MODE for layer in sealed), (
        f"an Image stands on what can change: {modes}"
    )
    assert all(modes[layer] == VOLUME_MODE for layer in volumes), f"a Droplet's disk is sealed: {modes}"


async def _head(tx: Tx, droplet: Droplet) -> int:
    assert droplet.volume_id is not None
    return await layers.head_of(tx, droplet.volume_id)


def chain(whole: Graph, layer: int | None) -> Chain:
    """Return a Layer and its ancestors; asking the database for each would take half of the time."""
    return () if layer is None else (layer, *chain(whole, whole[layer].parent_id))
