"""Random trees of disks beside a model that knows every byte of them.

The model is what users think: a Droplet has a disk of its own, a Snapshot is a copy of it at one instant, a
restore copies it back. It notes chains of Layers only to say which must be there after a sweep, and no more.

To add an Action: write a rule that asks for it with ``_perform`` and changes the model as the Action should.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dew.actions.kind import Request
from dew.database import actions
from dew.database.kept_disks import MOST_KEPT
from dew.model.action import Action, ActionState
from dew.model.disk import Chain
from dew.model.size import SIZE_BY_SLUG
from dew.reconcile.layers import Sweeper
from tests.crash import blocks
from tests.crash.blocks import BLOCK_BYTES, Blocks, Contents
from tests.crash.machine import LIMIT_SECONDS, Killed, Machine
from tests.crash.qcow_life import IMAGE, KEEP_HOURS, QcowLayers, QcowLife, check_store

T = TypeVar("T")

MOST_DROPLETS = 4
MOST_IMAGES = 6
SMALL, BIG = "s-1vcpu-256mb-2gb", "s-1vcpu-512mb-10gb"
GIB = 2**30 // BLOCK_BYTES
WATCHED = (0, 1, 2, 15, 16, 17, 31, 40, GIB - 1, GIB, 2 * GIB - 1, 2 * GIB)
"""Blocks that are written: few, so that histories meet; at the edges of clusters and of disks."""

STEPS_UNSWEPT = 3  # before there may be something to sweep
STEPS_IN_PEACE = 10  # before dewd is restarted without having died
COMPARED_EVERY = 5  # steps: what has gone wrong stays wrong

some = st.integers(0, 1000)  # says which Droplet or Image, whatever there are
fills = st.dictionaries(st.sampled_from(WATCHED), st.integers(0, 255), min_size=1, max_size=4)
deaths = st.none() | st.integers(1, 24)
"""After how many places dewd is killed, None: not at all. An Action reaches about a dozen."""


@dataclass
class DropletModel:
    disk: dict[int, int]
    disk_blocks: int
    chain: Chain
    on: bool = True


@dataclass
class ImageModel:
    disk: dict[int, int]
    disk_blocks: int
    chain: Chain
    droplet: int | None = None


@dataclass
class KeptModel:
    """A disk that was replaced, with what it held."""

    since: timedelta
    droplet: int
    was: DropletModel

    @property
    def until(self) -> timedelta:
        return self.since + timedelta(hours=KEEP_HOURS)


class RestlessLayers(QcowLayers):
    """The store, telling when it is used."""

    reached: Callable[[str], Awaitable[None]]

    async def list_everything(self) -> frozenset[int]:
        await self.reached("list_everything.before")
        found = await super().list_everything()
        await self.reached("list_everything.after")
        return found

    async def discard(self, layer: int) -> None:
        await self.reached("discard.before")
        await super().discard(layer)
        await self.reached("discard.after")


class RestlessLife(QcowLife):
    """A life that ends after so many places, or in which something else is done at one of them."""

    store_class = RestlessLayers

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.dies_in: int | None = None
        self.meanwhile: dict[str, Callable[[], Awaitable[object]]] = {}

    async def __aenter__(self) -> "RestlessLife":
        RestlessLayers.reached = staticmethod(self._reach)
        await super().__aenter__()
        return self

    async def _reach(self, place: str) -> None:
        await super()._reach(place)
        if happening := self.meanwhile.pop(place, None):
            await happening()
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in == 0:
                self.ended.set()
                raise Killed


class DiskMachine(RuleBasedStateMachine):
    """One machine, what is done to it, and what it must then hold."""

    template: ClassVar[Path]  # a machine's directory with one Image, IMAGE, on it
    scratch: ClassVar[Path]
    contents: ClassVar[Contents]
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._directory = Path(tempfile.mkdtemp(dir=self.scratch))
        shutil.copytree(self.template, self._directory, dirs_exist_ok=True)
        self._machine = Machine(self._directory)
        self._clock = timedelta()
        self._droplets: dict[int, DropletModel] = {}
        self._images = {1: ImageModel(dict(IMAGE), GIB, (1,))}
        self._kept: list[KeptModel] = []
        self._sealed: dict[int, bytes] = {}
        self._strays: dict[int, tuple[int, Blocks]] = {}
        self._steps = self._steps_in_peace = self._steps_unswept = 0
        self._life = self._run(RestlessLife(self._machine).__aenter__())
        self._note_sealed((1,))

    # What is done

    @initialize(size=st.booleans(), written=fills)
    def begin(self, size: bool, written: Blocks) -> None:
        self.create(0, size, None, {})
        self.write(0, written)

    @precondition(lambda self: self._images and len(self._droplets) < MOST_DROPLETS)
    @rule(image=some, big=st.booleans(), dies_in=deaths, stray=fills)
    def create(self, image: int, big: bool, dies_in: int | None, stray: Blocks) -> None:
        """From any Image, on a disk as big or bigger."""
        number, source = self._any(self._images, image)
        size = BIG if big or source.disk_blocks > 2 * GIB else SMALL
        wanted = {"name": "d", "size": size, "image": number, "public_keys": ["ssh-ed25519 AAAA test"]}
        (action,) = self._perform(Request("create", None, wanted), dies_in=dies_in, stray=stray)
        self._droplets[action.resource_id] = DropletModel(
            dict(source.disk), SIZE_BY_SLUG[size].disk_gb * GIB, (action.params["layer"], *source.chain)
        )
        self._settle_strays()

    @precondition(lambda self: self._droplets)
    @rule(droplet=some, written=fills)
    def write(self, droplet: int, written: Blocks) -> None:
        """Inside the guest, or to its disk while it is off."""
        number, model = self._any(self._droplets, droplet)
        fitting = {block: fill for block, fill in written.items() if block < model.disk_blocks}
        self._run(self._life.write_blocks(number, fitting))
        model.disk |= fitting

    @precondition(lambda self: self._droplets and len(self._images) < MOST_IMAGES)
    @rule(droplet=some, dies_in=deaths, stray=fills)
    def snapshot(self, droplet: int, dies_in: int | None, stray: Blocks) -> None:
        number, _ = self._any(self._droplets, droplet)
        (action,) = self._perform(Request("snapshot", number, {}), dies_in=dies_in, stray=stray)
        self._took(action)
        self._settle_strays()

    @precondition(lambda self: self._droplets and len(self._images) < MOST_IMAGES)
    @rule(dies_in=deaths, stray=fills)
    def snapshot_all_at_once(self, dies_in: int | None, stray: Blocks) -> None:
        requests = [Request("snapshot", number, {}) for number in self._droplets]
        for action in self._perform(*requests, dies_in=dies_in, stray=stray):
            self._took(action)
        self._settle_strays()

    @precondition(lambda self: self._own_images())
    @rule(image=some, dies_in=deaths, stray=fills)
    def restore(self, image: int, dies_in: int | None, stray: Blocks) -> None:
        number, source = self._any(self._own_images(), image)
        assert source.droplet is not None
        request = Request("restore", source.droplet, {"image": number})
        (action,) = self._perform(request, dies_in=dies_in, stray=stray)
        self._exchange(source.droplet, source, (action.params["layer"], *source.chain))

    @precondition(lambda self: self._droplets and self._images)
    @rule(droplet=some, image=some, dies_in=deaths, stray=fills)
    def rebuild(self, droplet: int, image: int, dies_in: int | None, stray: Blocks) -> None:
        """From any Image that fits on the Droplet's disk."""
        number, model = self._any(self._droplets, droplet)
        fitting = {id_: each for id_, each in self._images.items() if each.disk_blocks <= model.disk_blocks}
        if not fitting:
            return
        source, image_model = self._any(fitting, image)
        request = Request("rebuild", number, {"image": source})
        (action,) = self._perform(request, dies_in=dies_in, stray=stray)
        self._exchange(number, image_model, (action.params["layer"], *image_model.chain))

    @precondition(lambda self: self._undoable())
    @rule(droplet=some, dies_in=deaths, stray=fills)
    def undo(self, droplet: int, dies_in: int | None, stray: Blocks) -> None:
        number, kept = self._any(self._undoable(), droplet)
        self._perform(Request("undo", number), dies_in=dies_in, stray=stray)
        self._kept.remove(kept)
        self._exchange(number, kept.was, kept.was.chain)

    def _exchange(self, droplet: int, source: DropletModel | ImageModel, chain: Chain) -> None:
        """Change the model: the Droplet has another disk, and the one it had is kept."""
        model = self._droplets[droplet]
        layer, late = self._strays.pop(droplet, (0, {}))
        if layer == model.chain[0]:  # its guest still had the old disk open
            model.disk |= late
        self._kept.append(KeptModel(self._clock, droplet, replace(model)))
        model.disk = dict(source.disk)
        model.disk_blocks = max(model.disk_blocks, source.disk_blocks)
        model.chain = chain
        if layer == chain[0]:
            model.disk |= late
        self._settle_strays()

    def _undoable(self) -> dict[int, KeptModel]:
        """Return what each Droplet's newest kept disk is."""
        newest = {kept.droplet: kept for kept in self._kept}
        return {number: kept for number, kept in newest.items() if kept.until > self._clock}

    @precondition(lambda self: self._droplets)
    @rule(droplet=some, dies_in=deaths, stray=fills)
    def destroy(self, droplet: int, dies_in: int | None, stray: Blocks) -> None:
        number, _ = self._any(self._droplets, droplet)
        self._perform(Request("destroy", number), dies_in=dies_in, stray=stray)
        del self._droplets[number]
        self._kept = [kept for kept in self._kept if kept.droplet != number]
        self._strays.pop(number, None)
        self._settle_strays()

    @precondition(lambda self: len(self._images) > 1)
    @rule(image=some, dies_in=deaths, stray=fills)
    def delete_image(self, image: int, dies_in: int | None, stray: Blocks) -> None:
        number, _ = self._any(self._images, image)
        self._perform(Request("delete_image", number), dies_in=dies_in, stray=stray)
        del self._images[number]
        self._settle_strays()

    @precondition(lambda self: self._droplets)
    @rule(droplet=some, dies_in=deaths, stray=fills)
    def switch_power(self, droplet: int, dies_in: int | None, stray: Blocks) -> None:
        number, model = self._any(self._droplets, droplet)
        kind = "power_off" if model.on else "power_on"
        self._perform(Request(kind, number), dies_in=dies_in, stray=stray)
        model.on = not model.on
        self._settle_strays()

    @precondition(lambda self: any(not model.on for model in self._droplets.values()))
    @rule(droplet=some, dies_in=deaths, stray=fills)
    def resize(self, droplet: int, dies_in: int | None, stray: Blocks) -> None:
        """To the bigger size, with its disk."""
        off = {number: model for number, model in self._droplets.items() if not model.on}
        number, model = self._any(off, droplet)
        request = Request("resize", number, {"size": BIG, "disk": True})
        self._perform(request, dies_in=dies_in, stray=stray)
        model.disk_blocks = SIZE_BY_SLUG[BIG].disk_gb * GIB
        self._settle_strays()

    @precondition(lambda self: self._steps_unswept >= STEPS_UNSWEPT)
    @rule(
        hours=st.sampled_from((0, 13, 25)),
        empties=st.booleans(),
        place=st.none() | st.sampled_from(("list_everything.before", "list_everything.after")),
        droplet=some,
        dies_in=deaths,
        stray=fills,
    )
    def sweep(
        self, hours: int, empties: bool, place: str | None, droplet: int, dies_in: int | None, stray: Blocks
    ) -> None:
        """Some hours later; perhaps with a Snapshot taken in the middle of it, perhaps cut short."""
        self.done["sweep"] += 1
        self._steps_unswept = 0
        self._clock += timedelta(hours=hours)
        self._life.clock_ahead = self._clock
        taken: list[Action] = []
        if place and self._droplets and len(self._images) < MOST_IMAGES:
            number, _ = self._any(self._droplets, droplet)
            self.done["snapshot amid a sweep"] += 1
            self._life.meanwhile[place] = lambda: self._snapshot_meanwhile(number, taken)
        self._life.dies_in = dies_in
        with suppress(Killed):
            self._run(self._sweep(empties))
        self._come_back(stray)
        for action in taken:
            self._took(self._run(self._ended(action.id)))
        self._settle_strays()
        self._run(self._sweep(empties))
        self._give_up_kept()
        self._check_layers()

    @precondition(lambda self: self._steps_in_peace >= STEPS_IN_PEACE)
    @rule(stray=fills)
    def restart(self, stray: Blocks) -> None:
        """dewd stops and starts; then everything is read, byte for byte."""
        self._life.ended.set()
        self._come_back(stray)
        self._settle_strays()
        for model in self._models():
            found = self._run(self.contents.of(self._life.paths(model.chain)))
            wanted = {block: fill for block, fill in model.disk.items() if fill}
            assert found == wanted, f"the disk on {model.chain} holds {found}, not {wanted}"

    # What must hold

    @invariant()
    def disks_hold_what_was_written(self) -> None:
        self.done["steps"] += 1
        self._steps += 1
        self._steps_in_peace += 1
        self._steps_unswept += 1
        if self._steps % COMPARED_EVERY == 0:
            self._compare()

    def _compare(self) -> None:
        of_droplets, of_images = self._run(self._life.recorded_chains())
        wanted = {number: model.chain for number, model in self._droplets.items()}
        assert of_droplets == wanted, f"Droplets stand on {of_droplets}, not on {wanted}"
        wanted = {number: image.chain for number, image in self._images.items()}
        assert of_images == wanted, f"Images stand on {of_images}, not on {wanted}"
        for number, guest in self._machine.guests.running.items():
            assert guest.chain == of_droplets[number], "a guest has another disk open"
        self._run(blocks.compare([self._watched(model) for model in self._models()]))

    def _watched(self, model: DropletModel | ImageModel) -> tuple[list[Path], Blocks, list[int]]:
        watched = [block for block in WATCHED if block < model.disk_blocks]
        return self._life.paths(model.chain), model.disk, watched

    def _models(self) -> list[DropletModel | ImageModel]:
        return [*self._droplets.values(), *self._images.values()]

    def _give_up_kept(self) -> None:
        """Change the model by a sweep: each Droplet's newest disks are kept, for their time."""
        newest = [self._kept_of(droplet)[-MOST_KEPT:] for droplet in self._droplets]
        self._kept = [kept for each in newest for kept in each if kept.until > self._clock]

    def _kept_of(self, droplet: int) -> list[KeptModel]:
        return [kept for kept in self._kept if kept.droplet == droplet]

    def _check_layers(self) -> None:
        models = [*self._models(), *(kept.was for kept in self._kept)]
        needed = {layer for model in models for layer in model.chain}
        present = self._run(self._life.layers.list_everything())
        assert present == needed, f"Layers {present} are there, {needed} are needed"
        self._run(check_store(self._life))
        self._sealed = {layer: was for layer, was in self._sealed.items() if layer in needed}
        for layer, was in self._sealed.items():
            assert digest(self._life.path(layer)) == was, f"the sealed Layer {layer} was changed"

    def teardown(self) -> None:
        self._run(self._life.__aexit__())
        self._loop.close()
        shutil.rmtree(self._directory)

    # How it is done

    def _perform(self, *requests: Request, dies_in: int | None, stray: Blocks) -> list[Action]:
        """Do it; if dewd dies meanwhile, let guests write ``stray`` before it is back and goes on."""
        self._life.dies_in = dies_in
        accepted = self._run(self._life.do(*requests))
        self._come_back(stray)
        return [self._run(self._ended(action.id)) for action in accepted]

    def _come_back(self, stray: Blocks) -> None:
        """Start a new life if the old one has ended, and go on with what was open."""
        self._life.dies_in = None
        self._life.meanwhile.clear()
        if not self._life.ended.is_set():
            return
        self.done["restart"] += 1
        self._steps_in_peace = 0
        self._run(self._life.__aexit__())
        for number, guest in self._machine.guests.running.items():
            self._run(blocks.write(self._life.paths(guest.chain), stray_in(stray)))
            self._strays[number] = guest.chain[0], stray_in(stray)
        self._life = self._run(RestlessLife(self._machine).__aenter__())
        self._life.clock_ahead = self._clock
        self._run(self._life.resume())

    async def _ended(self, number: int) -> Action:
        async with self._life.database.read() as tx:
            action = await actions.get(tx, number)
        assert action.state is ActionState.COMPLETED, action
        self.done[action.kind] += 1
        return action

    def _took(self, action: Action) -> None:
        """Change the model by a Snapshot."""
        model = self._droplets[action.resource_id]
        layer, late = self._strays.pop(action.resource_id, (0, {}))
        if layer == model.chain[0]:
            model.disk |= late
        self._images[action.params["image"]] = ImageModel(
            dict(model.disk), model.disk_blocks, model.chain, action.resource_id
        )
        self._note_sealed(model.chain)
        model.chain = (action.params["successor"], *model.chain)
        if layer == model.chain[0]:
            model.disk |= late

    def _settle_strays(self) -> None:
        """Change the model by what guests wrote while dewd was dead."""
        while self._strays:
            number, (layer, stray) = self._strays.popitem()
            assert layer == self._droplets[number].chain[0], "a guest wrote to a Layer that is not its own"
            self._droplets[number].disk |= stray

    async def _snapshot_meanwhile(self, droplet: int, taken: list[Action]) -> None:
        taken += await self._life.do(Request("snapshot", droplet, {}))
        if self._life.ended.is_set():
            raise Killed

    async def _sweep(self, empties: bool) -> None:
        await Sweeper(self._life.world, KEEP_HOURS, 0 if empties else KEEP_HOURS).sweep()

    def _note_sealed(self, chain: Chain) -> None:
        for layer in chain:
            self._sealed.setdefault(layer, digest(self._life.path(layer)))

    def _own_images(self) -> dict[int, ImageModel]:
        """Return the Images that a Droplet can be restored to."""
        return {number: image for number, image in self._images.items() if image.droplet in self._droplets}

    @staticmethod
    def _any(models: dict[int, T], number: int) -> tuple[int, T]:
        return sorted(models.items())[number % len(models)]

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(asyncio.wait_for(work, LIMIT_SECONDS))


def stray_in(stray: Blocks) -> Blocks:
    """Return what of it fits on every disk."""
    return {block: fill for block, fill in stray.items() if block < 2 * GIB}


def digest(path: Path) -> bytes:
    return hashlib.blake2b(path.read_bytes()).digest()
