"""``dew size``: how big a Droplet can be."""

from cyclopts import App

from dew.cli import show
from dew.cli.home import open_client
from dew.cli.parameters import Json

app = App(name="size", help="List the sizes a Droplet can have.")


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the sizes a Droplet can have."""
    found = open_client().sizes()
    if as_json:
        show.document(found)
        return
    rows = [(each.slug, str(each.vcpus), show.mib(each.memory), f"{each.disk} GiB") for each in found]
    show.table(("Size", "vCPUs", "Memory", "Disk"), rows, "There are no sizes.")
