"""Droplets, and what is done to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from dew.client.actions import Action
from dew.client.answers import decode
from dew.client.images import Image
from dew.client.regions import Region
from dew.client.requests import Requests


class Address(msgspec.Struct, frozen=True):
    """One address of a Droplet; ``type`` is public or private."""

    ip_address: str
    type: str


class Networks(msgspec.Struct, frozen=True):
    """The addresses of a Droplet."""

    v4: list[Address] = []


class Droplet(msgspec.Struct, frozen=True):
    """A Droplet; ``memory`` in MiB, ``disk`` in GiB, ``status`` is new, active, off or archive."""

    id: int
    name: str
    status: str
    locked: bool
    created_at: datetime
    memory: int
    vcpus: int
    disk: int
    size_slug: str
    region: Region
    image: Image | None = None
    networks: Networks = Networks()
    snapshot_ids: list[int] = []
    tags: list[str] = []

    @property
    def address(self) -> str:
        """Its public IPv4 address, "" while it has none."""
        return next((each.ip_address for each in self.networks.v4 if each.type == "public"), "")


class Forward(msgspec.Struct, frozen=True):
    """A port of the Droplet's address that leads to a port inside."""

    host_port: int
    guest_port: int


class KeptDisk(msgspec.Struct, frozen=True):
    """A disk that a restore or rebuild replaced: what it can be undone to."""

    id: int
    image_id: int
    replaced_at: datetime
    kept_until: datetime  # sooner when space is short
    damage: str = ""  # what it has lost; "" where nothing is known


class DropletDetail(msgspec.Struct, frozen=True):
    """What Dew knows of a Droplet beyond DigitalOcean's description of it."""

    status: str = ""
    address: str | None = None
    forwards: list[Forward] = []
    ssh_port: int | None = None
    desired_power: str = ""
    observed: str = ""
    reason: str = ""
    password_available: bool = False
    incarnation: int = 0  # 0, or another number after each rebuild: then its SSH host keys are others
    kept_disks: list[KeptDisk] = []  # the one replaced last first
    damage: str = ""  # what its disk has lost; "" where nothing is known


class Created(msgspec.Struct, frozen=True):
    """A Droplet that was accepted, and the Action that makes it."""

    droplet: Droplet
    action_id: int


class Droplets(Requests):
    """The Droplets of one Dew."""

    def droplets(self, name: str = "", tag: str = "") -> list[Droplet]:
        """Return the Droplets, all or those of that name or tag."""
        filters = {"name": name, "tag_name": tag}
        return self._list("/v2/droplets", "droplets", Droplet, filters)

    def droplet(self, droplet_id: int) -> Droplet:
        """Return one Droplet."""
        return self._one("GET", f"/v2/droplets/{droplet_id}", "droplet", Droplet)

    def droplet_detail(self, droplet_id: int) -> DropletDetail:
        """Return what only Dew tells of a Droplet: its SSH port, why it is off …"""
        return self._one("GET", f"/dew/v1/droplets/{droplet_id}", "droplet", DropletDetail)

    def create_droplet(self, wanted: Mapping[str, Any]) -> Created:
        """Ask for a Droplet; ``wanted`` is DigitalOcean's request body."""
        answer = self._send("POST", "/v2/droplets", wanted)
        links = decode(answer["links"], dict[str, list[dict[str, Any]]], self.url)
        return Created(
            droplet=decode(answer["droplet"], Droplet, self.url), action_id=int(links["actions"][0]["id"])
        )

    def delete_droplet(self, droplet_id: int) -> None:
        """Delete a Droplet; accepted at once, done soon after."""
        self._send("DELETE", f"/v2/droplets/{droplet_id}")

    def act(self, droplet_id: int, type_: str, **params: Any) -> Action:
        """Start an Action on a Droplet: power_on, snapshot, restore, resize, rename …"""
        body = {"type": type_, **params}
        return self._one("POST", f"/v2/droplets/{droplet_id}/actions", "action", Action, body)

    def snapshot_off(self, droplet_id: int, name: str) -> Action:
        """Shut a Droplet down, take a Snapshot, and switch it on again if it was on."""
        body = {"name": name, "off": True}
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/snapshots", "action", Action, body)

    def undo(self, droplet_id: int, disk: int | None = None) -> Action:
        """Give a Droplet back the disk that a restore or rebuild replaced: the last one, or the one named."""
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/undo", "action", Action, {"disk": disk})

    def reveal_password(self, droplet_id: int) -> str:
        """Return the generated root password, which the server shows once."""
        return self._one("POST", f"/dew/v1/droplets/{droplet_id}/password", "password", str)
