"""Events, as the stream tells them; each is small and says what is new."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict, cast

from msgspec import Meta

from dew.api.wire.units import Instant, time
from dew.database.events import Event as EventModel
from dew.model.action import ActionState, WireStatus
from dew.model.droplet import Observed, Power
from dew.model.image import ImageKind


class _Told(TypedDict):
    resource_type: str
    resource_id: int
    at: Instant


class ActionEvent(_Told):
    """An Action began, came further, or ended; resource_id is what it changes."""

    type: Literal["action"]
    action_id: int
    kind: str
    status: WireStatus
    state: ActionState
    step: str
    progress: Annotated[int, Meta(description="percent")]
    message: str
    error: str


class DropletEvent(_Told):
    """Something about a Droplet is new: what is there says what, and else it is something not told here."""

    type: Literal["droplet"]
    name: NotRequired[str]
    desired_power: NotRequired[Power]
    observed: NotRequired[Observed]
    reason: NotRequired[str]
    exposed: NotRequired[Annotated[str, Meta(description="ADDRESS:PORT that now leads to it")]]
    hidden: NotRequired[Annotated[str, Meta(description="ADDRESS:PORT that no longer does")]]
    backups: NotRequired[Annotated[bool, Meta(description="whether they are now made of it")]]
    tags: NotRequired[list[str]]
    gone: NotRequired[Literal[True]]


class BackupEvent(_Told):
    """A Backup of a Droplet could not be made."""

    type: Literal["backup"]
    error: Annotated[str, Meta(description="why; empty when there is nothing to tell")]


class ImageEvent(_Told):
    """An Image is there, has another name, became a Snapshot, or is gone."""

    type: Literal["image"]
    kind: NotRequired[ImageKind]
    name: NotRequired[str]
    ready: NotRequired[Literal[True]]
    tags: NotRequired[list[str]]
    region: NotRequired[Annotated[str, Meta(description="where it is offered now, too")]]
    gone: NotRequired[Literal[True]]


class KeyEvent(_Told):
    """An SSH key is there, has another name, or is gone."""

    type: Literal["key"]
    name: NotRequired[str]
    gone: NotRequired[Literal[True]]


class TokenEvent(_Told):
    """A token was made or revoked."""

    type: Literal["token"]
    name: NotRequired[str]
    gone: NotRequired[Literal[True]]


class SessionEvent(_Told):
    """A browser was signed in to the control panel, or out."""

    type: Literal["session"]
    gone: NotRequired[Literal[True]]


class TagEvent(_Told):
    """A tag was made, or is gone."""

    type: Literal["tag"]
    name: NotRequired[str]
    gone: NotRequired[Literal[True]]


class ProjectEvent(_Told):
    """Something else is said of the project."""

    type: Literal["project"]


class LayerEvent(_Told):
    """A check found a Layer damaged, or whole again."""

    type: Literal["layer"]
    damage: Annotated[str, Meta(description="what it has lost; empty when it is whole again")]


Event = (
    ActionEvent
    | DropletEvent
    | BackupEvent
    | ImageEvent
    | KeyEvent
    | TokenEvent
    | SessionEvent
    | TagEvent
    | ProjectEvent
    | LayerEvent
)


def event(event: EventModel) -> Event:
    """The data of one server-sent event; whoever appended it chose its members."""
    told: dict[str, Any] = {
        **event.data,
        "type": event.type,
        "resource_type": event.resource_type,
        "resource_id": event.resource_id,
        "at": time(event.at),
    }
    return cast(Event, told)
