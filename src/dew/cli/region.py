"""``dew region``: the regions that may be asked for."""

from cyclopts import App

from dew.cli import show
from dew.cli.home import open_client
from dew.cli.parameters import Json

app = App(name="region", help="List the regions that may be asked for.")


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the regions that may be asked for; all of them are this machine."""
    found = open_client().regions()
    if as_json:
        show.document(found)
        return
    show.table(("Region", "Name"), [(each.slug, each.name) for each in found], "There are no regions.")
