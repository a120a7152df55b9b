"""``dew restore``: put a Droplet's disk back to what a Snapshot holds."""

from dew.cli import names, show
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, SnapshotName, Yes


def restore(
    droplet: DropletName,
    snapshot: SnapshotName,
    /,
    *,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Put a Droplet back to a Snapshot. Its address, name and identity stay; newer data is discarded."""
    client = open_client()
    found = names.droplet(client, droplet)
    source = names.restorable(client, found, snapshot)
    question = (
        f"Put {found.name} back to {source.name} ({show.ago(source.created_at)})? Newer data on it is lost."
    )
    show.confirm(question, yes)
    started = client.act(found.id, "restore", image=source.id)
    action = settle(client, started, f"Restoring {found.name} from {source.name}", no_wait)
    done = f"{found.name} is as it was in {source.name}."
    show.tell({"action": action}, outcome(action, done), as_json)
