"""``dew image``: what Droplets can be created from."""

import difflib
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from dew.cli import names, show, upload
from dew.cli.failure import Exit, Failure
from dew.cli.follow import outcome, settle
from dew.cli.home import open_client
from dew.cli.parameters import ImageName, Json, NoWait, Yes, offers
from dew.client import Action, Client, Image

app = App(name="image", help="List, build, fetch, import, delete Images to create Droplets from.")
app.command("dew.cli.image_upload:app", name="upload", help="List and delete files that are on their way.")

RecipeName = Annotated[
    str, Parameter(name="NAME", help="What to build; without it, the list of what can be.")
]
Available = Annotated[
    bool, Parameter(name="--available", negative="", help="What could be built or fetched, instead.")
]
CatalogueName = Annotated[
    str, Parameter(name="NAME", completer=offers, help="What to fetch; see: dew image list --available.")
]
Source = Annotated[
    str,
    Parameter(
        name="FILE|URL",
        help="A raw, qcow2, vmdk, vdi or vhdx image, plain or packed with gzip, bzip2, xz or zstd.",
    ),
]
NewName = Annotated[str, Parameter(name="--name", help="What to call the Image.")]
SnapshotsName = Annotated[
    str | None, Parameter(name="--name", help="What to call the Snapshot; without, as the Backup was called.")
]
Distribution = Annotated[
    str, Parameter(name="--distribution", help="What is in it: Debian, Ubuntu, Fedora …")
]
Description = Annotated[str, Parameter(name="--description", help="Words for people.")]
Tags = Annotated[tuple[str, ...], Parameter(name="--tag", negative="", help="A tag; may be given again.")]


@app.command(name="list")
def list_(*, available: Available = False, as_json: Json = False) -> None:
    """List the Images: distributions, Snapshots and one's own."""
    if available:
        _show_available(open_client(), as_json)
        return
    found = open_client().images()
    if as_json:
        show.document(found)
        return
    headers = ("ID", "Image", "Kind", "Distribution", "Holds", "Smallest disk", "Made")
    show.table(headers, map(_row, found), "There are no Images yet. Build one: dew image build debian-12")


def _row(image: Image) -> tuple[str, ...]:
    return (
        str(image.id),
        f"{image.slug or image.name}{' (damaged)' if image.damage else ''}",
        _kind(image),
        image.distribution,
        show.gib(image.size_gigabytes),
        show.gib(image.min_disk_size),
        show.ago(image.created_at),
    )


def _kind(image: Image) -> str:
    kind = "distribution" if image.type == "base" else image.type
    return kind if image.status in ("", "available") else f"{kind}, {image.status}"


@app.command(name="import")
def import_(
    source: Source,
    /,
    *,
    name: NewName,
    distribution: Distribution = "",
    description: Description = "",
    tags: Tags = (),
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Import an image made elsewhere, from a file here or a URL. A broken upload goes on when asked again."""
    client = open_client()
    wanted: dict[str, Any] = {
        "name": name,
        "distribution": distribution,
        "description": description,
        "tags": tags,
    }
    if source.startswith(("http://", "https://")):
        wanted["url"] = source
    else:
        wanted["upload_id"] = upload.send(client, Path(source).expanduser()).id
    started = client.import_image(wanted)
    action = settle(client, started, f"Importing {name}", no_wait, _call_off(started))
    use = f"dew droplet create NAME --image {action.resource_id}"
    done = f"{name} is imported. Create a Droplet from it with: {use}"
    show.tell({"action": action}, outcome(action, done), as_json)


def _call_off(started: Action) -> str:
    return f"dew image delete {started.resource_id}"


def _show_available(client: Client, as_json: bool) -> None:
    here = {each.slug: each.id for each in client.images()}
    ways = [("build", each) for each in client.recipes()] + [("fetch", each) for each in client.catalogue()]
    found = [
        {"name": each.name, "description": each.description, "how": how, "image_id": here.get(each.name)}
        for how, each in ways
    ]
    if as_json:
        show.document(found)
        return
    rows = [_available_row(how, each.name, each.description, here.get(each.name)) for how, each in ways]
    show.table(("Name", "Description", "Here", "Get it with"), rows, "This dewd can make no Images.")


def _available_row(how: str, name: str, description: str, image_id: int | None) -> tuple[str, ...]:
    return name, description, "" if image_id is None else f"id {image_id}", f"dew image {how} {name}"


@app.command
def fetch(name: CatalogueName, /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Fetch a distribution's own Image, verified by the checksum that is published. Again: the newest."""
    client = open_client()
    known = [each.name for each in client.catalogue()]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f" Did you mean {near[0]}?" if near else ""
        see = "See what there is with: dew image list --available"
        raise Failure(f"{name} is not in the catalogue.{guess} {see}", Exit.NOT_FOUND)
    started = client.fetch_image(name)
    action = settle(client, started, f"Fetching {name}", no_wait, _call_off(started))
    done = f"{name} is here. Create a Droplet from it with: dew droplet create NAME --image {name}"
    show.tell({"action": action}, outcome(action, done), as_json)


@app.command
def build(name: RecipeName = "", /, *, no_wait: NoWait = False, as_json: Json = False) -> None:
    """Build a distribution Image on this machine."""
    client = open_client()
    if not name:
        _show_recipes(client, as_json)
        return
    known = [each.name for each in client.recipes()]
    if name not in known:
        raise Failure(f"Dew cannot build {name}. It can build: {show.joined(known)}.", Exit.NOT_FOUND)
    action = settle(client, client.build_image(name), f"Building {name}", no_wait)
    done = f"{name} is built. Create a Droplet from it with: dew droplet create NAME --image {name}"
    show.tell({"action": action}, outcome(action, done), as_json)


def _show_recipes(client: Client, as_json: bool) -> None:
    recipes = client.recipes()
    if as_json:
        show.document(recipes)
        return
    rows = [(each.name, each.description) for each in recipes]
    show.table(("Name", "Description"), rows, "This dewd can build no Images.")


@app.command
def convert(
    backup: ImageName,
    /,
    *,
    name: SnapshotsName = None,
    no_wait: NoWait = False,
    as_json: Json = False,
) -> None:
    """Make a Snapshot of a Backup: it then outlives its Droplet, and no newer Backup takes its place."""
    client = open_client()
    found = names.image(client, backup)
    started = client.convert_image(found.id)  # first: what is no Backup keeps its name
    if name is not None:
        client.rename_image(found.id, name)
    action = settle(client, started, f"Converting {found.name}", no_wait)
    show.tell({"action": action}, outcome(action, f"{name or found.name} is a Snapshot now."), as_json)


@app.command
def delete(image: ImageName, /, *, yes: Yes = False, as_json: Json = False) -> None:
    """Delete an Image, or call off its import. Droplets that were created from it are not touched."""
    client = open_client()
    found = names.image(client, image)
    name, coming = found.slug or found.name, found.status == "pending"
    show.confirm(f"{'Call off' if coming else 'Delete'} the Image {name} (id {found.id})?", yes)
    client.delete_image(found.id)
    done = "is called off" if coming else "is deleted"
    show.tell({"deleted": [found.id]}, f"{name} {done}.", as_json)
