"""What goes with a Droplet when it is destroyed, and how far that is."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from dew.api.wire.units import Instant, time
from dew.model.action import Action, ActionState
from dew.model.droplet import Droplet
from dew.model.image import Image


class AssociatedResource(TypedDict):
    """A Snapshot that could go with its Droplet; keeping it costs nothing."""

    id: str
    name: str
    cost: str


class Associated(TypedDict):
    """What could go with a Droplet; only Snapshots can be here."""

    reserved_ips: list[None]
    floating_ips: list[None]
    snapshots: list[AssociatedResource]
    volumes: list[None]
    volume_snapshots: list[None]


class DestroyedResource(TypedDict):
    """Something that is to go, when it went, or why it did not."""

    id: str
    name: str
    destroyed_at: NotRequired[Instant]
    error_message: NotRequired[str]


class DestroyedResources(TypedDict):
    """What is to go with a Droplet."""

    reserved_ips: list[None]
    floating_ips: list[None]
    snapshots: list[DestroyedResource]
    volumes: list[None]
    volume_snapshots: list[None]


class AssociatedStatus(TypedDict):
    """How far a Droplet's end is, and that of what goes with it."""

    droplet: DestroyedResource
    resources: DestroyedResources
    failures: int
    completed_at: NotRequired[Instant]


def associated(snapshots: Sequence[Image]) -> Associated:
    """What could go with a Droplet."""
    return {
        "reserved_ips": [],
        "floating_ips": [],
        "snapshots": [{"id": str(image.id), "name": image.name, "cost": "0.00"} for image in snapshots],
        "volumes": [],
        "volume_snapshots": [],
    }


def associated_status(droplet: Droplet, destroy: Action, deletions: Mapping[int, Action]) -> AssociatedStatus:
    """How far a Droplet's end is, and that of the Snapshots that go with it, by their ids."""
    every = [destroy, *deletions.values()]
    ends = [action.completed_at for action in every if action.completed_at is not None]
    status: AssociatedStatus = {
        "droplet": _ended(droplet.id, droplet.name, destroy),
        "resources": {
            "reserved_ips": [],
            "floating_ips": [],
            "snapshots": [_ended(id_, action.params["name"], action) for id_, action in deletions.items()],
            "volumes": [],
            "volume_snapshots": [],
        },
        "failures": sum(action.state is ActionState.STUCK for action in every),
    }
    if len(ends) == len(every):
        status["completed_at"] = time(max(ends))
    return status


def _ended(id_: int, name: str, action: Action) -> DestroyedResource:
    ended: DestroyedResource = {"id": str(id_), "name": name}
    if action.state is ActionState.COMPLETED and action.completed_at is not None:
        ended["destroyed_at"] = time(action.completed_at)
    if action.error:
        ended["error_message"] = action.error
    return ended
