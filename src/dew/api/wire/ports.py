"""Ports of this machine that lead to a Droplet."""

from dew.api.wire.units import Json
from dew.database.guests import Guest
from dew.model.exposure import Exposure


def exposure(exposure: Exposure, guest: Guest) -> Json:
    """A port of this machine that is to lead to a Droplet; ``open`` says whether it does now."""
    return {
        "address": str(exposure.address),
        "port": exposure.port,
        "guest_port": exposure.guest_port,
        "open": (str(exposure.address), exposure.port) in guest.exposed,
    }
