"""An export is two files; whoever brings both to another Dew's panel has the same Snapshot there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from dew.client import Export, Snapshot
from tests.panel.browser import Visit

NAME = "before: 1/2"


def _exported(visit: Visit, into: Path) -> tuple[Path, Path]:
    """Take a Snapshot and fetch its export by the panel; return disk and manifest."""
    droplet = visit.dewd.create("travels")
    droplet.snapshot(NAME)
    page = visit.go(f"/droplets/{droplet.id}/snapshots")
    page.get_by_role("button", name=f"More for {NAME}").click()
    page.get_by_role("menuitem", name="Export").click()
    page.get_by_role("button", name="Make export").click()
    return _saved(page, "Download disk", into), _saved(page, "Download manifest", into)


def _saved(page: Page, link: str, into: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    path = into / download.value.suggested_filename
    download.value.save_as(path)
    return path


def _dialog(visit: Visit) -> Locator:
    page = visit.go("/images/snapshots")
    page.get_by_role("button", name="Import a Snapshot").click()
    return page.get_by_role("dialog")


def _choose(dialog: Locator, *files: Path) -> None:
    dialog.locator("input[type=file]").set_input_files(files)


def _what_travels(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.name, snapshot.created_at, snapshot.consistency, snapshot.disk_bytes


def test_an_exported_snapshot_is_the_same_on_another_dew(
    visit: Visit, own_visit: Visit, tmp_path: Path
) -> None:
    disk, manifest = _exported(visit, tmp_path)
    assert (disk.name, manifest.name) == ("before-1-2.qcow2", "before-1-2.json")
    sent = next(each for each in visit.dewd.client.snapshots() if each.name == NAME)  # the newest
    dialog = _dialog(own_visit)
    _choose(dialog, disk)
    expect(dialog.get_by_role("alert")).to_contain_text("choose before-1-2.json too")
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    _choose(dialog, manifest)
    about = dialog.get_by_role("region", name="Snapshot in these files")
    expect(about).to_contain_text(NAME)
    expect(about).to_contain_text("taken while on")
    assert own_visit.violations() == []
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(own_visit.page.get_by_text(NAME)).to_be_visible()
    (arrived,) = own_visit.dewd.client.snapshots()
    assert _what_travels(arrived) == _what_travels(sent)


def test_what_is_wrong_with_an_export_is_told_in_place(visit: Visit, tmp_path: Path) -> None:
    disk, manifest = _exported(visit, tmp_path)
    client, whole = visit.dewd.client, disk.read_bytes()
    before = len(client.snapshots())
    dialog = _dialog(visit)
    alert = dialog.get_by_role("alert")
    for content, said in (("{}", "no manifest"), (manifest.read_text().replace("sha256", "md5"), "damaged")):
        (tmp_path / "broken.json").write_text(content)
        _choose(dialog, disk, tmp_path / "broken.json")
        expect(alert).to_contain_text(said)
    disk.write_bytes(whole[:-1] + b"?")
    _drop(dialog, disk, manifest)
    expect(alert).to_be_hidden()
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(alert).to_contain_text("checksum differs")
    disk.write_bytes(whole)
    _choose(dialog, disk)
    expect(alert).to_be_hidden()
    client.change_simulation({"import_snapshot": 60}, [])
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(dialog.get_by_text("Simulating")).to_be_visible()  # it is converted by now
    dialog.get_by_role("button", name=f"Call off the import of {NAME}").click()
    expect(alert).to_have_text("Too late to call it off.")
    client.change_simulation({}, [])
    expect(dialog).to_be_hidden()
    assert len(client.snapshots()) == before + 1


def test_an_import_is_called_off_and_what_was_sent_for_it_deleted(visit: Visit, tmp_path: Path) -> None:
    client, file = visit.dewd.client, tmp_path / "disk.qcow2"
    sha256 = "0" * 64
    upload = client.begin_upload(file.name, 1, sha256)
    client.send_piece(upload, b"?")
    manifest = Export("dew-snapshot", 1, "unwanted", datetime.now(UTC), 1, 1, sha256)
    with _endless(visit.dewd.data / "simulated-uploads" / f"upload-{upload.id}"):
        client.import_snapshot(upload.id, manifest)
        page = visit.go("/images/snapshots")
        expect(page.get_by_role("progressbar", name="Import Snapshot")).to_be_visible()
        assert visit.violations() == []
        page.get_by_role("button", name="Call off the import of unwanted").click()
        expect(page.get_by_role("progressbar")).to_be_hidden()
    assert [each.importing for each in client.uploads()] == [False]
    assert visit.violations() == []
    page.get_by_role("button", name="Delete disk.qcow2").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Sent, not imported")).to_be_hidden()
    assert client.uploads() == []


@contextmanager
def _endless(path: Path) -> Iterator[None]:
    """Have reading a file take until the end of the block."""
    path.unlink()
    os.mkfifo(path)
    try:
        yield
    finally:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


def _drop(dialog: Locator, *files: Path) -> None:
    """Drop files as a hand does."""
    contents = {path.name: list(path.read_bytes()) for path in files}
    dropped = dialog.page.evaluate_handle(
        """contents => {
            const dropped = new DataTransfer()
            for (const [name, bytes] of Object.entries(contents))
                dropped.items.add(new File([new Uint8Array(bytes)], name))
            return dropped
        }""",
        contents,
    )
    dialog.get_by_text("Two files").dispatch_event("drop", {"dataTransfer": dropped})
