"""Images: brought from files, from addresses and from distributions; used, and deleted again."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import expect

from dew.client.images import Image
from tests.guest.dewd import eventually
from tests.panel.browser import Visit

TWO_PIECES_BYTES = 9 * 2**20  # the panel sends 8 MiB at a time
DISK = b"\0" * 510 + b"\x55\xaa" + b"\0" * 2**20  # what passes for a disk that could boot


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Slow(Quiet):
    goes_on = threading.Event()

    def do_GET(self) -> None:
        self.goes_on.wait(20)
        super().do_GET()


@contextmanager
def _served(directory: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """A web server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=directory))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _custom(visit: Visit) -> dict[str, Image]:
    return {image.name: image for image in visit.dewd.client.images(private=True) if image.type == "custom"}


def _arrived(visit: Visit, name: str) -> None:
    eventually(
        f"{name} is there", lambda: name in _custom(visit) and _custom(visit)[name].status == "available"
    )


def test_a_custom_image_is_brought_described_used_and_deleted(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "mine.raw").write_bytes(DISK)
    page = visit.go("/images/custom")
    visit.press("Upload")
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.raw")
    visit.press("Upload")
    _arrived(visit, "mine")
    with _served(tmp_path) as address:
        visit.press("Import from a URL")
        visit.fill("URL", f"{address}/mine.raw?mirror=1")
        expect(page.get_by_label("Name")).to_have_value("mine.raw")
        visit.press("Import")
        _arrived(visit, "mine.raw")
    visit.from_menu("More for mine", "Edit")
    visit.fill("Name", "ours")
    visit.fill("Description", "with all that we need")
    visit.press("Save")
    eventually("it is called so", lambda: "ours" in _custom(visit))
    assert _custom(visit)["ours"].description == "with all that we need"
    page.get_by_role("link", name="Create Droplet from ours").click()
    image = visit.made().droplet.image
    assert image is not None
    assert image.name == "ours"
    visit.turn_to("/images/custom")
    for name in ("ours", "mine.raw"):
        visit.from_menu(f"More for {name}", "Delete")
        visit.press("Delete")
        eventually(f"{name} is gone", lambda name=name: name not in _custom(visit))


def test_an_upload_is_stopped_and_goes_on(visit: Visit, tmp_path: Path) -> None:
    with (tmp_path / "big.raw").open("wb") as disk:
        disk.write(DISK)
        disk.truncate(TWO_PIECES_BYTES)
    page = visit.go("/images/custom")
    passing = [True, False]  # the first piece arrives, the second is on its way for ever
    page.route("**/dew/v1/uploads/*", lambda route: passing.pop(0) and route.continue_())
    visit.press("Upload")
    page.locator("input[type=file]").set_input_files(tmp_path / "big.raw")
    with page.expect_request(lambda request: request.headers.get("upload-offset", "0") != "0"):
        visit.press("Upload")
    visit.press("Stop")
    page.unroute("**/dew/v1/uploads/*")
    visit.press("Go on")
    _arrived(visit, "big")


def test_an_import_is_called_off(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "slow.raw").write_bytes(DISK)
    page = visit.go("/images/custom")
    with _served(tmp_path, Slow) as address:
        visit.press("Import from a URL")
        visit.fill("URL", f"{address}/slow.raw")
        visit.press("Import")
        visit.from_menu("More for slow.raw", "Call off")
        visit.press("Call off")
        expect(page.get_by_role("button", name="More for slow.raw")).to_be_hidden()
        Slow.goes_on.set()
    assert "slow.raw" not in _custom(visit)


def test_distributions_are_fetched_and_deleted(visit: Visit) -> None:
    client = visit.dewd.client
    client.delete_image(client.image("fedora-44-x64").id)
    page = visit.go("/images/distributions")
    offer = page.get_by_role("region", name="Can be had").get_by_role("button").first
    name = (offer.get_attribute("aria-label") or "").partition(" ")[2]
    offer.click()
    page.get_by_role("link", name=f"Create Droplet from {name}").wait_for()
    assert client.image(name).status == "available"
    visit.from_menu(f"More for {name}", "Delete")
    visit.press("Delete")
    page.get_by_role("region", name="Can be had").get_by_role("button", name=name).wait_for()
    assert name not in {image.slug for image in client.images()}


def test_a_snapshot_of_a_droplet_that_is_gone_is_renamed_exported_used_and_deleted(visit: Visit) -> None:
    droplet = visit.dewd.create("gone")
    snapshot = droplet.snapshot("kept for good")
    droplet.delete()
    page = visit.go("/images/snapshots")
    visit.from_menu("More for kept for good", "Rename")
    visit.press("Cancel")
    visit.from_menu("More for kept for good", "Rename")
    visit.fill("Name", "still here")
    visit.press("Rename")
    visit.from_menu("More for still here", "Export")
    assert visit.dewd.client.snapshot(snapshot).name == "still here"
    visit.press("Make export")
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.press("Copy checksum")
    assert page.evaluate("navigator.clipboard.readText()") == visit.dewd.client.export(snapshot).sha256
    visit.press("Delete export")
    expect(page.get_by_role("button", name="Make export")).to_be_visible()
    visit.press("Close")
    page.get_by_role("link", name="Create Droplet from still here").click()
    image = visit.made().droplet.image
    assert image is not None
    assert image.id == snapshot
    visit.turn_to("/images/snapshots")
    visit.from_menu("More for still here", "Delete")
    visit.press("Delete")
    eventually("it is gone", lambda: snapshot not in {each.id for each in visit.dewd.client.snapshots()})
