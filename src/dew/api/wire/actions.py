"""Actions as DigitalOcean shows them, and with what its object lacks."""

from dew.api.wire.regions import region_of
from dew.api.wire.units import Json, time, time_or_null
from dew.model.action import Action

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


def action(action: Action) -> Json:
    """DigitalOcean's Action object."""
    return {
        "id": action.id,
        "status": action.state.wire,
        "type": ACTION_TYPES.get(action.kind, action.kind),
        "started_at": time(action.started_at),
        "completed_at": time_or_null(action.completed_at),
        "resource_id": action.resource_id,
        "resource_type": action.resource_type,
        "region": region_of(action.region),
        "region_slug": action.region,
    }


def own_action(action_row: Action) -> Json:
    """DigitalOcean's Action object and what it lacks: how far it is, and why it failed."""
    return action(action_row) | {
        "region": action_row.region,
        "kind": action_row.kind,
        "state": action_row.state.value,
        "step": action_row.step,
        "progress": action_row.progress,
        "message": action_row.message,
        "error": action_row.error,
        "cancel_requested": action_row.cancel_requested,
        "name": action_row.params.get("name"),
    }
