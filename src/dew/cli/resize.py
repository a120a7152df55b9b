"""``dew resize``: another size for a Droplet."""

from typing import Annotated

from cyclopts import Parameter

from dew.cli import names, show
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, size_slugs

SizeSlug = Annotated[
    str, Parameter(name="SIZE", completer=size_slugs, help="How big it is to be; see: dew size list.")
]
Disk = Annotated[
    bool,
    Parameter(negative="", help="Grow the disk too, for good; the filesystem inside grows at the next boot."),
]


def resize(
    droplet: DropletName,
    size: SizeSlug,
    /,
    *,
    disk: Disk = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Give a Droplet that is off another size: memory and vCPUs, with --disk its disk too."""
    client = open_client()
    found = names.droplet(client, droplet)
    started = client.act(found.id, "resize", size=size, disk=disk)
    action = settle(client, started, f"Resizing {found.name} to {size}", no_wait)
    show.tell({"action": action}, outcome(action, f"{found.name} is {size} now."), as_json)
