"""Parameters that many commands share, so that they read and behave the same everywhere."""

from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter

from dew.client import Client

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document, for programs.")]
NoWait = Annotated[
    bool, Parameter(name="--no-wait", negative="", help="Return at once; the Action goes on by itself.")
]
Yes = Annotated[bool, Parameter(name=("--yes", "-y"), negative="", help="Do not ask first.")]


def _completer(names: Callable[[Client], list[str]]) -> Callable[[Any], list[str]]:
    """Offer names that dewd knows; Cyclopts swallows whatever goes wrong meanwhile."""

    def offer(context: Any) -> list[str]:
        from dew.cli.home import open_client

        return names(open_client())

    return offer


_droplets = _completer(lambda client: [each.name for each in client.droplets()])
_snapshots = _completer(lambda client: [each.name for each in client.snapshots()])
image_names = _completer(lambda client: [each.slug or each.name for each in client.images()])
size_slugs = _completer(lambda client: [each.slug for each in client.sizes()])

offers = _completer(lambda client: [each.name for each in client.catalogue()])

_WHICH = "id:1 or name:1 if 1 fits several."

DropletName = Annotated[
    str, Parameter(name="DROPLET", completer=_droplets, help=f"Name or id of a Droplet; {_WHICH}")
]
DropletNames = Annotated[
    tuple[str, ...],
    Parameter(name="DROPLET", completer=_droplets, help=f"Names or ids of Droplets; {_WHICH}"),
]
SnapshotName = Annotated[
    str, Parameter(name="SNAPSHOT", completer=_snapshots, help=f"Name or id of a Snapshot; {_WHICH}")
]
SnapshotNames = Annotated[
    tuple[str, ...],
    Parameter(name="SNAPSHOT", completer=_snapshots, help=f"Names or ids of Snapshots; {_WHICH}"),
]
ImageName = Annotated[
    str,
    Parameter(
        name="IMAGE",
        completer=image_names,
        help=f"Slug, id or name of an Image, Snapshots included; {_WHICH}",
    ),
]
ActionId = Annotated[int, Parameter(name="ACTION", help="Number of an Action.")]
