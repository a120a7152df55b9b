"""``dew snapshot``: the Snapshots that people take of their Droplets."""

from datetime import datetime
from typing import Annotated, Any

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow, outcome
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, SnapshotName, SnapshotNames, Yes
from dew.client import Client, Droplet, Snapshot

app = App(name="snapshot", help="Take, list, show, rename, export, import, delete Snapshots.")
app.command(
    "dew.cli.snapshot_export:export",
    name="export",
    help="Write a Snapshot to files: for another Dew, or to keep elsewhere.",
)
app.command("dew.cli.snapshot_import:import_", name="import", help="Bring an exported Snapshot to this Dew.")

CONSISTENCIES = {
    "off": "taken while the Droplet was off",
    "frozen": "taken while it ran, with its filesystems flushed and frozen",
    "crash": "taken while it ran, as after a power cut",
}
NewName = Annotated[str, Parameter(name="NAME", help="What to call it. By default: today's date.")]
Off = Annotated[
    bool,
    Parameter(
        negative="",
        help="Shut the Droplet down first, and switch it on again if it was on. One that does not shut down "
        "runs on, and no Snapshot is taken.",
    ),
]


@app.command
def take(
    droplet: DropletName,
    name: NewName = "",
    /,
    *,
    off: Off = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Take a Snapshot of a Droplet, running or off."""
    client = open_client()
    found = names.droplet(client, droplet)
    name = name or todays_name(client, found)
    started = client.snapshot_off(found.id, name) if off else client.act(found.id, "snapshot", name=name)
    if no_wait:
        show.tell({"action": started, "snapshot": None}, outcome(started, ""), as_json)
        return
    action = follow(client, started.id, f"Taking Snapshot {name} of {found.name}")
    taken = newest(client, found, name)
    sentence = f"Snapshot {name} (id {taken.id}) of {found.name} is taken."
    show.tell({"action": action, "snapshot": taken}, sentence, as_json)


def todays_name(client: Client, droplet: Droplet) -> str:
    """Return today's date; with the time of day if the Droplet has a Snapshot of that name already."""
    now = datetime.now().astimezone()
    today = f"{now:%Y-%m-%d}"
    mine = {each.name for each in client.snapshots() if each.droplet_id == droplet.id}
    return f"{now:%Y-%m-%d %H:%M:%S}" if today in mine else today


def newest(client: Client, droplet: Droplet, name: str) -> Snapshot:
    """Return the newest Snapshot of a Droplet that has this name. Raises Failure if there is none."""
    for each in client.snapshots():
        if each.droplet_id == droplet.id and each.name == name:
            return each
    raise Failure(f"The Snapshot {name} was taken, but is not listed. Somebody may have deleted it.")


@app.command(name="list")
def list_(
    *,
    droplet: Annotated[str, Parameter(help="Only Snapshots of this Droplet.")] = "",
    as_json: Json = False,
) -> None:
    """List the Snapshots, newest first."""
    client = open_client()
    taken_of = {each.id: each.name for each in client.droplets()}
    wanted = names.droplet(client, droplet).id if droplet else None
    found = [each for each in client.snapshots() if wanted in (None, each.droplet_id)]
    if as_json:
        show.document(found)
        return
    rows = [_row(each, taken_of) for each in found]
    headers = ("ID", "Name", "Droplet", "Holds", "Disk", "Taken")
    show.table(headers, rows, "There are no Snapshots. Take one with: dew snapshot take DROPLET")


def _row(snapshot: Snapshot, taken_of: dict[int, str]) -> tuple[str, ...]:
    return (
        str(snapshot.id),
        f"{snapshot.name} (damaged)" if snapshot.damage else snapshot.name,
        _origin(snapshot, taken_of),
        show.bytes_as_gib(snapshot.used_bytes),
        show.bytes_as_gib(snapshot.disk_bytes),
        show.ago(snapshot.created_at),
    )


def _origin(snapshot: Snapshot, taken_of: dict[int, str]) -> str:
    """The name of the Droplet it was taken of; its id if that is deleted."""
    if snapshot.droplet_id is None:
        return ""
    return taken_of.get(snapshot.droplet_id, f"{snapshot.droplet_id} (deleted)")


@app.command(name="show")
def show_(snapshot: SnapshotName, /, *, as_json: Json = False) -> None:
    """Show one Snapshot."""
    client = open_client()
    found = names.snapshot(client, snapshot)
    if as_json:
        show.document(found)
        return
    taken_of = {each.id: each.name for each in client.droplets()}
    show.facts(_facts(found, taken_of))


def _facts(snapshot: Snapshot, taken_of: dict[int, str]) -> list[tuple[str, str]]:
    return [
        ("Name", snapshot.name),
        ("ID", str(snapshot.id)),
        ("Droplet", _origin(snapshot, taken_of)),
        ("Holds", show.bytes_as_gib(snapshot.used_bytes)),
        ("Disk", f"{show.bytes_as_gib(snapshot.disk_bytes)}, the smallest that it fits on"),
        ("State", CONSISTENCIES.get(snapshot.consistency or "", "")),
        ("Taken", f"{show.ago(snapshot.created_at)} ({snapshot.created_at:%Y-%m-%d %H:%M} UTC)"),
        ("Damaged", snapshot.damage),
        ("Create from it", "" if snapshot.damage else f"dew droplet create NAME --image {snapshot.id}"),
    ]


@app.command
def rename(
    snapshot: SnapshotName,
    name: Annotated[str, Parameter(name="NAME", help="The new name.")],
    /,
    *,
    as_json: Json = False,
) -> None:
    """Give a Snapshot another name."""
    client = open_client()
    found = names.snapshot(client, snapshot)
    client.rename_image(found.id, name)
    renamed: Any = client.snapshot(found.id) if as_json else None
    show.tell(renamed, f"Snapshot {found.name} is now named {name}.", as_json)


@app.command
def delete(snapshots: SnapshotNames, /, *, yes: Yes = False, as_json: Json = False) -> None:
    """Delete Snapshots. No Droplet is touched, whatever was made from them."""
    client = open_client()
    found = names.each_once(names.snapshot(client, each) for each in snapshots)
    if not found:
        raise Failure("Say which Snapshot to delete.", Exit.USAGE)
    listed = show.joined(f"{each.name} (id {each.id})" for each in found)
    show.confirm(f"Delete the Snapshot{'s' if len(found) > 1 else ''} {listed}?", yes)
    for each in found:
        client.delete_snapshot(each.id)
    show.tell({"deleted": [each.id for each in found]}, f"Snapshot {listed} deleted.", as_json)
