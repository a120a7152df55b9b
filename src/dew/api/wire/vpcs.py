"""DigitalOcean's VPC object, and its members."""

from typing import TypedDict

from dew.api.wire.units import Instant, time
from dew.model.droplet import Droplet
from dew.model.vpc import MADE_AT
from dew.model.vpc import Vpc as VpcModel


class Vpc(TypedDict):
    """The network that the Droplets of a region share; each has one address, in ``ip_range``."""

    id: str
    urn: str
    name: str
    description: str
    region: str
    ip_range: str
    created_at: Instant
    default: bool


class VpcMember(TypedDict):
    """A Droplet as its VPC lists it."""

    urn: str
    name: str
    created_at: Instant


def vpc(vpc: VpcModel, ip_range: str) -> Vpc:
    """DigitalOcean's VPC object."""
    return {
        "id": vpc.id,
        "urn": f"do:vpc:{vpc.id}",
        "name": vpc.name,
        "description": "",
        "region": vpc.region,
        "ip_range": ip_range,
        "created_at": time(MADE_AT),
        "default": True,
    }


def vpc_member(droplet: Droplet) -> VpcMember:
    """A Droplet as its VPC lists it."""
    return {
        "urn": f"do:droplet:{droplet.id}",
        "name": droplet.name,
        "created_at": time(droplet.created_at),
    }
