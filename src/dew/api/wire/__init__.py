"""How models look in JSON: pure functions, one file per noun. DigitalOcean's shapes, and Dew's own.

What is the same in every element of a list (sizes, regions) is encoded once and kept as bytes.
"""

from dew.api.wire.actions import action, own_action
from dew.api.wire.droplets import droplet
from dew.api.wire.events import event
from dew.api.wire.exports import own_export
from dew.api.wire.fits import fit
from dew.api.wire.images import failed_import, image
from dew.api.wire.keys import key
from dew.api.wire.overviews import overview
from dew.api.wire.own_droplets import own_droplet
from dew.api.wire.ports import exposure
from dew.api.wire.regions import region
from dew.api.wire.sizes import size
from dew.api.wire.snapshots import droplet_snapshot, own_snapshot, snapshot
from dew.api.wire.store import touched
from dew.api.wire.tokens import token
from dew.api.wire.units import Json
from dew.api.wire.uploads import upload

__all__ = [
    "Json",
    "action",
    "droplet",
    "droplet_snapshot",
    "event",
    "exposure",
    "failed_import",
    "fit",
    "image",
    "key",
    "overview",
    "own_action",
    "own_droplet",
    "own_export",
    "own_snapshot",
    "region",
    "size",
    "snapshot",
    "token",
    "touched",
    "upload",
]
