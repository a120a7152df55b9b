"""What a client of the ledger may ask for besides what is asked of every Droplet: disks, doors, files."""

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from dew.client import Action, Client, Export
from tests.crash.asked import MOST_SNAPSHOTS, Asked
from tests.endurance.brought import MANIFEST, PACKED, exported
from tests.endurance.somebody import ADDRESS
from tests.guest.dewd import SIZE

if TYPE_CHECKING:
    from tests.crash.ledger import Ledger

BIGGER = "s-1vcpu-512mb-10gb"
FETCHED = "from-a-mirror"  # in the test's own catalogue
MOST_EXPORTS = 2  # each takes the machine for seconds
FIRST_PORT = 20_000

Plan = Callable[[], Asked | None]


def plans(ledger: "Ledger") -> dict[str, Plan]:
    """Return what may be asked for, by name."""
    wishes = Wishes(ledger)
    return {
        "rebuild droplet": wishes.rebuild,
        "undo": wishes.undo,
        "resize droplet": wishes.resize,
        "snapshot off": wishes.snapshot_off,
        "password_reset droplet": wishes.reset_password,
        "expose_port droplet": wishes.expose,
        "hide_port droplet": wishes.hide,
        "check_store store": wishes.check_store,
        "transfer image": wishes.export,
        "import image": lambda: wishes.bring("import image", import_image),
        "import snapshot": lambda: wishes.bring("import snapshot", import_snapshot),
        "fetch image": lambda: wishes.bring("fetch image", fetch_image),
    }


class Wishes:
    """Each is what is possible now, None where it is not."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def rebuild(self) -> Asked | None:
        """From the distribution or any Snapshot that fits."""
        ledger, droplet = self._ledger, self._ledger.any(self._ledger.free_droplets())
        if not droplet:
            return None
        fitting = [
            each for each in ledger.whole_snapshots() if each[1].size in (SIZE, ledger.droplets[droplet].size)
        ]
        image, taken = ledger.any([("dew-micro", None), *fitting])
        return ledger.act("rebuild", droplet, ledger.gets_disk(taken.mark if taken else ""), image=image)

    def undo(self) -> Asked | None:
        ledger = self._ledger
        droplet = ledger.any([each for each in ledger.free_droplets() if ledger.droplets[each].kept])

        def effect(client: Client, action: Action) -> None:
            ledger.gets_disk(ledger.droplets[droplet].kept.pop())(client, action)

        return droplet and Asked("restore", droplet, lambda client: client.undo(droplet), effect, plan="undo")

    def resize(self) -> Asked | None:
        small = [each for each in self._off() if self._ledger.droplets[each].size == SIZE]
        droplet, effect = self._ledger.any(small), self._ledger.change(size=BIGGER)
        return droplet and self._ledger.act("resize", droplet, effect, size=BIGGER, disk=True)

    def snapshot_off(self) -> Asked | None:
        """Of one that is off: one that runs may boot just now, not hear the button, and go off late."""
        droplet = self._ledger.any(self._off())
        if not droplet or len(self._ledger.snapshots) >= MOST_SNAPSHOTS:
            return None
        asked = self._ledger.snapshot_of(droplet, Client.snapshot_off)
        asked.plan = "snapshot off"
        return asked

    def reset_password(self) -> Asked | None:
        """Of the Droplet that is always on; fails where its guest was killed and boots."""
        ledger, steady = self._ledger, self._ledger.steady
        if steady in ledger.busy_droplets():
            return None
        asked = ledger.act("password_reset", steady, ledger.change(password=True))
        asked.may_fail = True
        return asked

    def expose(self) -> Asked | None:
        ledger = self._ledger
        droplet = ledger.any([each for each in ledger.free_droplets() if not ledger.droplets[each].ports])
        port = FIRST_PORT + (droplet or 0)

        def effect(_: Client, action: Action) -> None:
            ledger.droplets[droplet].ports.add(port)

        return droplet and Asked(
            "expose_port", droplet, lambda client: client.expose_port(droplet, ADDRESS, port, 22), effect
        )

    def hide(self) -> Asked | None:
        ledger = self._ledger
        droplet = ledger.any([each for each in ledger.free_droplets() if ledger.droplets[each].ports])
        port = FIRST_PORT + (droplet or 0)

        def effect(_: Client, action: Action) -> None:
            ledger.droplets[droplet].ports.remove(port)

        return droplet and Asked(
            "hide_port", droplet, lambda client: client.hide_port(droplet, ADDRESS, port), effect
        )

    def check_store(self) -> Asked | None:
        if any(asked.type == "check_store" for asked in self._ledger.asked):
            return None  # it would be joined

        def effect(client: Client, _: Action) -> None:
            check = client.store().last_check
            assert check is not None
            assert check.damaged == []

        return Asked("check_store", 1, Client.check_store, effect, "store")

    def export(self) -> Asked | None:
        ledger = self._ledger
        chosen = ledger.any([each for each in ledger.whole_snapshots() if each[0] not in ledger.exported])
        if chosen is None or ledger.times["transfer image"] >= MOST_EXPORTS:
            return None
        image = chosen[0]

        def effect(_: Client, action: Action) -> None:
            ledger.exported.add(image)

        return Asked("transfer", image, lambda client: client.make_export(image), effect, "image")

    def bring(self, plan: str, send: Callable[[Client, str], object]) -> Asked | None:
        """One at a time: they look the same among the Actions."""
        ledger = self._ledger
        if any((asked.type, asked.resource_type) == ("create", "image") for asked in ledger.asked):
            return None
        name = ledger.name("brought")

        def effect(_: Client, action: Action) -> None:
            assert action.resource_id is not None
            ledger.brought[action.resource_id] = FETCHED if plan == "fetch image" else name

        return Asked("create", None, lambda client: send(client, name), effect, "image", plan)

    def _off(self) -> list[int]:
        ledger = self._ledger
        return [each for each in ledger.free_droplets() if ledger.droplets[each].power == "off"]


def import_image(client: Client, name: str) -> object:
    return client.import_image({"name": name, "upload_id": uploaded(client, "disk.raw.gz", PACKED)})


def import_snapshot(client: Client, name: str) -> object:
    content = exported()
    size_bytes, digest = len(content), sha256(content).hexdigest()
    told = {"name": name, "created_at": MANIFEST["created_at"], "disk_bytes": 2**20, "size_bytes": size_bytes}
    manifest = msgspec.convert(MANIFEST | told | {"sha256": digest}, Export)
    return client.import_snapshot(uploaded(client, "disk.qcow2", content), manifest)


def fetch_image(client: Client, _: str) -> object:
    return client.fetch_image(FETCHED)


def uploaded(client: Client, file_name: str, content: bytes) -> int:
    """Send a file, going on with what was sent before dewd died; return the upload's id."""
    digest = sha256(content).hexdigest()
    begun = [each for each in client.uploads() if each.sha256 == digest and not each.importing]
    upload = begun[0] if begun else client.begin_upload(file_name, len(content), digest)
    if upload.received_bytes < len(content):
        upload = client.send_piece(upload, content[upload.received_bytes :])
    return upload.id
