"""import_image: a custom Image of what a URL or an upload holds. Nothing of it is trusted before it is ours.

fetch_file · inspect · convert · import_layer · record_image ◆ · clean_up

Its scratch files lie in a directory of its own, work/import-<id>: fetched, unpacked, converted.qcow2. An
upload is taken for as long as the Action lasts, and given back if it fails: to try again costs no sending.
"""

import asyncio
import hashlib
import shutil
import time
from collections.abc import Collection, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dew.actions import admission
from dew.actions.kind import Accepted, Kind, Request, Run, Step, Writes
from dew.actions.new_image import shown
from dew.actions.world import World
from dew.database import actions, images, layers, uploads
from dew.database.connect import Tx
from dew.model.action import Action
from dew.model.errors import Broken, Busy, StepFailed
from dew.model.image import ImageKind
from dew.model.region import DEFAULT_REGION
from dew.model.upload import Upload
from dew.storage.durable import in_thread, make_directory, sync_new, translated

T = TypeVar("T")

PACKED_ENDINGS = frozenset({".gz", ".bz2", ".xz", ".zst"})
DECLARING_ENDINGS = {f".{name}": name for name in ("raw", "qcow2", "vmdk", "vdi", "vhdx")}
"""What a file's name says that it is; .img, which distributions use for anything, says nothing."""

FETCHED = "fetched"
"""The file as a URL gave it."""

HASHED_BYTES = 8 * 2**20
LONGEST_FETCH_SECONDS = 24 * 3600.0
LOOK_EVERY_SECONDS = 1.0  # whether a fetch is still wanted
BEFORE_IT_IS_OURS = ("", "fetch_file", "inspect")
"""The steps after which an import can still be called off. Not convert: what follows takes an instant, and
after a kill just behind it nobody could tell that the pivot was not tried yet, so the Image would appear.
"""

OF_CUSTOM_IMAGES = ("import_image",)
CAN_BE_CALLED_OFF = (*OF_CUSTOM_IMAGES, "import_snapshot", "fetch_image")
"""The kinds of Actions that go by these steps."""


async def accept(tx: Tx, world: World, request: Request) -> Accepted:
    """Choose the Image and its Layer, and take the upload. Raises Invalid, NotFound, Busy."""
    params = request.params
    await admission.fit_images(tx, world)
    await admission.keep_reserve(world)
    source = await _source(tx, world, params.get("url"), params.get("upload"))
    layer_id = await layers.add_layer(tx, None, 0, world.now())
    image = images.NewImage(
        kind=ImageKind.CUSTOM,
        name=params["name"],
        distribution=params.get("distribution") or "Unknown",
        description=params.get("description") or "",
        layer_id=layer_id,
        disk_bytes=0,  # known when it has been inspected
        droplet_id=None,
        region=params.get("region") or DEFAULT_REGION,
        tags=tuple(params.get("tags", ())),
    )
    image_id = await images.plan(tx, image, world.now())
    told = {name: params.get(name) for name in ("name", "distribution", "description", "tags")}
    settled = {"layers": [layer_id], "layer": layer_id, **source, **told}
    return Accepted(image_id, image.region, settled)


async def _source(tx: Tx, world: World, url: str | None, upload_id: int | None) -> dict[str, object]:
    if url is not None:
        world.importer.check_url(url)
        return {"url": url, "upload": None, "declared": declared_format(urlsplit(url).path)}
    assert upload_id is not None
    upload = await uploads.take(tx, upload_id)
    return {"url": None, "upload": upload.id, "declared": declared_format(upload.file_name)}


def declared_format(file_name: str) -> str | None:
    """Return the format that a file's name declares, None if none: disk.vmdk.gz says vmdk."""
    path = Path(file_name.lower())
    if path.suffix in PACKED_ENDINGS:
        path = path.with_suffix("")
    return DECLARING_ENDINGS.get(path.suffix)


async def cancel(tx: Tx, image_id: int, kinds: Collection[str] = CAN_BE_CALLED_OFF) -> bool:
    """Call off the Action of one of the ``kinds`` that makes an Image; False if none does.

    Raises Busy when it is too late.
    """
    holder = await actions.lock_holder(tx, "image", image_id)
    action = None if holder is None else await actions.get(tx, holder)
    if action is None or action.kind not in kinds or not action.state.open:
        return False
    if action.step not in BEFORE_IT_IS_OURS:
        raise Busy(actions.BUSY)
    await actions.request_cancel(tx, action.id)
    return True


def scratch(work: Path, image_id: int) -> Path:
    """Return the directory of an import's scratch files."""
    return work / f"import-{image_id}"


def _directory(run: Run) -> Path:
    return scratch(run.world.settings.work, run.resource_id)


async def _received(run: Run) -> Path:
    """Return the file as it came."""
    if run.param("upload") is None:
        return _directory(run) / FETCHED
    return (await _upload(run)).path(run.world.settings.uploads)


async def _upload(run: Run) -> Upload:
    async with run.world.database.read() as tx:
        return await uploads.get(tx, run.param("upload"))


def _disk(run: Run, received: Path) -> Path:
    """Return the image that is inspected and converted."""
    return _directory(run) / "unpacked" if run.outputs["was_packed"] else received


def _converted(run: Run) -> Path:
    return _directory(run) / "converted.qcow2"


async def fetch_file(run: Run) -> None:
    """Have the bytes here, whole."""
    with translated("read the image"):
        await in_thread(make_directory, _directory(run), 0o700)
        if run.param("upload") is not None:
            await unless_called_off(run, _verify(run, await _upload(run)))
        elif not await asyncio.to_thread((await _received(run)).exists):  # named when it is whole
            received, room_bytes = await _received(run), await admission.spare_bytes(run.world)
            fetching = run.world.importer.fetch(run.param("url"), received, room_bytes, _watched(run))
            await unless_called_off(run, fetching)


def _watched(run: Run) -> admission.Report:
    return admission.watched(run.world, run.world.settings.work, run.report)


async def unless_called_off(run: Run, work: Coroutine[Any, Any, T]) -> T:
    """Do what may take hours; end it when nobody wants it any more. Raises StepFailed."""
    task = asyncio.ensure_future(work)
    deadline = time.monotonic() + LONGEST_FETCH_SECONDS
    try:
        while not (await asyncio.wait({task}, timeout=LOOK_EVERY_SECONDS))[0]:
            async with run.world.database.read() as tx:
                if (await actions.get(tx, run.action.id)).cancel_requested:
                    raise StepFailed("It was called off.")
            if time.monotonic() > deadline:
                raise StepFailed(f"It was not here within {LONGEST_FETCH_SECONDS / 3600:.0f} hours.")
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _verify(run: Run, upload: Upload) -> None:
    """Hold an upload to the checksum it was announced with; what is wrong has to be sent again."""
    if upload.sha256 is None:
        return
    digest, path = hashlib.sha256(), upload.path(run.world.settings.uploads)
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, HASHED_BYTES):
            await asyncio.to_thread(digest.update, piece)
            run.report(file.tell() / upload.size_bytes, "Verifying the checksum")
    if digest.hexdigest() != upload.sha256:
        async with run.world.database.write() as tx:
            await uploads.set_received(tx, upload.id, 0, run.world.now())
        raise StepFailed("What arrived is not what was sent: its checksum differs. Send it again.")


async def forget_plan(run: Run) -> Writes:
    """Leave nothing behind but the upload, if it was one."""
    await asyncio.to_thread(shutil.rmtree, _directory(run), ignore_errors=True)

    async def write(tx: Tx) -> None:
        await images.remove(tx, run.resource_id)
        if run.param("upload") is not None:
            await uploads.release(tx, run.param("upload"), run.world.now())

    return write


async def inspect(run: Run) -> None:
    """Unpack it if it is compressed, and find out what it is."""
    received, importer = await _received(run), run.world.importer
    unpacked, room_bytes = _directory(run) / "unpacked", await admission.spare_bytes(run.world)
    with translated("read the image"):
        unpacking = importer.unpack(received, unpacked, room_bytes, _watched(run))
        run.outputs["was_packed"] = await unless_called_off(run, unpacking)
        if run.outputs["was_packed"]:
            await in_thread(sync_new, unpacked)  # it must outlive a power cut with the step
        run.report(0.99, "Inspecting the image")
        found = await importer.inspect(_disk(run, received), run.param("declared"))
    run.outputs |= {"format": found.format, "disk_bytes": found.disk_bytes}


async def convert(run: Run) -> None:
    disk = _disk(run, await _received(run))
    format_, disk_bytes = run.outputs["format"], run.outputs["disk_bytes"]
    room_bytes, importer = await admission.spare_bytes(run.world), run.world.importer
    with translated("convert the image"):
        converting = importer.convert(disk, format_, disk_bytes, _converted(run), room_bytes, _watched(run))
        await unless_called_off(run, converting)
        await in_thread(sync_new, _converted(run))  # it must outlive a power cut with the step


async def import_layer(run: Run) -> None:
    """Take it in. Should a hostile image have taken over its converter, what that made is refused here."""
    try:
        await run.world.store.import_layer(run.param("layer"), _converted(run))
    except Broken as error:
        raise StepFailed(f"The image was converted to something that Dew does not trust. {error}") from error


async def discard_layer(run: Run) -> None:
    await run.world.store.discard(run.param("layer"))


async def record_image(run: Run) -> Writes:
    """Show the Image; from now on Droplets can be created from it."""
    return await shown(run)


async def clean_up(run: Run) -> Writes:
    """Delete the scratch files, and the upload, which is an Image now."""
    await asyncio.to_thread(shutil.rmtree, _directory(run), ignore_errors=True)
    upload_id = run.param("upload")
    if upload_id is not None:
        with suppress(OSError):  # a file without a row is found and deleted later
            await asyncio.to_thread((await _received(run)).unlink)

    async def write(tx: Tx) -> None:
        if upload_id is not None:
            await uploads.remove(tx, upload_id)

    return write


def failed(action: Action) -> bool:
    """Whether this is an import that ended badly: clients are told why as long as it is remembered."""
    return action.kind in OF_CUSTOM_IMAGES and action.error != "" and not action.cancel_requested


IMPORT_IMAGE = Kind(
    name="import_image",
    version=1,
    resource_type="image",
    accept=accept,
    steps=(
        Step("fetch_file", fetch_file, undo=forget_plan, weight=20),
        Step("inspect", inspect, weight=15),
        Step("convert", convert, weight=20),
        Step("import_layer", import_layer, undo=discard_layer, weight=2),
        Step("record_image", record_image, pivot=True),
        Step("clean_up", clean_up),
    ),
)
