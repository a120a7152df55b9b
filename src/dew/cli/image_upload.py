"""``dew image upload``: files on their way to dewd, which keep room until they are imported or expire."""

from typing import Annotated

from cyclopts import App, Parameter

from dew.cli import names, show
from dew.cli.home import open_client
from dew.cli.parameters import Json, Yes
from dew.client import Upload

app = App(name="upload", help="List and delete files that were sent, whole or in part, and not imported.")

UploadName = Annotated[str, Parameter(name="UPLOAD", help="Id or file name of an upload.")]


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the files on their way. To go on with one, import it again."""
    found = open_client().uploads()
    if as_json:
        show.document(found)
        return
    rows = [_row(each) for each in found]
    show.table(("ID", "File", "Size", "Arrived", "Last heard of"), rows, "No uploads are under way.")


def _row(upload: Upload) -> tuple[str, ...]:
    percent = 100 * upload.received_bytes // upload.size_bytes
    arrived = "importing" if upload.importing else f"{percent} %"
    size = show.mib(max(1, upload.size_bytes >> 20))
    return str(upload.id), upload.name, size, arrived, show.ago(upload.touched_at)


@app.command
def delete(upload: UploadName, /, *, yes: Yes = False, as_json: Json = False) -> None:
    """Delete what has arrived of a file. Images made of it stay."""
    client = open_client()
    found = names.upload(client, upload)
    show.confirm(f"Delete the upload {found.name} (id {found.id})?", yes)
    client.delete_upload(found.id)
    show.tell({"deleted": [found.id]}, f"The upload {found.name} is deleted.", as_json)
