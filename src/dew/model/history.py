"""History: how a disk came to be, as a tree of the points that have a name.

    base image ── snapshot "monday" ─┬─ snapshot "tuesday" ── now
                                     └─ kept disk

Layers without a name lie between the points; what they take belongs to the point above them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dew.model.image import Consistency, ImageKind
from dew.model.space import Parents


class PointKind(StrEnum):
    """What a point is; the first four are Images of that kind."""

    BASE = ImageKind.BASE.value
    SNAPSHOT = ImageKind.SNAPSHOT.value
    BACKUP = ImageKind.BACKUP.value
    CUSTOM = ImageKind.CUSTOM.value
    NOW = "now"  # the disk that the Droplet has
    KEPT_DISK = "kept_disk"  # one that it had: a restore or a rebuild replaced it
    DROPLET = "droplet"  # the disk of another Droplet


@dataclass(frozen=True)
class Point:
    """A place in a disk's history that can be named."""

    key: str  # image-7, disk-3 or droplet-1: unique in a history
    kind: PointKind
    id: int  # of the Image, the kept disk or the Droplet
    name: str
    layer_id: int
    created_at: datetime
    consistency: Consistency | None = None
    droplet_id: int | None = None  # whose Snapshot, Backup or disk it is


@dataclass(frozen=True)
class Node:
    """A point and where it hangs."""

    point: Point
    parent: str | None  # the key of the nearest point below it
    used_bytes: int  # what was written since that one


def grown(points: Sequence[Point], parents: Parents, bytes_of: Mapping[int, int]) -> list[Node]:
    """Return the points as a tree, in the order given."""
    at_layer: dict[int, Point] = {}
    for point in points:
        at_layer.setdefault(point.layer_id, point)
    return [_hung(point, at_layer, parents, bytes_of) for point in points]


def _hung(point: Point, at_layer: Mapping[int, Point], parents: Parents, bytes_of: Mapping[int, int]) -> Node:
    own = {point.layer_id}
    step = parents.get(point.layer_id)
    while step is not None and step not in at_layer and step not in own:  # bears loops and gaps
        own.add(step)
        step = parents.get(step)
    below = None if step is None else at_layer.get(step)
    return Node(point, None if below is None else below.key, sum(bytes_of.get(layer, 0) for layer in own))
