"""Ports of dewd's machine that lead to Droplets."""

from urllib.parse import quote

import msgspec

from dew.client.actions import Action
from dew.client.requests import Requests


class Port(msgspec.Struct, frozen=True):
    """A port of dewd's machine that leads to a Droplet; ``open`` says whether it does now."""

    address: str
    port: int
    guest_port: int
    open: bool


class Ports(Requests):
    """The exposed ports of one Dew."""

    def ports(self, droplet_id: int) -> list[Port]:
        """Return the ports of dewd's machine that lead to a Droplet."""
        return self._one("GET", f"/dew/v1/droplets/{droplet_id}/ports", "ports", list[Port])

    def expose_port(
        self, droplet_id: int, address: str, port: int, guest_port: int, reconnect: bool = False
    ) -> Action:
        """Have a port of dewd's machine lead to one of a Droplet's."""
        body = {"address": address, "port": port, "guest_port": guest_port, "reconnect": reconnect}
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/ports", "action", Action, body)

    def hide_port(self, droplet_id: int, address: str, port: int) -> Action:
        """Have a port of dewd's machine lead to a Droplet no more."""
        place = f"{quote(address, safe='')}/{port}"
        return self._one("DELETE", f"/dew/v1/droplets/{droplet_id}/ports/{place}", "action", Action)
