"""``dew snapshot import``: what ``dew snapshot export`` wrote, brought to this Dew."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from dew.cli import show, upload
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow
from dew.cli.home import open_client
from dew.cli.parameters import Json
from dew.cli.snapshot_export import hash_of
from dew.client import Export

FORMAT, FORMAT_VERSION = "dew-snapshot", 1
LARGEST_MANIFEST_BYTES = 2**16

Source = Annotated[
    Path,
    Parameter(name="FILE|DIRECTORY", help="The manifest or the disk of an export, or the directory of both."),
]


class Manifest(Export, frozen=True, kw_only=True):
    """An export's description, as it lies beside the disk."""

    file: str


def import_(source: Source, /, *, as_json: Json = False) -> None:
    """Bring an exported Snapshot to this Dew. What was sent when it broke off is not sent again."""
    found = find_manifest(source.expanduser())
    manifest = read_manifest(found)
    disk = _disk(found, manifest)
    client = open_client()
    sent = upload.send(client, disk)
    started = client.import_snapshot(sent.id, manifest)
    call_off = f"dew image delete {started.resource_id}"
    action = follow(client, started.id, f"Importing {manifest.name}", call_off=call_off)
    assert action.resource_id is not None
    snapshot = client.snapshot(action.resource_id)
    sentence = f"Snapshot {snapshot.name} (id {snapshot.id}) is imported."
    show.tell({"action": action, "snapshot": snapshot}, sentence, as_json)


def find_manifest(source: Path) -> Path:
    """Return the manifest that is meant. Raises Failure."""
    if not source.is_dir():
        return source if source.suffix == ".json" else source.with_suffix(".json")
    found = sorted(path for path in source.glob("*.json") if path.with_suffix(".qcow2").exists())
    if len(found) != 1:
        listed = show.joined(path.name for path in found) if found else "none"
        raise Failure(f"There must be one exported Snapshot in {source}, and there is {listed}.", Exit.USAGE)
    return found[0]


def read_manifest(path: Path) -> Manifest:
    """Return what a manifest says. Raises Failure."""
    try:
        with path.open("rb") as file:
            manifest = msgspec.json.decode(file.read(LARGEST_MANIFEST_BYTES), type=Manifest)
    except OSError as error:
        hint = "A disk without a manifest is imported with: dew image import FILE --name NAME"
        raise Failure(f"The manifest {path} can't be read: {error.strerror}. {hint}", Exit.USAGE) from error
    except msgspec.MsgspecError as error:
        raise Failure(f"{path} is no manifest of an exported Snapshot: {error}.", Exit.USAGE) from error
    if manifest.format != FORMAT:
        raise Failure(f"{path} is no manifest of an exported Snapshot.", Exit.USAGE)
    if manifest.format_version != FORMAT_VERSION:
        raise Failure(f"{path} was written by a newer Dew: install that one here too.")
    return manifest


def _disk(path: Path, manifest: Manifest) -> Path:
    """Return the disk that the manifest describes, verified. Raises Failure."""
    if not manifest.file or Path(manifest.file).name != manifest.file:
        raise Failure(f"{path} names a file elsewhere, {manifest.file}, and that is not looked at.")
    disk = path.with_name(manifest.file)
    try:
        whole = disk.stat().st_size == manifest.size_bytes and hash_of(disk) == manifest.sha256
    except OSError as error:
        raise Failure(f"{disk} can't be read: {error.strerror}.", Exit.USAGE) from error
    if not whole:
        raise Failure(f"{disk} is damaged or not whole: its checksum is not the manifest's. Copy it again.")
    return disk
