"""A machine whose dewd can be killed anywhere: what survives, and one life of the daemon on it."""

import asyncio
import copy
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dew.actions.catalogue import KINDS
from dew.actions.engine import Engine
from dew.actions.kind import Request
from dew.actions.world import Settings, World
from dew.compute.memory import MemoryGuests, MemoryHost
from dew.database import actions, backups, billing, droplets, exposures, facts, images, layers
from dew.database.connect import Database, Tx
from dew.database.tables import locks
from dew.images.address_policy import AddressPolicy
from dew.images.simulated import SimulatedBuilder, SimulatedCatalogue, SimulatedImporter
from dew.model.action import Action, ActionState
from dew.model.billing import Month, Prices
from dew.model.droplet import Droplet, Observed, Power
from dew.model.errors import MonitorLost, StepFailed
from dew.model.exposure import Exposure
from dew.reconcile.guests import GuestReconciler, remove_orphans
from dew.reconcile.layers import Sweeper
from dew.storage.memory import MemoryDisks, MemoryStore
from dew.streams.uploads import Uploads

PATIENCE_SECONDS = 0.05
LIMIT_SECONDS = 20.0
LARGEST_IMAGE_BYTES = 2**30


class Killed(BaseException):
    """The daemon is gone: nothing after this line runs."""


@dataclass
class Fault:
    """At the ``nth`` time ``place`` is reached, this happens."""

    place: str
    what: str  # fail, lose (the outcome is unknown) or kill
    nth: int = 1


@dataclass
class Machine:
    """What a killed dewd leaves behind."""

    directory: Path
    disks: MemoryDisks = field(default_factory=MemoryDisks)
    guests: MemoryGuests = field(default_factory=MemoryGuests)

    def clone(self, directory: Path) -> "Machine":
        """Return a machine in the same state, to be broken without harm to this one."""
        directory.mkdir()
        shutil.copy(self.directory / "dew.db", directory / "dew.db")
        shutil.copytree(self.directory / "uploads", directory / "uploads")
        return Machine(directory, copy.deepcopy(self.disks), copy.deepcopy(self.guests))


class Life:
    """One dewd on a machine, from its start to its (violent) end."""

    def __init__(self, machine: Machine, faults: Sequence[Fault] = ()) -> None:
        self.machine = machine
        self.reached: list[str] = []
        self.ended = asyncio.Event()
        self._faults = list(faults)

    async def __aenter__(self) -> "Life":
        self.database = await Database.open(self.machine.directory / "dew.db", durable=False)
        self.store = MemoryStore(self.machine.disks)
        self.host = MemoryHost(self.machine.guests)
        async with self.database.write() as tx:
            await facts.put(tx, facts.STORE_IDENTITY, self.machine.disks.identity)
            await billing.settle_all(tx, Prices(), datetime.now(UTC))
        self.world = World(
            database=self.database,
            store=self.store,
            host=self.host,
            builder=SimulatedBuilder(),
            catalogue=SimulatedCatalogue(),
            importer=SimulatedImporter(AddressPolicy(), LARGEST_IMAGE_BYTES),
            installation="0" * 32,
            settings=Settings(
                work=self.machine.directory,
                uploads=self.machine.directory / "uploads",
                exports=self.machine.directory / "exports",
                reserve_bytes=0,
                shutdown_grace_seconds=0.05,
            ),
        )
        self.uploads = Uploads(
            *(self.database, self.store, self.world.settings.uploads, self.world.now),
            largest_bytes=LARGEST_IMAGE_BYTES,
            reserve_bytes=0,
        )
        self.engine = Engine(self.world, KINDS, reached=self._reach, patience_seconds=PATIENCE_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        await self.host.close()
        await self.database.close()

    async def _reach(self, place: str) -> None:
        if self.ended.is_set():
            raise Killed  # the other tasks of a killed daemon do nothing more either
        self.reached.append(place)
        for fault in self._faults:
            if fault.place == place and self.reached.count(place) == fault.nth:
                if fault.what == "fail":
                    raise StepFailed(f"injected at {place}")
                if fault.what == "lose":
                    raise MonitorLost(f"injected at {place}")
                self.ended.set()
                raise Killed

    async def do(self, *requests: Request) -> tuple[Action, ...]:
        """Accept and wait for the end of the Actions, or of this life."""
        accepted = await self.engine.accept(*requests)
        return tuple([await self.follow(action.id) for action in accepted])

    async def follow(self, action_id: int) -> Action:
        """Wait until an Action has ended or the daemon is dead; return it as it is then."""
        finished = asyncio.ensure_future(self.engine.finished(action_id))
        killed = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait({finished, killed}, timeout=LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            assert finished.done() or killed.done(), f"Action {action_id} hangs; reached {self.reached[-3:]}"
        finally:
            for waiter in (finished, killed):
                waiter.cancel()
                with suppress(asyncio.CancelledError):
                    await waiter
        async with self.database.read() as tx:
            return await actions.get(tx, action_id)

    async def resume(self) -> None:
        """Go on with what an earlier life left, to the end of it or of this life."""
        for action_id in await self.engine.resume():
            await self.follow(action_id)

    async def tidy(self) -> None:
        """Let the reconcilers have their way, as they would within a minute."""
        await self.bring_back()
        await Sweeper(self.world, keep_retired_hours=0, keep_trash_hours=0).sweep()
        await remove_orphans(self.world)
        await self.uploads.tidy()

    async def bring_back(self) -> None:
        """Let only the guests' reconciler have its way."""
        async with self.database.read() as tx:
            ids = [droplet.id for droplet in await droplets.list_all(tx)]
        await GuestReconciler(self.world).settled(ids)

    async def droplet(self, droplet_id: int, *, gone: bool = False) -> Droplet:
        async with self.database.read() as tx:
            return await droplets.get(tx, droplet_id, gone=gone)

    async def exposures(self, droplet_id: int) -> tuple[Exposure, ...]:
        """Return what is to lead to the Droplet."""
        async with self.database.read() as tx:
            return await exposures.of_droplet(tx, droplet_id)

    async def head(self, droplet_id: int) -> int:
        """Return the Layer that the Droplet writes to."""
        async with self.database.read() as tx:
            volume_id = (await droplets.get(tx, droplet_id)).volume_id
            assert volume_id is not None
            return (await layers.volume_chain(tx, volume_id))[0]

    async def write(self, droplet_id: int, key: str, value: bytes) -> None:
        """Write inside the guest (or to its disk, if it is off)."""
        if not self.host.write(droplet_id, self.store, key, value):
            self.store.write(await self.head(droplet_id), key, value)

    async def read(self, droplet_id: int, key: str) -> bytes | None:
        """Read what the Droplet would read after its next start."""
        async with self.database.read() as tx:
            volume_id = (await droplets.get(tx, droplet_id)).volume_id
            assert volume_id is not None
            return self.store.read(await layers.volume_chain(tx, volume_id), key)

    async def read_image(self, image_id: int, key: str) -> bytes | None:
        """Read what a Droplet made from the Image would read."""
        async with self.database.read() as tx:
            image = await images.get(tx, image_id)
            return self.store.read(await layers.chain(tx, image.layer_id), key)


@asynccontextmanager
async def life_with_a_droplet(directory: Path) -> AsyncIterator[Life]:
    """A dewd with one Droplet, of id 1, which is on."""
    async with Life(Machine(directory)) as life:
        (built,) = await life.do(Request("build_image", None, {"name": "dew-micro"}))
        wanted = {
            "name": "web",
            "size": "s-1vcpu-1gb",
            "image": built.resource_id,
            "public_keys": ["ssh-ed25519 A"],
        }
        await life.do(Request("create", None, wanted))
        yield life


async def check_invariants(life: Life) -> None:
    """What must hold whenever all Actions have ended and the reconcilers have run."""
    async with life.database.read() as tx:
        assert not await actions.list_open(tx), "an Action is still open"
        held = (await tx.execute(locks.select())).all()
        stuck = {lock.action_id for lock in held}
        for action_id in stuck:
            assert (await actions.get(tx, action_id)).state is ActionState.STUCK, "a lock leaked"
        needed = await layers.reachable(tx, life.world.now() + timedelta(days=1))
        present = await life.store.list_everything()
        assert present <= needed, f"orphan Layers {present - needed}"
        assert await layers.list_ids(tx) == needed, "the database remembers Layers that nothing needs"
        all_images, _ = await images.page(tx, images.Filter(), 0, 1000)
        for image in all_images:
            for layer in await layers.chain(tx, image.layer_id):
                assert life.machine.disks.layers[layer].sealed, f"Layer {layer} of {image.name} is writable"
        for droplet in await droplets.list_all(tx):
            await _check_droplet(life, tx, droplet)
        await _check_bill(tx)
        known = {droplet.id for droplet in await droplets.list_all(tx)}
    running = {
        guest.droplet_id for guest in await life.host.list_everything() if guest.state is not Observed.ABSENT
    }
    assert running <= known, f"orphan guests {running - known}"


async def _check_bill(tx: Tx) -> None:
    """What is billed now is what is there now."""
    wanted = {each.id: each.size_slug for each in await droplets.list_all(tx)}
    plans = {droplet_id: each.policy.plan for droplet_id, each in (await backups.schedules(tx)).items()}
    open_now = [each for each in await billing.of_month(tx, Month.of(datetime.now(UTC))) if not each.ended_at]
    assert sorted((each.droplet_id, each.size_slug) for each in open_now) == sorted(wanted.items())
    assert {each.droplet_id: each.backup_plan for each in open_now if each.backup_plan} == plans


async def _check_droplet(life: Life, tx: Tx, droplet: Droplet) -> None:
    assert droplet.volume_id is not None
    chain = await layers.volume_chain(tx, droplet.volume_id)
    head, *sealed = (life.machine.disks.layers[layer] for layer in chain)
    assert not head.sealed, f"{droplet.name} has a sealed disk"
    assert all(layer.sealed for layer in sealed), f"{droplet.name} stands on a Layer that can change"
    observation = await life.host.observe(droplet.id)
    expected = Observed.RUNNING if droplet.desired_power is Power.ON else Observed.ABSENT
    assert observation.state is expected is droplet.observed, f"{droplet.name}: {observation}, {droplet}"
    if observation.state is Observed.RUNNING:
        assert life.host.disk_of(droplet.id) == life.store.disk(chain), "the guest runs on another disk"
