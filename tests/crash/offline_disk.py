"""The disk of a Droplet or Snapshot that nobody uses, put together and read without Dew."""

import json
import subprocess
from collections.abc import Mapping
from functools import reduce
from pathlib import Path


def put_together(store: Path, layer: int, parents: Mapping[int, int | None], scratch: Path) -> Path:
    """Return the root filesystem of the disk whose newest Layer is ``layer``, as after a power cut."""
    files = [str(store / "layers" / f"layer-{each}.qcow2") for each in chain(layer, parents)]
    disk = reduce(lambda parent, file: overlay(file, parent), reversed(files), None)
    raw, root = scratch / "disk.raw", scratch / "root.raw"
    run("qemu-img", "convert", "-O", "raw", f"json:{json.dumps(disk)}", raw)
    start = json.loads(run("sfdisk", "--json", raw))["partitiontable"]["partitions"][-1]["start"]
    part = {"driver": "raw", "offset": start * 512, "file": {"driver": "file", "filename": str(raw)}}
    run("qemu-img", "convert", "-O", "raw", f"json:{json.dumps(part)}", root)
    run("e2fsck", "-E", "journal_only", "-y", root)
    return root


def read(root: Path, file: str) -> str:
    """Return what a file holds, "" if it is not there."""
    return run("debugfs", "-R", f"cat {file}", root)


def chain(layer: int | None, parents: Mapping[int, int | None]) -> list[int]:
    """Return a Layer and its ancestors, newest first."""
    return [] if layer is None else [layer, *chain(parents[layer], parents)]


def run(*command: str | Path) -> str:
    """Return what a program printed. e2fsck ends with 1 when it has mended something."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{command}: {done.stdout} {done.stderr}"
    return done.stdout.strip()


def overlay(file: str, parent: object) -> object:
    """Return how qemu-img is to open a Layer, with its parent said explicitly."""
    return {"driver": "qcow2", "file": {"driver": "file", "filename": file}, "backing": parent}
