"""``dew restore``: put a Droplet's disk back to what a Snapshot or Backup holds, and take that back."""

from typing import Annotated

from cyclopts import Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, SnapshotName, Yes
from dew.client import Action, Client, Droplet

Undo = Annotated[
    bool,
    Parameter(
        negative="",
        help="Give it back the disk that the last restore or rebuild replaced; again: back again.",
    ),
]
Disk = Annotated[
    int | None, Parameter(help="With --undo, another one of the kept disks that dew droplet show lists.")
]


def restore(
    droplet: DropletName,
    snapshot: SnapshotName = "",
    /,
    *,
    undo: Undo = False,
    disk: Disk = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Put a Droplet back to a Snapshot or a Backup. Its address, name and identity stay.

    The disk that is replaced is kept for a while, dew droplet show says until when: --undo exchanges the two.
    """
    if bool(snapshot) == undo or (disk is not None and not undo):
        raise Failure("Say which Snapshot to restore, or --undo, with --disk if need be.", Exit.USAGE)
    client = open_client()
    found = names.droplet(client, droplet)
    started, doing, done = _undo(client, found, disk, yes) if undo else _back(client, found, snapshot, yes)
    action = settle(client, started, doing, no_wait)
    show.tell({"action": action}, outcome(action, done), as_json)


def _back(client: Client, found: Droplet, snapshot: str, yes: bool) -> tuple[Action, str, str]:
    source = names.restorable(client, found, snapshot)
    taken = show.ago(source.created_at)
    show.confirm(f"Put {found.name} back to {source.name} ({taken})? It can be undone for a while.", yes)
    started = client.act(found.id, "restore", image=source.id)
    done = f"{found.name} is as it was in {source.name}. Back again: dew restore --undo {found.name}"
    return started, f"Restoring {found.name} from {source.name}", done


def _undo(client: Client, found: Droplet, disk: int | None, yes: bool) -> tuple[Action, str, str]:
    show.confirm(f"Give {found.name} back the disk that was replaced, and keep its present one?", yes)
    done = f"{found.name} has its other disk. Back again: dew restore --undo {found.name}"
    return client.undo(found.id, disk), f"Exchanging the disks of {found.name}", done
