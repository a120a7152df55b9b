"""What can be done to a Droplet: ``POST /v2/droplets/{id}/actions`` and the same by tag."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal, NotRequired, Required, TypedDict

from starlette.requests import Request
from starlette.responses import Response

from dew.actions.kind import Request as Wanted
from dew.api import fields, wire
from dew.api.answers import answer
from dew.api.create_request import WantedBackupPolicy, backup_policy, droplet_name
from dew.api.droplets import tagged
from dew.api.fields import Body
from dew.api.operation import described
from dew.api.parts import parts_of
from dew.api.routing import Router
from dew.database import droplets
from dew.model.droplet import Droplet
from dew.model.errors import Invalid, NotOffered

Params = Mapping[str, Any]


class PowerAction(TypedDict):
    """Power, and a new password; each needs nothing more."""

    type: Literal["power_on", "power_off", "shutdown", "reboot", "power_cycle", "password_reset"]


class SnapshotAction(TypedDict):
    """Take a Snapshot; without a name it gets the Droplet's and the instant."""

    type: Literal["snapshot"]
    name: NotRequired[str | None]


class RestoreAction(TypedDict):
    """Put the Droplet back to one of its Snapshots."""

    type: Literal["restore"]
    image: int


class RebuildAction(TypedDict):
    """Start the Droplet afresh from an Image, by its id or its slug."""

    type: Literal["rebuild"]
    image: int | str


class ResizeAction(TypedDict):
    """Give the Droplet, which must be off, another size; with ``disk`` the size's disk too, for good."""

    type: Literal["resize"]
    size: str
    disk: NotRequired[bool]


class RenameAction(TypedDict):
    """Give the Droplet another name; the guest keeps its own."""

    type: Literal["rename"]
    name: str


class DisableBackupsAction(TypedDict):
    """Make no more Backups, and delete those that there are."""

    type: Literal["disable_backups"]


class EnableBackupsAction(TypedDict):
    """Have Backups made: daily, unless the policy says otherwise."""

    type: Literal["enable_backups"]
    backup_policy: NotRequired[WantedBackupPolicy | None]


class ChangeBackupPolicyAction(TypedDict):
    """Have Backups made at another time."""

    type: Literal["change_backup_policy"]
    backup_policy: WantedBackupPolicy


class TaggedPowerAction(TypedDict):
    """Power of all Droplets with a tag."""

    type: Literal["power_on", "power_off", "shutdown", "power_cycle"]


BODIES = (
    *(PowerAction, SnapshotAction, RestoreAction, RebuildAction, ResizeAction, RenameAction),
    *(EnableBackupsAction, ChangeBackupPolicyAction, DisableBackupsAction),
)
TAGGED_BODIES = (TaggedPowerAction, SnapshotAction, EnableBackupsAction, DisableBackupsAction)

router = Router(prefix="/droplets")


@router.post("/{droplet_id}/actions")
@described({"action": wire.Action}, 201, body=BODIES)
async def act(request: Request) -> Response:
    parts, body = parts_of(request), await fields.read_object(request)
    async with parts.database.read() as tx:
        droplet = await droplets.get(tx, fields.path_id(request, "droplet_id"))
    (action,) = await parts.engine.accept(_wanted(droplet, body))
    return answer({"action": wire.action(action)}, 201)


@router.post("/actions")
@described({"actions": list[wire.Action]}, 201, body=TAGGED_BODIES, query={"tag_name": Required[str]})
async def act_on_tagged(request: Request) -> Response:
    """All of the Droplets or none: one that is busy refuses for all."""
    parts, body = parts_of(request), await fields.read_object(request)
    if body.get("type") not in BY_TAG:
        raise Invalid(f"By tag, type must be one of {', '.join(BY_TAG)}.")
    async with parts.database.read() as tx:
        found = await tagged(tx, request)
    accepted = await parts.engine.accept(*(_wanted(droplet, body) for droplet in found))
    return answer({"actions": [wire.action(action) for action in accepted]}, 201)


def _wanted(droplet: Droplet, body: Body) -> Wanted:
    type_ = body.get("type")
    if isinstance(type_, str) and type_ in NOT_OFFERED:
        raise NotOffered(f"The action {type_} is not available here.")
    if not isinstance(type_, str) or type_ not in OFFERED:
        raise Invalid("You specified an invalid type for the action.")
    return Wanted(type_, droplet.id, OFFERED[type_](droplet, body))


def _nothing(droplet: Droplet, body: Body) -> Params:
    return {}


def _snapshot(droplet: Droplet, body: Body) -> Params:
    default = f"{droplet.name}-{time.time_ns() // 1_000_000}"[-fields.LONGEST_NAME :]
    return {"name": fields.label(body, "name") or default}


def _restore(droplet: Droplet, body: Body) -> Params:
    image_id = fields.as_id(body.get("image"))
    if image_id is None:
        raise Invalid("Image can't be blank")
    return {"image": image_id}


def _rebuild(droplet: Droplet, body: Body) -> Params:
    wanted = body.get("image")
    image_id = fields.as_id(wanted)
    return {"image": wanted if image_id is None else image_id}


def _resize(droplet: Droplet, body: Body) -> Params:
    return {"size": fields.text(body, "size"), "disk": fields.boolean(body, "disk")}


def _rename(droplet: Droplet, body: Body) -> Params:
    return {"name": droplet_name(body.get("name"))}


def _backups(droplet: Droplet, body: Body) -> Params:
    return {"policy": backup_policy(body)}


OFFERED: Mapping[str, Callable[[Droplet, Body], Params]] = {
    "power_on": _nothing,
    "power_off": _nothing,
    "shutdown": _nothing,
    "reboot": _nothing,
    "power_cycle": _nothing,
    "snapshot": _snapshot,
    "restore": _restore,
    "rebuild": _rebuild,
    "resize": _resize,
    "password_reset": _nothing,
    "rename": _rename,
    "enable_backups": _backups,
    "disable_backups": _nothing,
    "change_backup_policy": _backups,
}
BY_TAG = (
    *("power_on", "power_off", "shutdown", "power_cycle", "snapshot"),
    *("enable_backups", "disable_backups"),
)
NOT_OFFERED = frozenset(
    (
        "change_kernel",
        "enable_ipv6",
    )
)
