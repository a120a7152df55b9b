"""``dew rebuild``: a Droplet begins anew, from any Image."""

from typing import Annotated

from cyclopts import Parameter

from dew.cli import names, show
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import DropletName, Json, NoWait, Yes, image_names

FromImage = Annotated[
    str,
    Parameter(name="--image", metavar="IMAGE", completer=image_names, help="Slug, id or name of an Image."),
]


def rebuild(
    droplet: DropletName,
    /,
    *,
    image: FromImage,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Replace a Droplet's disk by a new one from any Image. Its id, name and address stay.

    It boots as for the first time: new SSH host keys, a new machine-id, its user data once more. The old disk
    is kept for a while: dew restore --undo gives it back.
    """
    client = open_client()
    found, source = names.droplet(client, droplet), names.image(client, image)
    name = source.slug or source.name
    show.confirm(f"Replace everything on {found.name} by {name}? It can be undone for a while.", yes)
    started = client.act(found.id, "rebuild", image=source.id)
    action = settle(client, started, f"Rebuilding {found.name} from {name}", no_wait)
    done = f"{found.name} is rebuilt from {name}. Back again: dew restore --undo {found.name}"
    show.tell({"action": action}, outcome(action, done), as_json)
