"""Typed client of the HTTP API: what the ``dew`` command speaks through, and any Python program may.

ClientError
├ Unreachable    nobody answers at the address, or what answers is not Dew
├ ApiError       the server said no: ``status``, ``id``, ``message``, ``request_id``
└ WaitedTooLong  the time limit passed; the Action goes on

Built on the standard library's http.client: measured here, importing it takes 20 ms where httpx takes 60 ms,
and every ``dew`` command pays that. Each request has a connection of its own, so that none is ever stale;
on one machine opening one costs a tenth of a millisecond. GET and PUT are tried again when the connection
breaks, everything else is sent once. What the server turns away for coming too fast (429) was not done, so it
is sent again when the server says. Values are named as in the API's JSON, whose unknown members are ignored;
sizes in gigabytes are GiB, as with DigitalOcean.
"""

from dew.client.actions import WAIT_TIMEOUT_SECONDS, Action, Actions
from dew.client.backups import BackupPolicy, Backups, BackupSchedule, BackupWindow
from dew.client.consoles import Consoles
from dew.client.costs import CostItem, Costs, CostsOfMonths
from dew.client.daemon import Daemon
from dew.client.droplets import (
    Address,
    Created,
    Droplet,
    DropletDetail,
    Droplets,
    Forward,
    KeptDisk,
    Networks,
)
from dew.client.errors import ApiError, ClientError, Unreachable, WaitedTooLong
from dew.client.exports import Export, Exports
from dew.client.images import Image, Images, Offer, Recipe
from dew.client.keys import Key, Keys
from dew.client.ports import Port, Ports
from dew.client.regions import Region, Regions
from dew.client.sessions import Link, Sessions
from dew.client.simulation import Simulation, Simulations
from dew.client.sizes import Size, Sizes
from dew.client.snapshots import Snapshot, Snapshots
from dew.client.store import Check, Store, Stores, Touched
from dew.client.tokens import Token, Tokens
from dew.client.uploads import Upload, Uploads

__all__ = [
    "WAIT_TIMEOUT_SECONDS",
    "Action",
    "Address",
    "ApiError",
    "BackupPolicy",
    "BackupSchedule",
    "BackupWindow",
    "Check",
    "Client",
    "ClientError",
    "CostItem",
    "Costs",
    "Created",
    "Droplet",
    "DropletDetail",
    "Export",
    "Forward",
    "Image",
    "KeptDisk",
    "Key",
    "Link",
    "Networks",
    "Offer",
    "Port",
    "Recipe",
    "Region",
    "Simulation",
    "Size",
    "Snapshot",
    "Store",
    "Token",
    "Touched",
    "Unreachable",
    "Upload",
    "WaitedTooLong",
]


class Client(
    Droplets,
    Consoles,
    Ports,
    Images,
    Uploads,
    Snapshots,
    Backups,
    CostsOfMonths,
    Exports,
    Actions,
    Keys,
    Tokens,
    Sessions,
    Stores,
    Sizes,
    Simulations,
    Regions,
    Daemon,
):
    """One Dew, at one address, with one token. Every method raises ClientError."""
