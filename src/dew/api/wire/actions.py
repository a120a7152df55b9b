"""Actions as DigitalOcean shows them, and with what its object lacks."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.api.wire.regions import Region, region_of
from dew.api.wire.units import Instant, time, time_or_null
from dew.model.action import Action as ActionModel
from dew.model.action import ActionState, WireStatus

ACTION_TYPES = {  # DigitalOcean's words for what only Dew does; resource_type says of what
    "delete_image": "destroy",
    "build_image": "create",
    "snapshot_off": "snapshot",
    "undo": "restore",
    "fetch_image": "create",
    "import_image": "create",
    "export_snapshot": "transfer",
    "import_snapshot": "create",
}


class _Common(TypedDict):
    id: int
    status: WireStatus
    type: str
    started_at: Instant
    completed_at: Instant | None
    resource_id: int
    resource_type: str
    region_slug: str


class Action(_Common):
    """A long-running change of a Droplet or an Image."""

    region: Region


class OwnAction(_Common):
    """An Action with what DigitalOcean's object lacks: how far it is, and why it failed."""

    region: str
    kind: Annotated[str, Meta(description="Dew's name for what it does; type is DigitalOcean's")]
    state: ActionState
    step: Annotated[str, Meta(description="the last step that is done; empty before the first")]
    progress: Annotated[int, Meta(description="percent")]
    message: Annotated[str, Meta(description="what it does now")]
    error: Annotated[str, Meta(description="why it ended badly; empty otherwise")]
    cancel_requested: bool
    name: Annotated[
        str | None,
        Meta(description="of what it makes, changes or deletes; as all names here, as it was then"),
    ]
    image_name: Annotated[str | None, Meta(description="of the Image that it takes the disk from")]
    size_slug: Annotated[str | None, Meta(description="of a resize: the new size")]
    port: Annotated[int | None, Meta(description="of this machine, that it opens or closes")]


def action(action: ActionModel) -> Action:
    """DigitalOcean's Action object."""
    return {**_common(action), "region": region_of(action.region)}


def own_action(action: ActionModel) -> OwnAction:
    """DigitalOcean's Action object and what it lacks: how far it is, and why it failed."""
    return {
        **_common(action),
        "region": action.region,
        "kind": action.kind,
        "state": action.state,
        "step": action.step,
        "progress": action.progress,
        "message": action.message,
        "error": action.error,
        "cancel_requested": action.cancel_requested,
        "name": action.params.get("name"),
        "image_name": action.params.get("image_name"),
        "size_slug": action.params.get("size"),
        "port": action.params.get("port"),
    }


def _common(action: ActionModel) -> _Common:
    return {
        "id": action.id,
        "status": action.state.wire,
        "type": ACTION_TYPES.get(action.kind, action.kind),
        "started_at": time(action.started_at),
        "completed_at": time_or_null(action.completed_at),
        "resource_id": action.resource_id,
        "resource_type": action.resource_type,
        "region_slug": action.region,
    }
