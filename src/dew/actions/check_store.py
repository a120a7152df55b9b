"""check_store: every Layer held against its file, its checksum, and what the database says.

examine_layers · read_layers · record_result ◆

It locks the store, which no other Action does, and no Droplet. A Layer that an Action works on is left out,
and so is one that something happened to meanwhile: what a check says of a Layer is true of what was there
before it and is there after it. Of a Volume, which its guest may be writing, only presence and header are
looked at. Each verdict is committed by itself, so that a check that was cut short goes on where it was.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.world import World
from dew.database import damage, facts, graph, layers
from dew.database.connect import Tx
from dew.database.graph import Graph, LayerRow
from dew.model.errors import LayerMissing, StepFailed
from dew.model.region import DEFAULT_REGION
from dew.storage.store import Reading

STORE = 1  # there is one
MOST_FAULTS = 200  # told of; who has more will find out after mending these
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Verdict:
    """What is wrong with one Layer: its bytes (``damage``) or only its rights (``fault``)."""

    damage: str = ""
    fault: str = ""


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Anybody may ask at any time."""
    return Accepted(STORE, DEFAULT_REGION, {})


async def settled(tx: Tx) -> tuple[Graph, Mapping[int, LayerRow]]:
    """Return the whole graph, and of it the Layers that something needs and no Action works on."""
    whole = await graph.read(tx)
    needed = await layers.reachable(tx, EVER) - await layers.in_flux(tx)
    return whole, {id_: whole[id_] for id_ in sorted(needed) if id_ in whole}


async def examine_layers(run: Run) -> Writes:
    """Look at every Layer from outside, and judge those that need no reading."""
    run.report(0.0, "Comparing the database with the store")
    async with run.world.database.read() as tx:
        whole, before = await settled(tx)
    present = await run.world.store.list_everything()
    verdicts = {
        row.id: await _look(run.world, whole, row) if row.id in present else _missing(row)
        for row in before.values()
    }
    strangers = await run.world.store.strangers()
    async with run.world.database.read() as tx:
        _, after = await settled(tx)
        unknown = present - await layers.list_ids(tx)
    unknown &= await run.world.store.list_everything()  # or the sweeper was there in between
    sure = {id_: verdict for id_, verdict in verdicts.items() if after.get(id_) == before[id_]}
    faults = [verdict.fault for verdict in sure.values() if verdict.fault]
    faults += [f"The database does not know Layer {id_}; the sweeper discards it." for id_ in sorted(unknown)]
    faults += [f"{name} among the Layers is not Dew's and is left alone." for name in strangers]
    run.outputs |= {"faults": faults[:MOST_FAULTS], "layers": len(sure)}

    async def write(tx: Tx) -> None:
        for id_, verdict in sure.items():
            if verdict.damage or not before[id_].sealed:
                await damage.judge(tx, id_, verdict.damage, run.world.now())

    return write


def _missing(row: LayerRow) -> Verdict:
    return Verdict(f"Layer {row.id} is not in the store: its file is gone.")


async def _look(world: World, whole: Graph, row: LayerRow) -> Verdict:
    try:
        found = await world.store.examine(row.id, sealed=row.sealed)
    except LayerMissing:
        return _missing(row)
    wrong = graph.contradiction(whole, row) or (found.damage and f"Layer {row.id} is damaged: {found.damage}")
    if not wrong and found.disk_bytes is not None and _wrong_size(row, found.disk_bytes):
        wrong = (
            f"Layer {row.id} is damaged: its file is a disk of {found.disk_bytes} bytes and should be one "
            f"of {row.disk_bytes}."
        )
    return Verdict(wrong, found.fault)


def _wrong_size(row: LayerRow, disk_bytes: int) -> bool:
    """A Volume may be bigger by an instant: it grows first, and then its row does."""
    return disk_bytes != row.disk_bytes if row.sealed else disk_bytes < row.disk_bytes


async def read_layers(run: Run) -> None:
    """Read every sealed Layer that this check has not judged yet."""
    async with run.world.database.read() as tx:
        _, rows = await settled(tx)
        judged = await damage.judged_since(tx, run.action.started_at)
    left = [row.id for row in rows.values() if row.sealed and row.id not in judged]
    progress = await Progress.of(run, left)
    unreadable: dict[int, str] = {}
    for layer_id in left:
        progress.begin(layer_id)
        try:
            await read_layer(run.world, layer_id, progress.read)
        except StepFailed as error:
            unreadable[layer_id] = str(error)
    async with run.world.database.read() as tx:
        _, after = await settled(tx)
    faults = [*run.outputs["faults"], *(words for id_, words in unreadable.items() if id_ in after)]
    run.outputs["faults"] = faults[:MOST_FAULTS]


async def read_layer(world: World, layer_id: int, read: Callable[[int], None] = lambda _: None) -> None:
    """Read one sealed Layer and write down what that shows. Raises LayerMissing, StepFailed."""

    async def pace(size_bytes: int) -> None:
        await world.pace(size_bytes)
        read(size_bytes)

    reading = await world.store.read_through(layer_id, pace)
    async with world.database.write() as tx:
        await damage.judge(tx, layer_id, await _compare(tx, layer_id, reading), world.now())


async def _compare(tx: Tx, layer_id: int, reading: Reading) -> str:
    if reading.damage:
        return f"Layer {layer_id} is damaged: {reading.damage}"
    sealed_as = await damage.record_checksum(tx, layer_id, reading.checksum)
    if sealed_as == reading.checksum:
        return ""
    return f"Layer {layer_id} is damaged: its bytes are not those that were sealed."


class Progress:
    """How far the reading is, by what each Layer takes on the disk: reading holes is quick."""

    def __init__(self, run: Run, sizes: Mapping[int, int]) -> None:
        self._run = run
        self._sizes = sizes
        self._total_bytes = max(1, sum(sizes.values()))
        self._layer, self._begun, self._before_bytes, self._of_this_bytes = 0, 0, 0, 0

    @classmethod
    async def of(cls, run: Run, layer_ids: Sequence[int]) -> "Progress":
        """Measure what is to be read."""
        sizes = {}
        for layer_id in layer_ids:
            with suppress(LayerMissing):
                sizes[layer_id] = (await run.world.store.usage(layer_id)).allocated_bytes
        return cls(run, sizes)

    def begin(self, layer_id: int) -> None:
        """The one before it is read, and now comes ``layer_id``."""
        self._before_bytes += self._sizes.get(self._layer, 0)
        self._layer, self._of_this_bytes, self._begun = layer_id, 0, self._begun + 1
        self.read(0)

    def read(self, size_bytes: int) -> None:
        """Some more of the Layer is read."""
        self._of_this_bytes += size_bytes
        read_bytes = self._before_bytes + min(self._of_this_bytes, self._sizes.get(self._layer, 0))
        told = f"Reading Layer {self._layer} ({self._begun} of {len(self._sizes)})"
        self._run.report(read_bytes / self._total_bytes, told)


async def record_result(run: Run) -> Writes:
    """Keep the result for whoever asks later."""

    async def write(tx: Tx) -> None:
        needed, marks = await layers.reachable(tx, EVER), await damage.marks(tx)
        result = {
            "at": run.world.now().isoformat(),
            "layers": run.outputs["layers"],
            "damaged": [marks[id_] for id_ in sorted(marks) if id_ in needed],
            "faults": run.outputs["faults"],
        }
        await facts.put(tx, facts.LAST_CHECK, json.dumps(result))

    return write


CHECK_STORE = Kind(
    name="check_store",
    version=1,
    resource_type="store",
    accept=accept,
    steps=(
        Step("examine_layers", examine_layers),
        Step("read_layers", read_layers, weight=20),
        Step("record_result", record_result, pivot=True),
    ),
)
