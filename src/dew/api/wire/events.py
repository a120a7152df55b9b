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


class _Comes(_Told):
    gone: NotRequired[Literal[True]]


class _ComesNamed(_Comes):
    name: NotRequired[str]


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


class DropletEvent(_ComesNamed):
    """Something about a Droplet is new: what is there says what, and else it is something not told here."""

    type: Literal["droplet"]
    desired_power: NotRequired[Power]
    observed: NotRequired[Observed]
    reason: NotRequired[str]
    exposed: NotRequired[Annotated[str, Meta(description="ADDRESS:PORT that now leads to it")]]
    hidden: NotRequired[Annotated[str, Meta(description="ADDRESS:PORT that no longer does")]]
    tags: NotRequired[list[str]]
    backups: NotRequired[Annotated[bool, Meta(description="whether they are now made of it")]]


class BackupEvent(_Told):
    """A Backup of a Droplet could not be made."""

    type: Literal["backup"]
    error: Annotated[str, Meta(description="why; empty when there is nothing to tell any more")]


class ImageEvent(_ComesNamed):
    """An Image is there, is called or tagged otherwise, became a Snapshot, or is gone."""

    type: Literal["image"]
    ready: NotRequired[Literal[True]]
    kind: NotRequired[ImageKind]
    region: NotRequired[Annotated[str, Meta(description="where it is offered now, too")]]
    tags: NotRequired[list[str]]


class KeyEvent(_ComesNamed):
    """An SSH key is there, has another name, or is gone."""

    type: Literal["key"]


class TagEvent(_ComesNamed):
    """A tag is there, or gone."""

    type: Literal["tag"]


class TokenEvent(_ComesNamed):
    """A token was made, or revoked."""

    type: Literal["token"]


class SessionEvent(_Comes):
    """A browser was signed in to the control panel, or out."""

    type: Literal["session"]


class ProjectEvent(_Told):
    """The project has another name, description, purpose or environment."""

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
    | TagEvent
    | TokenEvent
    | SessionEvent
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
