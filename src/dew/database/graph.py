"""The graph of Layers held against itself: parents, sizes and seals must fit together."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from dew.database.connect import Tx
from dew.database.tables import layers


@dataclass(frozen=True)
class LayerRow:
    """What the database says of one Layer."""

    id: int
    parent_id: int | None
    disk_bytes: int
    sealed: bool


Graph = Mapping[int, LayerRow]


async def read(tx: Tx) -> Graph:
    """Return all Layers, by id."""
    rows = (await tx.execute(select(layers))).all()
    found = (LayerRow(row.id, row.parent_id, row.disk_bytes, row.sealed_at is not None) for row in rows)
    return {row.id: row for row in found}


def contradiction(graph: Graph, layer: LayerRow) -> str:
    """Return what about a Layer can't be so, as a sentence, or ""."""
    if layer.parent_id is None:
        return ""
    parent = graph.get(layer.parent_id)
    if parent is None:
        return f"The database does not know Layer {layer.parent_id}, the parent of Layer {layer.id}."
    if _loops(graph, layer):
        return f"Layer {layer.id} is its own ancestor in the database."
    if not parent.sealed:
        return f"Layer {layer.id} stands on Layer {parent.id}, which is not sealed."
    if layer.disk_bytes < parent.disk_bytes:
        return f"Layer {layer.id} is smaller than its parent, Layer {parent.id}."
    return ""


def _loops(graph: Graph, layer: LayerRow) -> bool:
    """Whether the way to the ancestors comes back to ``layer``."""
    seen: set[int] = set()
    step = layer.parent_id
    while step is not None and step in graph and step not in seen:
        if step == layer.id:
            return True
        seen.add(step)
        step = graph[step].parent_id
    return False
