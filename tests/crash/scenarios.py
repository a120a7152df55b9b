"""One scenario per Action: what is asked, and what must be true of it however it ended."""

import hashlib
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address

import pytest

from dew.actions.guests import instance_id
from dew.actions.import_image import scratch
from dew.actions.kind import Request
from dew.database import backups, damage, droplets, facts, images, layers, uploads
from dew.model.action import Action, ActionState
from dew.model.backup import BackupPolicy, Plan
from dew.model.droplet import Power
from dew.model.errors import NotFound
from dew.model.exposure import Exposure
from dew.storage.exports import Exports
from dew.storage.qcow2_header import MAGIC
from tests.crash.machine import Life

ON, OFF = 1, 2
IMAGE, SNAPSHOT_OF_ON, SNAPSHOT_OF_OFF, BACKUP = 1, 2, 3, 4  # the last one is made by those that need it
PORT = {"address": "127.0.0.1", "port": 8080, "guest_port": 80}
OPEN, MORE = (Exposure(IPv4Address("127.0.0.1"), port, 80) for port in (8080, 8081))
UPLOAD, UPLOADED_EXPORT = 1, 2
FETCHED = "debian-13-x64"
ARRIVING = {
    "upload": UPLOADED_EXPORT,
    "name": "from elsewhere",
    "consistency": "frozen",
    "created_at": "2024-05-01T12:00:00+00:00",
    "distribution": "Debian",
    "region": "nyc3",
}
EARLY, LATER, KEPT = b"early", b"later", b"kept"


@dataclass(frozen=True)
class Scenario:
    """``holds`` raises AssertionError if something that was promised is not so."""

    name: str
    request: Request
    holds: Callable[[Life, Action], Awaitable[None]]
    powers_off: int | None = None  # the Droplet whose guest has just switched itself off
    before: tuple[Request, ...] = ()  # what was done earlier
    shares_steps: bool = False  # with another scenario, so that single faults will do
    prepare: Callable[[Life], Awaitable[None]] | None = None  # what is there before it is asked for
    own_steps: tuple[str, ...] = ()  # where it shares the others with a kind that is tried at all of them

    def __str__(self) -> str:
        return self.name

    def tried_at(self, place: str) -> bool:
        """Whether faults are tried at a place: ``kind.step.…``."""
        return not self.own_steps or place.split(".")[1] in self.own_steps

    async def begin(self, life: Life) -> None:
        """Have things be as they are when the request comes."""
        if self.powers_off is not None:
            life.host.guest_powers_off(self.powers_off)
        if self.prepare is not None:
            await self.prepare(life)


async def nothing_was_lost(life: Life, *, changed: int | None = None) -> None:
    """Everything that was acknowledged before is still there; ``changed`` is judged by its scenario."""
    for droplet_id, power in ((ON, Power.ON), (OFF, Power.OFF)):
        if droplet_id == changed:
            continue
        droplet = await life.droplet(droplet_id)
        assert droplet.desired_power is power
        assert await life.read(droplet_id, "data") == LATER
        assert await life.read(droplet_id, "kept") == KEPT
    for image_id in (SNAPSHOT_OF_ON, SNAPSHOT_OF_OFF):
        assert await life.read_image(image_id, "data") == EARLY
        assert await life.read_image(image_id, "kept") == KEPT


def completed(action: Action) -> bool:
    return action.state is ActionState.COMPLETED


async def _create(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    if completed(action):
        droplet = await life.droplet(action.resource_id)
        assert droplet.desired_power is Power.ON
        assert droplet.address is not None
        assert await life.read(droplet.id, "data") == EARLY
    else:
        assert await _is_gone(life, action.resource_id)


async def _destroy(life: Life, action: Action) -> None:
    assert completed(action), "a Droplet is always destroyed"
    await nothing_was_lost(life, changed=ON)
    assert await _is_gone(life, ON)


async def _snapshot(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        ids = await images.ids_of_droplet(tx, action.resource_id, images.ImageKind.SNAPSHOT)
    assert (action.params["image"] in ids) == completed(action)
    if completed(action):
        assert await life.read_image(action.params["image"], "data") == LATER


async def _snapshot_of_what_powered_off(life: Life, action: Action) -> None:
    await nothing_was_lost(life, changed=ON)
    assert await life.read(ON, "data") == LATER
    assert (await life.droplet(ON)).desired_power is Power.OFF, "the user switched it off"
    if completed(action):
        async with life.database.read() as tx:
            assert (await images.get(tx, action.params["image"])).consistency == "off"


async def _backup(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        ids = await images.ids_of_droplet(tx, ON, images.ImageKind.BACKUP)
        schedule = await backups.schedule(tx, ON)
    assert schedule is not None
    assert (action.params["image"] in ids) == completed(action)
    assert (schedule.window_at == datetime.fromisoformat(action.params["window"])) == completed(action)
    if completed(action):
        assert await life.read_image(action.params["image"], "data") == LATER


async def _backup_of_many(life: Life, action: Action) -> None:
    """The oldest gives way to a new one, and never to one that failed."""
    await _backup(life, action)
    async with life.database.read() as tx:
        ids = await images.ids_of_droplet(tx, ON, images.ImageKind.BACKUP)
    assert len(ids) == 7
    assert (BACKUP in ids) != completed(action)


async def _consolidate(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        chain = await layers.chain(tx, await life.head(ON))
    assert len(chain) == (3 if completed(action) else 5)
    if completed(action):
        assert life.machine.guests.running[ON].chain == chain, "the guest reads what is recorded"
    assert await life.read_image(4, "data") == LATER, "a Snapshot of a Layer that was merged"


async def _enable_backups(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        schedule = await backups.schedule(tx, ON)
    assert (schedule is not None) == completed(action)


async def _change_backup_policy(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        schedule = await backups.schedule(tx, ON)
    assert schedule is not None
    assert schedule.policy == (BackupPolicy(Plan.WEEKLY, 8, "MON") if completed(action) else BackupPolicy())


async def _disable_backups(life: Life, action: Action) -> None:
    assert completed(action), "what is deleted at acceptance stays deleted"
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        assert await backups.schedule(tx, ON) is None
        assert await images.find(tx, BACKUP) is None


async def _destroy_with_backup(life: Life, action: Action) -> None:
    await _destroy(life, action)
    async with life.database.read() as tx:
        assert await images.find(tx, BACKUP) is None, "Backups go with their Droplet"


async def _convert(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    assert await life.read_image(BACKUP, "data") == LATER
    async with life.database.read() as tx:
        kind = (await images.get(tx, BACKUP)).kind
    assert (kind is images.ImageKind.SNAPSHOT) == completed(action)


def _restore(droplet_id: int, power: Power) -> Callable[[Life, Action], Awaitable[None]]:
    async def holds(life: Life, action: Action) -> None:
        await nothing_was_lost(life, changed=droplet_id)
        assert await life.read(droplet_id, "data") == (EARLY if completed(action) else LATER)
        assert (await life.droplet(droplet_id)).desired_power is power, "power is as it was"

    return holds


def _rebuild(droplet_id: int, power: Power) -> Callable[[Life, Action], Awaitable[None]]:
    async def holds(life: Life, action: Action) -> None:
        await nothing_was_lost(life, changed=droplet_id)
        droplet = await life.droplet(droplet_id)
        assert droplet.desired_power is power, "power is as it was"
        assert await life.read(droplet_id, "data") == (None if completed(action) else LATER)
        assert bool(droplet.incarnation) == completed(action), "another identity, or the one it had"
        await _check_identity(life, droplet_id)

    return holds


def _undo(droplet_id: int, power: Power, instead: bytes | None) -> Callable[[Life, Action], Awaitable[None]]:
    """``instead`` is what is on the disk that the undo gives up."""

    async def holds(life: Life, action: Action) -> None:
        await nothing_was_lost(life, changed=droplet_id)
        droplet = await life.droplet(droplet_id)
        assert droplet.desired_power is power, "power is as it was"
        assert await life.read(droplet_id, "data") == (LATER if completed(action) else instead)
        assert bool(droplet.incarnation) == (instead is None and not completed(action))
        assert await _disk_bytes(life, droplet_id) == droplet.disk_gb * 2**30
        await _check_identity(life, droplet_id)

    return holds


async def _check_identity(life: Life, droplet_id: int) -> None:
    """A guest that runs was told to be who the database says that it is."""
    guest = life.host.guests.running.get(droplet_id)
    incarnation = (await life.droplet(droplet_id)).incarnation
    if guest is not None:
        assert guest.spec.seed.instance_id == instance_id("0" * 32, droplet_id, incarnation)


async def _resize(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    droplet = await life.droplet(OFF)
    assert droplet.size_slug == (BIGGER if completed(action) else SIZE)
    assert (droplet.disk_gb, droplet.memory_mb) == ((25, 1024) if completed(action) else (10, 512))
    assert await _disk_bytes(life, OFF) >= droplet.disk_gb * 2**30


async def _disk_bytes(life: Life, droplet_id: int) -> int:
    """Return how big the Droplet's disk really is; the database has to know it."""
    head = await life.head(droplet_id)
    really = (await life.store.usage(head)).disk_bytes
    async with life.database.read() as tx:
        assert await layers.disk_bytes(tx, head) == really
    return really


async def _password_reset(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.write() as tx:
        shown = await droplets.take_password(tx, ON)
    assert (shown is not None) == completed(action)
    if shown is not None:
        assert _opens(life.host.guests.passwords[ON, "root"], shown), "what is shown opens the door"


def _opens(password_hash: str, password: str) -> bool:
    salt = password_hash.split("$")[2]
    command = ["openssl", "passwd", "-6", "-salt", salt, "-stdin"]
    hashed = subprocess.run(command, input=password.encode(), capture_output=True, check=True)
    return hashed.stdout.decode().strip() == password_hash


async def _snapshot_off(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        taken = await images.find(tx, action.params["image"])
    assert (taken is not None) == completed(action)
    if taken is not None:
        assert taken.consistency == "off"
        assert await life.read_image(taken.id, "data") == LATER


def _power(droplet_id: int, before: Power, after: Power) -> Callable[[Life, Action], Awaitable[None]]:
    async def holds(life: Life, action: Action) -> None:
        await nothing_was_lost(life, changed=droplet_id)
        assert await life.read(droplet_id, "data") == LATER
        wanted = after if completed(action) else before
        assert (await life.droplet(droplet_id)).desired_power is wanted

    return holds


async def _rename(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    assert (await life.droplet(ON)).name == ("renamed" if completed(action) else "on")


async def _expose_port(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    wanted = {OPEN, MORE} if completed(action) else {OPEN}
    assert set(await life.exposures(ON)) == wanted
    assert set((await life.host.observe(ON)).exposed) == wanted


async def _hide_port(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    wanted = set() if completed(action) else {OPEN}
    assert set(await life.exposures(ON)) == wanted
    assert set((await life.host.observe(ON)).exposed) == wanted


async def _delete_image(life: Life, action: Action) -> None:
    for droplet_id in (ON, OFF):
        assert await life.read(droplet_id, "data") == LATER
        assert await life.read(droplet_id, "kept") == KEPT
    async with life.database.read() as tx:
        found = await images.find(tx, SNAPSHOT_OF_ON)
    assert (found is None) == completed(action)


async def _build_image(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        image = await images.get_by_slug(tx, "dew-micro")
    assert image.id == (action.resource_id if completed(action) else IMAGE)


async def _check_store(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        assert await damage.marks(tx) == {}
        assert (await facts.get(tx, facts.LAST_CHECK) is not None) == completed(action)


async def _import_image(life: Life, action: Action) -> None:
    """An upload is an Image, or it is an upload still; it is never lost, and nothing else is left."""
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        image = await images.find(tx, action.resource_id)
    left = await life.uploads.list_all()
    files = list(life.world.settings.uploads.iterdir())
    if completed(action):
        assert image is not None
        assert (image.kind, image.disk_bytes) == (images.ImageKind.CUSTOM, 2 << 20)
        assert not left
        assert not files
    else:
        assert image is None
        assert [(upload.complete, upload.taken) for upload in left] == [(True, False)]
        assert [file.stat().st_size for file in files] == [2 << 20]
    assert not list(life.world.settings.work.glob("import-*")), "scratch files are left"


async def _fetch_image(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    assert not scratch(life.world.settings.work, action.resource_id).exists()
    async with life.database.read() as tx:
        if completed(action):
            image = await images.get_by_slug(tx, FETCHED)
            assert (image.id, image.distribution) == (action.resource_id, "Debian")
        else:
            with pytest.raises(NotFound):
                await images.get_by_slug(tx, FETCHED)


async def _export_snapshot(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    exports = Exports(life.world.settings.exports)
    found = await exports.find(SNAPSHOT_OF_ON, action.params["taken_at"])
    assert (found is not None) == completed(action)
    if found is None:
        assert not exports.path(SNAPSHOT_OF_ON).exists()
        return
    content = found.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert EARLY.hex().encode() in content
    assert LATER.hex().encode() not in content


async def _upload_an_export(life: Life) -> None:
    content = (MAGIC + b"\0\0\0\3" + bytes(16) + (2**30).to_bytes(8, "big")).ljust(65536, b"\0")
    async with life.database.write() as tx:
        upload_id = await uploads.add(tx, "disk.qcow2", len(content), None, life.world.now())
        await uploads.set_received(tx, upload_id, len(content), life.world.now())
        upload = await uploads.get(tx, upload_id)
    life.world.settings.uploads.mkdir(exist_ok=True)
    upload.path(life.world.settings.uploads).write_bytes(content)


async def _import_snapshot(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    assert not scratch(life.world.settings.work, action.resource_id).exists()
    async with life.database.read() as tx:
        image = await images.find(tx, action.resource_id)
        kept = [upload for upload in await uploads.list_all(tx) if upload.id == UPLOADED_EXPORT]
    assert (image is not None) == completed(action)
    if image is None:
        assert [upload.taken for upload in kept] == [False], "it can be tried again without sending again"
        assert kept[0].path(life.world.settings.uploads).exists()
        return
    assert not kept
    assert image.kind is images.ImageKind.SNAPSHOT
    assert (image.name, image.consistency) == (ARRIVING["name"], ARRIVING["consistency"])
    assert image.created_at.isoformat() == ARRIVING["created_at"]


async def _transfer(life: Life, action: Action) -> None:
    await nothing_was_lost(life)
    async with life.database.read() as tx:
        image = await images.get(tx, SNAPSHOT_OF_ON)
    assert image.regions == (("nyc3", "fra1") if completed(action) else ("nyc3",))


async def _is_gone(life: Life, droplet_id: int) -> bool:
    try:
        await life.droplet(droplet_id)
    except NotFound:
        return True
    return False


SIZE, BIGGER = "s-1vcpu-512mb-10gb", "s-1vcpu-1gb"

NEW = {
    "name": "new",
    "size": SIZE,
    "image": SNAPSHOT_OF_ON,
    "public_keys": ["ssh-ed25519 AAAA t"],
}

MINE = {"name": "mine", "upload": UPLOAD}
WEEKLY = {"plan": "weekly", "hour": 8, "weekday": "MON"}
ENABLE = Request("enable_backups", ON)


def _backup_on(day: int) -> Request:
    return Request("backup", ON, {"window": f"2026-01-{day:02}T00:00:00+00:00"})


SCENARIOS = (
    Scenario("create from a Snapshot", Request("create", None, NEW), _create),
    Scenario("destroy", Request("destroy", ON), _destroy),
    Scenario("snapshot running", Request("snapshot", ON, {"name": "new"}), _snapshot),
    Scenario("snapshot off", Request("snapshot", OFF, {"name": "new"}), _snapshot),
    Scenario(
        "snapshot of a guest that powered itself off",
        Request("snapshot", ON, {"name": "new"}),
        _snapshot_of_what_powered_off,
        powers_off=ON,
    ),
    Scenario("restore running", Request("restore", ON, {"image": SNAPSHOT_OF_ON}), _restore(ON, Power.ON)),
    Scenario("restore off", Request("restore", OFF, {"image": SNAPSHOT_OF_OFF}), _restore(OFF, Power.OFF)),
    Scenario("snapshot shut down", Request("snapshot_off", ON, {"name": "new"}), _snapshot_off),
    Scenario("backup", _backup_on(1), _backup, before=(ENABLE,), own_steps=("record_backup", "prune")),
    Scenario(
        "backup in the place of the oldest",
        _backup_on(8),
        _backup_of_many,
        before=(ENABLE, *(_backup_on(day) for day in range(1, 8))),
        own_steps=("record_backup", "prune"),
    ),
    Scenario(
        "consolidate",
        Request("consolidate", ON),
        _consolidate,
        before=(Request("snapshot", ON, {"name": "2"}), Request("snapshot", ON, {"name": "3"})),
    ),
    Scenario("enable Backups", ENABLE, _enable_backups),
    Scenario(
        "change the Backup policy",
        Request("change_backup_policy", ON, {"policy": WEEKLY}),
        _change_backup_policy,
        before=(ENABLE,),
        shares_steps=True,
    ),
    Scenario(
        "disable Backups",
        Request("disable_backups", ON),
        _disable_backups,
        before=(ENABLE, _backup_on(1)),
    ),
    Scenario(
        "destroy with a Backup",
        Request("destroy", ON),
        _destroy_with_backup,
        before=(ENABLE, _backup_on(1)),
        shares_steps=True,
    ),
    Scenario("convert a Backup", Request("convert", BACKUP), _convert, before=(ENABLE, _backup_on(1))),
    Scenario("rebuild", Request("rebuild", ON, {"image": IMAGE}), _rebuild(ON, Power.ON), shares_steps=True),
    Scenario(
        "undo of a restore",
        Request("undo", ON),
        _undo(ON, Power.ON, EARLY),
        before=(Request("restore", ON, {"image": SNAPSHOT_OF_ON}),),
    ),
    Scenario(
        "undo of a rebuild that was resized since",
        Request("undo", OFF),
        _undo(OFF, Power.OFF, None),
        before=(
            Request("rebuild", OFF, {"image": IMAGE}),
            Request("resize", OFF, {"size": BIGGER, "disk": True}),
        ),
        shares_steps=True,
    ),
    Scenario("resize", Request("resize", OFF, {"size": BIGGER, "disk": True}), _resize),
    Scenario("password reset", Request("password_reset", ON), _password_reset),
    Scenario("power on", Request("power_on", OFF), _power(OFF, Power.OFF, Power.ON)),
    Scenario("power off", Request("power_off", ON), _power(ON, Power.ON, Power.OFF)),
    Scenario("shutdown", Request("shutdown", ON), _power(ON, Power.ON, Power.OFF)),
    Scenario(
        "shutdown of what is off",
        Request("shutdown", OFF),
        _power(OFF, Power.OFF, Power.OFF),
        shares_steps=True,
    ),
    Scenario("reboot", Request("reboot", ON), _power(ON, Power.ON, Power.ON)),
    Scenario("power cycle", Request("power_cycle", ON), _power(ON, Power.ON, Power.ON)),
    Scenario("rename", Request("rename", ON, {"name": "renamed"}), _rename),
    Scenario("expose port", Request("expose_port", ON, {**PORT, "port": 8081}), _expose_port),
    Scenario("hide port", Request("hide_port", ON, PORT), _hide_port),
    Scenario("build image", Request("build_image", None, {"name": "dew-micro"}), _build_image),
    Scenario("check store", Request("check_store", 1), _check_store),
    Scenario("import image", Request("import_image", None, MINE), _import_image),
    Scenario(
        "fetch image",
        Request("fetch_image", None, {"name": FETCHED}),
        _fetch_image,
        own_steps=("fetch_file", "record_image"),
    ),
    Scenario("export a Snapshot", Request("export_snapshot", SNAPSHOT_OF_ON), _export_snapshot),
    Scenario(
        "import a Snapshot",
        Request("import_snapshot", None, ARRIVING),
        _import_snapshot,
        prepare=_upload_an_export,
        own_steps=("record_snapshot",),
    ),
    Scenario("transfer", Request("transfer", SNAPSHOT_OF_ON, {"region": "fra1"}), _transfer),
    Scenario("delete image", Request("delete_image", SNAPSHOT_OF_ON), _delete_image),
)
