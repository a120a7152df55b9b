"""``dew check``: whether what is kept is still what was put there."""

from cyclopts import App

from dew.cli import show
from dew.cli.failure import Failure
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import Json, NoWait
from dew.client import Store, Touched

app = App(name="check", help="Check that no disk has lost anything.")


@app.command
def store(*, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Read every sealed Layer and compare it with what was sealed; Droplets go on meanwhile."""
    client = open_client()
    action = settle(client, client.check_store(), "Checking the store", no_wait)
    if action.open:
        show.tell({"action": action, "store": None}, outcome(action, ""), as_json)
        return
    found = client.store()
    if as_json:
        show.document({"action": action, "store": found})
    else:
        _tell(found)
    if found.last_check and (found.last_check.damaged or found.last_check.faults):
        raise Failure(_advice(found), told=True)


def _tell(found: Store) -> None:
    check = found.last_check
    if check is None:
        return
    for sentence in check.damaged:
        print(sentence)
    for touched in found.touched:
        print(f"  That touches {_named(touched)}.")
    for sentence in check.faults:
        print(sentence)
    if not check.damaged and not check.faults:
        print(f"All {check.layers} Layers are as they should be.")


def _named(touched: Touched) -> str:
    if touched.resource_type == "kept_disk":
        return f"disk {touched.id} of {touched.name}, kept for an undo"
    noun = "Droplet" if touched.resource_type == "droplet" else f"the {touched.kind} Image"
    noun = "Snapshot" if touched.kind == "snapshot" else noun
    return f"{noun} {touched.name} (id {touched.id})"


def _advice(found: Store) -> str:
    assert found.last_check is not None
    if found.last_check.damaged:
        return (
            "Put the files back from a copy, then check again. Nothing new is made from what is damaged; "
            "Droplets that run go on."
        )
    return "See what can be mended with: dew doctor --repair"
