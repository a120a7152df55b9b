"""Images that come and Snapshots that go, over a disk that is full at any place: a clear error, nothing left.

Everything is on the small disk but the database, and nothing is modelled but guests: a server on loopback,
programs in their sandbox.
"""

import asyncio
import gzip
import hashlib
import os
import re
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.small_disk import fill, small_disk, takes_root
from tests.unit.mirror import Exchange, mirror
from tests.unit.on_a_small_disk import Small, make_history, opened

from dew.actions.kind import Request
from dew.compute.privileges import IMPORT_UID
from dew.database import uploads
from dew.images.address_policy import AddressPolicy
from dew.images.catalogue import CloudImage
from dew.images.cloud import CloudImages
from dew.images.confinement import Confinement
from dew.images.importer import ImageImporter
from dew.model.action import ActionState
from dew.reconcile import layers as sweeping

pytestmark = takes_root

DISK_MEBIBYTES = 192
SNAPSHOT = 2
PACKED, PLAIN = 1, 2
"""The uploads."""

LITTLE_BYTES = 64 * 2**10
"""Less than any of the files that are to be written."""


class Server:
    """Gives one disk, as a URL or as what a distribution publishes; does something half way."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.half_way: Callable[[], Awaitable[object]] | None = None

    async def __call__(self, exchange: Exchange) -> None:
        if exchange.path == "/SHA256SUMS":
            await exchange.give(f"{hashlib.sha256(self.content).hexdigest()}  disk.raw\n".encode())
            return
        half = len(self.content) // 2
        await exchange.begin("200 OK", ETag='"1"', Content_Length=len(self.content))
        await exchange.send(self.content[:half])
        if self.half_way is not None:
            await self.half_way()
        await exchange.send(self.content[half:])


@dataclass(frozen=True)
class Files:
    """One disk, as three people send it."""

    raw: bytes
    packed: bytes
    qcow2: bytes


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    directory = tmp_path_factory.mktemp("disk")
    raw, packed, made = (directory / f"disk.{ending}" for ending in ("raw", "raw.gz", "qcow2"))
    raw.write_bytes(b"\0" * 510 + b"\x55\xaa" + os.urandom(4 * 2**20 - 512))
    packed.write_bytes(gzip.compress(raw.read_bytes(), 1))
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, made], check=True)
    return Files(raw.read_bytes(), packed.read_bytes(), made.read_bytes())


@pytest.fixture
async def server(files: Files) -> AsyncIterator[tuple[Server, str]]:
    publishing = Server(files.raw)
    async with mirror(publishing) as running:
        yield publishing, running.url


@pytest.fixture
async def small(
    tmp_path: Path, server: tuple[Server, str], files: Files, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Small]:
    """With a Droplet (1), its Snapshot (2), and two uploads: a packed disk and an exported one."""
    monkeypatch.setattr(sweeping, "WORKING_ROOM_BYTES", 0)  # of so small a disk
    policy = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))
    importer = ImageImporter(Confinement(IMPORT_UID), policy, 2**30)
    offer = CloudImage("some", "Debian", "Some", f"{server[1]}/disk.raw", f"{server[1]}/SHA256SUMS")
    with small_disk(tmp_path / "disk", DISK_MEBIBYTES) as disk:
        for name in ("work", "exports", "uploads", "cache/fetched"):
            (disk / name).mkdir(parents=True)
        catalogue = CloudImages({"some": offer}, disk / "cache", policy, 0)
        async with opened(disk, tmp_path, disk / "work", importer, catalogue) as made:
            await make_history(made)
            await upload(made, "disk.raw.gz", files.packed)
            await upload(made, "snapshot.qcow2", files.qcow2)
            yield made


async def upload(small: Small, name: str, content: bytes) -> None:
    async with small.database.write() as tx:
        digest = hashlib.sha256(content).hexdigest()
        number = await uploads.add(tx, name, len(content), digest, small.world.now())
        await uploads.set_received(tx, number, len(content), small.world.now())
    (small.disk / "uploads" / f"upload-{number}").write_bytes(content)


def from_url(small: Small, url: str) -> Request:
    return Request("import_image", None, {"name": "mine", "url": f"{url}/disk.raw"})


FROM_UPLOAD = Request("import_image", None, {"name": "mine", "upload": PACKED})
FETCH = Request("fetch_image", None, {"name": "some"})
FROM_EXPORT = Request(
    "import_snapshot",
    None,
    {
        "name": "theirs",
        "distribution": "Debian",
        "region": "nyc1",
        "consistency": "off",
        "created_at": "2024-05-01T00:00:00+00:00",
        "upload": PLAIN,
    },
)
EXPORT = Request("export_snapshot", SNAPSHOT)


async def is_refused_for_want_of_room(small: Small, request: Request) -> None:
    """Do it on the disk that becomes full meanwhile, and once more when there is room."""
    rows, files = await small.rows(), small.files()
    action = await small.do(request)
    assert (action.state, small.happens) == (ActionState.ERRORED, {})
    assert re.search(r"full|room|free|left", action.error)
    assert re.search(r"Make room|[Dd]elete", action.error), "what to do about it"
    kept = re.compile(r".*/cache/fetched/some-[0-9a-f]{12}\.qcow2(\.part|\.part\.json)?")
    assert [path for path in small.files() if not kept.fullmatch(path)] == files
    (small.disk / "filler").unlink()
    await small.sweep()
    assert await small.rows() == rows
    assert (await small.do(request)).error == "", "it works when there is room"


@pytest.mark.parametrize("request_", [None, FETCH], ids=["import_image", "fetch_image"])
async def test_a_disk_that_is_filled_in_mid_fetch(
    small: Small, server: tuple[Server, str], request_: Request | None
) -> None:
    publishing, url = server

    async def fill_once() -> None:
        publishing.half_way = None
        await asyncio.to_thread(fill, small.disk)

    publishing.half_way = fill_once
    await is_refused_for_want_of_room(small, request_ or from_url(small, url))


@pytest.mark.parametrize(
    ("request_", "step", "leave_bytes"),
    [
        (FROM_UPLOAD, "inspect", 0),
        (FROM_UPLOAD, "inspect", LITTLE_BYTES),
        (FROM_UPLOAD, "convert", LITTLE_BYTES),
        (FROM_EXPORT, "convert", 0),
        (FROM_EXPORT, "convert", LITTLE_BYTES),
        (FETCH, "fetch_file", LITTLE_BYTES),
        (FETCH, "convert", LITTLE_BYTES),
        (EXPORT, "make_room", 0),
        (EXPORT, "write_file", LITTLE_BYTES),
        (EXPORT, "record_export", 0),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
async def test_a_disk_that_is_full_when_it_is_written_to(
    small: Small, request_: Request, step: str, leave_bytes: int
) -> None:
    place = f"{request_.kind}.{step}.act.before"
    small.happens[place] = lambda: asyncio.to_thread(fill, small.disk, leave_bytes)
    await is_refused_for_want_of_room(small, request_)
