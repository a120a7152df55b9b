"""Events, as the stream tells them."""

from collections.abc import Mapping
from typing import Any

from dew.api.wire.units import time
from dew.database.events import Event


def event(event: Event) -> Mapping[str, Any]:
    """The data of one server-sent event."""
    return {
        **event.data,
        "type": event.type,
        "resource_type": event.resource_type,
        "resource_id": event.resource_id,
        "at": time(event.at),
    }
