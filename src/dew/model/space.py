"""Space: whose Layers are whose, so that one knows what deleting something would free.

A Layer's bytes come back when nobody reaches it any more. So deleting one thing frees the Layers that it
alone reaches, however many it reads.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Parents = Mapping[int, int | None]
Held = Iterable[tuple[int, Hashable]]
"""Layers, and who holds on to each; the same one may hold on to several."""

SEVERAL: Final = object()


@dataclass(frozen=True)
class Taker:
    """Something that takes space and can be deleted."""

    kind: str  # droplet, or an Image's kind
    id: int
    name: str
    used_bytes: int  # all that it reaches, shared with others as it may be
    frees_bytes: int  # what it alone reaches


def children_first(parents: Parents) -> list[int]:
    """Return the Layers so that each comes after all that stand on it; those in a loop are left out."""
    waits_for = Counter(parent for parent in parents.values() if parent is not None)
    ready = [layer for layer in parents if layer not in waits_for]
    ordered = []
    while ready:
        layer = ready.pop()
        ordered.append(layer)
        parent = parents.get(layer)
        if parent is not None:
            waits_for[parent] -= 1
            if not waits_for[parent]:
                ready.append(parent)
    return ordered


def sole_bytes(parents: Parents, bytes_of: Mapping[int, int], held: Held) -> Counter[Hashable]:
    """Return how many bytes each holder alone reaches. One walk from the newest Layers down."""
    reached_by: dict[int, object] = {}
    for layer, holder in held:
        _add(reached_by, layer, holder)
    alone: Counter[Hashable] = Counter()
    for layer in children_first(parents):
        holder = reached_by.get(layer)
        if holder is None:
            continue
        if holder is not SEVERAL:
            alone[holder] += bytes_of.get(layer, 0)
        if (parent := parents.get(layer)) is not None:
            _add(reached_by, parent, holder)
    return alone


def _add(reached_by: dict[int, object], layer: int, holder: object) -> None:
    known = reached_by.setdefault(layer, holder)
    if known != holder:
        reached_by[layer] = SEVERAL


def chain_bytes(parents: Parents, bytes_of: Mapping[int, int]) -> dict[int, int]:
    """Return for each Layer what it and all below it take."""
    taken: dict[int, int] = {}
    for layer in reversed(children_first(parents)):
        parent = parents.get(layer)
        taken[layer] = bytes_of.get(layer, 0) + (0 if parent is None else taken.get(parent, 0))
    return taken
