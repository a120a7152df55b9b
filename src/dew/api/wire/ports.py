"""Ports of this machine that lead to a Droplet."""

from typing import Annotated, TypedDict

from msgspec import Meta

from dew.database.guests import Guest
from dew.model.exposure import Exposure


class Port(TypedDict):
    """A port of this machine that is to lead to a Droplet."""

    address: str
    port: int
    guest_port: int
    open: Annotated[bool, Meta(description="whether it does now")]


def exposure(exposure: Exposure, guest: Guest) -> Port:
    """A port of this machine that is to lead to a Droplet; ``open`` says whether it does now."""
    return {
        "address": str(exposure.address),
        "port": exposure.port,
        "guest_port": exposure.guest_port,
        "open": (str(exposure.address), exposure.port) in guest.exposed,
    }
