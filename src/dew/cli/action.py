"""``dew action``: the long-running changes, now and before."""

from typing import Annotated

from cyclopts import App, Parameter, validators

from dew.cli import names, show
from dew.cli.follow import follow, outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import ActionId, Json, NoWait
from dew.client import WAIT_TIMEOUT_SECONDS, Action

app = App(name="action", help="List, show, follow and retry Actions.")

Limit = Annotated[
    int,
    Parameter(
        validator=validators.Number(gte=1, lte=200),
        help="How many at most; the newest come first, and 200 is the most.",
    ),
]
Timeout = Annotated[float, Parameter(help="How many seconds to wait at most.")]


@app.command(name="list")
def list_(
    *,
    droplet: Annotated[str, Parameter(help="Only Actions of this Droplet.")] = "",
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List the newest Actions."""
    client = open_client()
    found = client.actions(names.droplet(client, droplet).id if droplet else None, limit)
    if as_json:
        show.document(found)
        return
    named = {each.id: each.name for each in client.droplets()}
    rows = [_row(each, named) for each in found]
    show.table(("ID", "What", "Of", "Status", "Done", "Begun"), rows, "There are no Actions yet.", cut="Of")


def _row(action: Action, named: dict[int, str]) -> tuple[str, ...]:
    return (
        str(action.id),
        action.what,
        _resource(action, named),
        action.state if action.state == "stuck" else action.status,
        f"{action.progress} %" if action.open else "",
        show.ago(action.started_at),
    )


def _resource(action: Action, named: dict[int, str]) -> str:
    """What it changes: a Droplet by its name while it lives, anything else by its id."""
    if action.resource_id is None:
        return ""
    if action.resource_type == "store":
        return "the store"
    if action.resource_type == "droplet" and action.resource_id in named:
        return named[action.resource_id]
    return f"{action.resource_type} {action.resource_id}"


@app.command(name="show")
def show_(action: ActionId, /, *, as_json: Json = False) -> None:
    """Show one Action, with its reason if it failed."""
    client = open_client()
    found = names.action(client, action)
    if as_json:
        show.document(found)
        return
    show.facts(_facts(found, {each.id: each.name for each in client.droplets()}))


def _facts(action: Action, named: dict[int, str]) -> list[tuple[str, str]]:
    ended = action.completed_at
    took = (ended - action.started_at).total_seconds() if ended else 0.0
    return [
        ("ID", str(action.id)),
        ("What", action.what),
        ("Of", _resource(action, named)),
        ("Name", action.name or ""),
        ("Image", action.image_name or ""),
        ("Size", action.size_slug or ""),
        ("Port", str(action.port or "")),
        ("Status", action.status),
        ("Progress", f"{action.progress} %" if action.open else ""),
        ("Now", action.message if action.open else ""),
        ("Last step done", action.step),
        ("Error", action.error),
        ("Begun", f"{show.ago(action.started_at)} ({action.started_at:%Y-%m-%d %H:%M:%S} UTC)"),
        ("Took", show.seconds(took) if ended else ""),
        ("Try again", f"dew action retry {action.id}" if action.state == "stuck" else ""),
    ]


@app.command
def wait(action: ActionId, /, *, timeout: Timeout = WAIT_TIMEOUT_SECONDS, as_json: Json = False) -> None:
    """Follow an Action until it has ended."""
    client = open_client()
    found = names.action(client, action)
    ended = follow(client, found.id, f"Action {found.id} ({found.what})", timeout)
    show.tell({"action": ended}, f"Action {ended.id} is completed.", as_json)


@app.command
def retry(action: ActionId, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Try again what is stuck, once its cause is gone."""
    client = open_client()
    found = names.action(client, action)
    again = client.retry_action(found.id)
    ended = settle(client, again, f"Retrying Action {found.id} ({found.what})", no_wait)
    show.tell({"action": ended}, outcome(ended, f"Action {ended.id} is completed."), as_json)
