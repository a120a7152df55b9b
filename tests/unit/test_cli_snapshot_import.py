"""Importing an export: what is damaged, or none, is told before a byte of it is sent."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from dew.cli.failure import Failure
from dew.cli.snapshot_import import import_
from dew.client import Unreachable

CONTENT = b"a disk" * 1000
MANIFEST: dict[str, Any] = {
    "format": "dew-snapshot",
    "format_version": 1,
    "name": "kept",
    "created_at": "2024-05-01T12:00:00Z",
    "disk_bytes": 2**30,
    "size_bytes": len(CONTENT),
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "file": "kept.qcow2",
}


def write(directory: Path, **changed: Any) -> Path:
    (directory / "kept.qcow2").write_bytes(CONTENT)
    manifest = directory / "kept.json"
    manifest.write_text(json.dumps({**MANIFEST, **changed}))
    return manifest


@pytest.fixture(autouse=True)
def _nobody_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEW_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("DEW_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("DEW_TOKEN", "mine")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": "dew-backup"}, "no manifest"),
        ({"format_version": 2}, "newer Dew"),
        ({"format_version": "1"}, "no manifest"),
        ({"created_at": "yesterday"}, "no manifest"),
        ({"file": "../kept.qcow2"}, "elsewhere"),
        ({"file": "/etc/passwd"}, "elsewhere"),
        ({"file": ""}, "elsewhere"),
        ({"file": "gone.qcow2"}, "can't be read"),
        ({"size_bytes": 5}, "damaged or not whole"),
        ({"sha256": "0" * 64}, "damaged or not whole"),
    ],
)
def test_a_manifest_that_is_none_or_of_another_disk_is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Failure, match=said):
        import_(write(tmp_path, **changed))


@pytest.mark.parametrize("source", ["", "kept.json", "kept.qcow2"])
def test_directory_manifest_and_disk_all_mean_the_export(tmp_path: Path, source: str) -> None:
    write(tmp_path)
    with pytest.raises(Unreachable):  # after everything was found to be right
        import_(tmp_path / source)


def test_a_disk_without_a_manifest_is_another_command(tmp_path: Path) -> None:
    write(tmp_path).unlink()
    with pytest.raises(Failure, match="dew image import"):
        import_(tmp_path / "kept.qcow2")


def test_of_several_exports_one_has_to_be_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "notes.json").write_text("{}")  # no disk beside it: not meant
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "other.qcow2").write_bytes(CONTENT)
    with pytest.raises(Failure, match=r"kept\.json and other\.json"):
        import_(tmp_path)
