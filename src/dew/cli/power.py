"""``dew power``: switching Droplets on and off."""

from cyclopts import App

from dew.cli import names, show
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait

app = App(name="power", help="Switch Droplets on and off.")


@app.command
def on(droplet: DropletName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Switch a Droplet on."""
    _power(droplet, "power_on", "Switching on", no_wait, as_json)


@app.command
def off(droplet: DropletName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Switch a Droplet off at once, as by pulling the plug. Prefer: dew power shutdown."""
    _power(droplet, "power_off", "Switching off", no_wait, as_json)


@app.command
def shutdown(droplet: DropletName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Ask a Droplet to shut itself down."""
    _power(droplet, "shutdown", "Shutting down", no_wait, as_json)


@app.command
def reboot(droplet: DropletName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Ask a Droplet to restart itself."""
    _power(droplet, "reboot", "Restarting", no_wait, as_json)


@app.command
def cycle(droplet: DropletName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Switch a Droplet off at once and on again."""
    _power(droplet, "power_cycle", "Power-cycling", no_wait, as_json)


def _power(wanted: str, type_: str, doing: str, no_wait: bool, as_json: bool) -> None:
    client = open_client()
    found = names.droplet(client, wanted)
    action = settle(client, client.act(found.id, type_), f"{doing} {found.name}", no_wait)
    after = found if action.open else client.droplet(found.id)
    show.tell({"action": action}, outcome(action, f"{found.name} is {after.status}."), as_json)
