"""``dew key``: the public SSH keys that new Droplets get."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.home import open_client
from dew.cli.parameters import Json, Yes
from dew.client import Client, Key

app = App(name="key", help="Add, list, delete public SSH keys.")

KeyFile = Annotated[Path, Parameter(name="FILE", help="A public key file, such as ~/.ssh/id_ed25519.pub.")]
KeyLabel = Annotated[str, Parameter(help="What to call it. By default: its comment, or the file's name.")]


@app.command
def add(file: KeyFile, /, *, name: KeyLabel = "", as_json: Json = False) -> None:
    """Add a public SSH key."""
    added = add_file(open_client(), file, name)
    before = "" if name in ("", added.name) else f", as it was before: nothing is called {name}"
    show.tell(added, f"Key {added.name} (id {added.id}) is known{before}.", as_json)


def add_file(client: Client, file: Path, name: str = "") -> Key:
    """Return the key that a file holds, adding it to the account if it is not there yet."""
    text = _read(file.expanduser())
    type_and_body = text.split()[:2]
    for known in client.ssh_keys():
        if known.public_key.split()[:2] == type_and_body:
            return known
    comment = " ".join(text.split()[2:])
    return client.add_key(name or comment or file.stem, text)


def _read(file: Path) -> str:
    """Return the one line of a public key file. Raises Failure; a private key is never sent anywhere."""
    try:
        text = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error  # an OSError names the file again
        raise Failure(f"The key file {file} cannot be read: {why}.", Exit.USAGE) from error
    if "PRIVATE KEY" in text:
        raise Failure(f"{file} is a private key. Give the public one: {file}.pub", Exit.USAGE)
    if len(text.splitlines()) != 1 or len(text.split()) < 2:
        raise Failure(
            f"{file} is no public SSH key: it has to be one line, such as ssh-ed25519 AAAA…", Exit.USAGE
        )
    return text


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the public SSH keys."""
    found = open_client().ssh_keys()
    if as_json:
        show.document(found)
        return
    rows = [(str(each.id), each.name, each.public_key.split()[0], each.fingerprint) for each in found]
    nothing = "There are no keys. Add one with: dew key add ~/.ssh/id_ed25519.pub"
    show.table(("ID", "Name", "Type", "Fingerprint"), rows, nothing)


@app.command
def delete(
    key: Annotated[str, Parameter(name="KEY", help="Name, id or fingerprint of a key.")],
    /,
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete a public SSH key. Droplets that have it keep it."""
    client = open_client()
    found = names.key(client, key)
    show.confirm(f"Delete the key {found.name} (id {found.id})?", yes)
    client.delete_key(found.id)
    show.tell({"deleted": [found.id]}, f"Key {found.name} is deleted.", as_json)
