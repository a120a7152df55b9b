"""``dew snapshot export``: a Snapshot as three files that another Dew, or any QEMU, can make use of.

    NAME.qcow2          the disk: standalone, compressed
    NAME.qcow2.sha256   its checksum, as sha256sum reads it
    NAME.json           the manifest: what the Snapshot was; written last, so where it is, all is whole

While the disk is under way it is called NAME.qcow2.….part; the same command goes on with it.
"""

import hashlib
import json
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from dew.cli import names, show
from dew.cli.failure import Exit, Failure
from dew.cli.follow import follow
from dew.cli.home import open_client
from dew.cli.parameters import Json, SnapshotName
from dew.cli.upload import Meter, meter
from dew.client import Client, ClientError, Export, Snapshot, Unreachable

TRIES_WITHOUT_PROGRESS = 5
PAUSE_SECONDS = 1.0  # before the second try; doubles each time
LONGEST_NAME_BYTES = 200  # of the 255 that filesystems take, endings included

Into = Annotated[
    Path, Parameter(name="DIRECTORY", help="Where the files are written; the current directory by default.")
]


def export(snapshot: SnapshotName, directory: Into = Path(), /, *, as_json: Json = False) -> None:
    """Write a Snapshot to files: for another Dew, or to keep elsewhere."""
    client = open_client()
    found = names.snapshot(client, snapshot)
    disk = directory.expanduser() / f"{file_name(found.name)}.qcow2"
    _require_writable(disk.parent)
    made = _made(client, found)
    try:
        _fetch(client, found, made, disk)
        manifest = _describe(made, disk)
    except OSError as error:
        raise Failure(f"{disk} could not be written: {error.strerror or error}.") from error
    with suppress(ClientError):  # it goes by itself within a day
        client.delete_export(found.id)
    sentence = f"Snapshot {found.name} is in {disk} ({show.bytes_as_gib(made.size_bytes)})."
    show.tell({"disk": str(disk), "manifest": str(manifest), "sha256": made.sha256}, sentence, as_json)


def _require_writable(directory: Path) -> None:
    """Find out before dewd works for minutes. Raises Failure."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise Failure(
            f"Nothing can be written in {directory}: {error.strerror}. Name another directory.", Exit.USAGE
        ) from error


def file_name(name: str) -> str:
    """Return a Snapshot's name as files can have it."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip(".-")
    return plain.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore") or "snapshot"


def _made(client: Client, snapshot: Snapshot) -> Export:
    """Return the export that the server has, having it made if there is none."""
    follow(client, client.make_export(snapshot.id).id, f"Exporting {snapshot.name}")
    return client.export(snapshot.id)


def _fetch(client: Client, snapshot: Snapshot, made: Export, disk: Path) -> None:
    """Have the disk here, whole and verified."""
    if disk.exists():
        if hash_of(disk) == made.sha256:
            return
        raise Failure(f"{disk} is there already and is something else. Name another directory.")
    part = disk.with_name(f"{disk.name}.{made.sha256[:8]}.part")
    with meter(f"Receiving {disk.name}", made.size_bytes) as shown:
        _fill(client, snapshot.id, made, part, shown)
    if hash_of(part) != made.sha256:
        part.unlink()
        raise Failure("What arrived is not what was sent: its checksum differs. Try it again.")
    _sync(part)
    part.replace(disk)
    _sync(disk.parent)


def _fill(client: Client, snapshot_id: int, made: Export, part: Path, shown: Meter) -> None:
    """Append to the partial file until all is there, coming again when the connection breaks."""
    failures = 0
    with part.open("ab") as file:
        if file.tell() > made.size_bytes:
            file.truncate(0)
        while (offset := file.tell()) < made.size_bytes:
            shown.show(offset)
            with suppress(Unreachable):
                for piece in client.read_export(snapshot_id, made.sha256, offset):
                    file.write(piece)
                    shown.show(file.tell())
            failures = 0 if file.tell() > offset else failures + 1
            if failures == TRIES_WITHOUT_PROGRESS:
                raise Failure(
                    f"The connection to dewd broke. What came is in {part}; the same command goes on.",
                    Exit.UNREACHABLE,
                )
            if file.tell() < made.size_bytes:
                time.sleep(PAUSE_SECONDS * 2**failures)


def _describe(made: Export, disk: Path) -> Path:
    """Write checksum and manifest; return where the manifest is."""
    _write(disk.with_name(f"{disk.name}.sha256"), f"{made.sha256}  {disk.name}\n")
    facts: dict[str, Any] = msgspec.to_builtins(made)
    del facts["expires_at"]
    manifest = disk.with_suffix(".json")
    _write(manifest, json.dumps({**facts, "file": disk.name}, indent=2) + "\n")
    return manifest


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.write_text(text)
    _sync(partial)
    partial.replace(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
