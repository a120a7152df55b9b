"""Mending a store from outside, for ``dew doctor --repair``: rights, leftovers, identity, the trash.

Nothing here deletes a Layer, or writes a byte into one. All of it blocks and raises OSError.
"""

import json
import os
import secrets
from pathlib import Path

from dew.storage.durable import sync, write_new
from dew.storage.inspection import SEALED_MODE, VOLUME_MODE
from dew.storage.qcow2 import MAKING_PREFIX
from dew.storage.qcow2_header import read_header
from dew.storage.trash import Trash


def layer_path(root: Path, layer: int) -> Path:
    """Return where a Layer's file is."""
    return root / "layers" / f"layer-{layer}.qcow2"


def set_rights(path: Path, *, sealed: bool, reader_gid: int | None) -> None:
    """Give a Layer's file the mode, and a sealed one the owner, that it should have."""
    if sealed and reader_gid is not None:
        os.chown(path, os.geteuid(), reader_gid, follow_symlinks=False)
    path.chmod(SEALED_MODE if sealed else VOLUME_MODE)
    sync(path)


def leftovers(root: Path) -> list[Path]:
    """Return the files that somebody began to make and never finished."""
    places = (root, root / "layers")
    return sorted(path for place in places for path in place.glob(f"{MAKING_PREFIX}*"))


def write_identity(root: Path, identity: str) -> None:
    """Write store.json anew; what it was, if anything, is kept beside it."""
    path = root / "store.json"
    if path.exists():
        path.rename(root / "store.json.damaged")
    text = json.dumps({"identity": identity}) + "\n"
    write_new(path, root / f"{MAKING_PREFIX}{secrets.token_hex(8)}", text)


def thrown_away(root: Path, layer: int) -> Path | None:
    """Return a Layer's newest file in the trash."""
    trash = root / "trash"
    return Trash(trash).newest(layer_path(root, layer).name) if trash.is_dir() else None


def take_back(root: Path, layer: int, *, sealed: bool, reader_gid: int | None) -> None:
    """Take a Layer out of the trash. Raises StepFailed for what is no qcow2 file."""
    path, thrown = layer_path(root, layer), thrown_away(root, layer)
    if thrown is None:
        raise FileNotFoundError(f"Layer {layer} is not in the trash any more")
    read_header(thrown).require_plain(thrown)
    set_rights(thrown, sealed=sealed, reader_gid=reader_gid)
    os.link(thrown, path)  # a link can't replace what is there
    sync(path.parent)
    thrown.unlink()
    sync(thrown.parent)
