"""``dew panel``: the way in to the control panel, for the browser of whoever may use the token."""

import os
import webbrowser
from typing import Annotated

from cyclopts import Parameter

from dew.cli import show
from dew.cli.home import open_client
from dew.cli.parameters import Json

NoOpen = Annotated[bool, Parameter(name="--no-open", negative="", help="Print the link, open no browser.")]


def panel(*, no_open: NoOpen = False, as_json: Json = False) -> None:
    """Open the control panel, signed in. The link works once, for a minute."""
    client = open_client()
    link = client.make_link()
    url = f"{client.url}/#link={link.secret}"  # a fragment is sent nowhere: no log and no referrer shows it
    show.tell({"url": url, "expires_at": link.expires_at}, url, as_json)
    if not as_json:
        show.note("It signs one browser in, within a minute.")
    if not (no_open or as_json) and _has_screen():
        webbrowser.open(url)


def _has_screen() -> bool:
    """Whether somebody would see a browser; without a screen a text browser would take over the terminal."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
