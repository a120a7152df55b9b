"""``dew droplet expose``, ``hide`` and ``ports``: reaching a Droplet from elsewhere."""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated

from cyclopts import Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait
from dew.client import Port

HERE = "127.0.0.1"  # unless somebody says otherwise, only this machine gets in
MAPPING = re.compile(r"(?:(?P<address>[^:]+):)?(?P<port>\d{1,5}):(?P<guest_port>\d{1,5})", re.ASCII)
PLACE = re.compile(r"(?:(?P<address>[^:]+):)?(?P<port>\d{1,5})", re.ASCII)


def expose(
    droplet: DropletName,
    mapping: Annotated[
        str,
        Parameter(
            name="[ADDRESS:]PORT:PORT", help=f"This machine's address ({HERE}) and port, and the Droplet's."
        ),
    ],
    /,
    *,
    reconnect: Annotated[
        bool, Parameter(negative="", help="Connect the Droplet's network anew if it takes that.")
    ] = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Have a port of this machine lead to a Droplet, now and after each start."""
    address, port, guest_port = _taken_apart(MAPPING, mapping, "18080:80 or 192.0.2.7:8080:80")
    client = open_client()
    found = names.droplet(client, droplet)
    started = client.expose_port(found.id, address, port, guest_port, reconnect)
    action = settle(client, started, f"Exposing {found.name}", no_wait)
    if not IPv4Address(address).is_loopback:
        show.note(f"Whoever can reach this machine at port {port} of {address} gets to the Droplet now.")
    done = f"{address}:{port} leads to port {guest_port} of {found.name}."
    show.tell({"action": action}, outcome(action, done), as_json)


def hide(
    droplet: DropletName,
    place: Annotated[
        str, Parameter(name="[ADDRESS:]PORT", help=f"This machine's address ({HERE}) and port.")
    ],
    /,
    *,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Have a port of this machine lead to a Droplet no more; connections through it end."""
    address, port, *_ = _taken_apart(PLACE, place, "18080 or 192.0.2.7:8080")
    client = open_client()
    found = names.droplet(client, droplet)
    action = settle(client, client.hide_port(found.id, address, port), f"Hiding {found.name}", no_wait)
    show.tell({"action": action}, outcome(action, f"{address}:{port} leads nowhere now."), as_json)


def ports(droplet: DropletName, /, *, as_json: Json = False) -> None:
    """List the ports of this machine that lead to a Droplet."""
    client = open_client()
    found = names.droplet(client, droplet)
    listed = client.ports(found.id)
    if as_json:
        show.document(listed)
        return
    nothing = (
        f"No port of this machine leads to {found.name}. Open one: dew droplet expose {found.name} 18080:80"
    )
    show.table(("Address", "Port", "Droplet's port", "Open"), map(_row, listed), nothing)


def _row(port: Port) -> tuple[str, ...]:
    return port.address, str(port.port), str(port.guest_port), "yes" if port.open else "no"


def _taken_apart(pattern: re.Pattern[str], typed: str, example: str) -> tuple[str, int, int]:
    """Return the address, by default this machine's loopback, its port and the Droplet's. Raises Failure."""
    match = pattern.fullmatch(typed)
    if match is None:
        raise Failure(f"{typed} does not say which port. Write it as {example}.", Exit.USAGE)
    parts = {"guest_port": "0", **match.groupdict()}
    address = parts["address"] or HERE
    try:
        return str(IPv4Address(address)), int(parts["port"]), int(parts["guest_port"])
    except AddressValueError as error:
        raise Failure(f"{address} is no IPv4 address. Write it as {example}.", Exit.USAGE) from error
