"""A point in a disk's history."""

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.model.history import Node, Point, PointKind
from dew.model.image import Consistency

Use = Literal["restore", "create", "undo"]


class HistoryNode(TypedDict):
    """A node of the tree that is shown for a Droplet."""

    key: str
    parent: Annotated[str | None, Meta(description="the key of the point that it grew from")]
    kind: PointKind
    id: Annotated[int, Meta(description="of the Image, the kept disk or the Droplet")]
    name: str
    droplet_id: Annotated[int | None, Meta(description="whose Snapshot, Backup or disk it is")]
    created_at: Instant
    consistency: Consistency | None
    used_bytes: Annotated[int, Meta(description="what was written since its parent")]
    current: Annotated[bool, Meta(description="whether the Droplet is here now")]
    can: Annotated[Sequence[Use], Meta(description="what it is good for")]
    damage: Annotated[str, Meta(description="what it has lost; empty where nothing is known")]


def node(node: Node, droplet_id: int, damage: str) -> HistoryNode:
    """An element of a history; nothing can be made from what is damaged."""
    point = node.point
    return {
        "key": point.key,
        "parent": node.parent,
        "kind": point.kind,
        "id": point.id,
        "name": point.name,
        "droplet_id": point.droplet_id,
        "created_at": time(point.created_at),
        "consistency": point.consistency,
        "used_bytes": node.used_bytes,
        "current": point.kind is PointKind.NOW,
        "can": [] if damage else _uses(point, droplet_id),
        "damage": damage,
    }


def _uses(point: Point, droplet_id: int) -> list[Use]:
    match point.kind:
        case PointKind.NOW | PointKind.DROPLET:
            return []
        case PointKind.KEPT_DISK:
            return ["undo"]
        case PointKind.SNAPSHOT | PointKind.BACKUP if point.droplet_id == droplet_id:
            return ["restore", "create"]
    return ["create"]
