"""What users do while power may be cut, and what dewd has promised at each moment.

Run as a program under strace: it lives on the directory that it is given, and writes promises into a diary. A
promise says what may be found under a key. It is loose before a request is sent, and tight when that has been
answered.
"""

import asyncio
import gzip
import hashlib
import json
import os
import resource
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from dew.actions.check_store import STORE
from dew.actions.kind import Request
from dew.database import tokens
from dew.model.action import Action
from dew.model.allowance import GIB
from dew.model.size import SIZE_BY_SLUG
from dew.reconcile.daily import DailyCopy
from dew.reconcile.layers import Sweeper
from dew.storage.exports import Exports
from tests.crash import blocks, publisher
from tests.crash.blocks import Blocks
from tests.crash.machine import Fault, Machine
from tests.crash.qcow_life import IMAGE, KEEP_HOURS, QcowLife

Found = object
"""What is found under a key, as JSON has it; None is nothing."""

SIZE, BIGGER = "s-1vcpu-256mb-2gb", "s-1vcpu-512mb-10gb"
NEED_GUEST = ("snapshot_off", "password_reset")
"""Kinds that end without effect where power was cut before they had spoken with their guest."""

PORT = {"address": "127.0.0.1", "port": 8080, "guest_port": 80}
ARRIVING = {
    "name": "from another Dew",
    "consistency": "frozen",
    "created_at": "2024-05-01T12:00:00+00:00",
    "distribution": "Debian",
    "region": "nyc3",
}
IN_DOUBT = -2  # stands for any content of a block: it was written and not flushed

BUILT, MONDAY, TUESDAY, OF_DB, WEDNESDAY = 1, 2, 3, 4, 5  # ids of Images, in the order in which they are made
SHUT_DOWN, MINE, FETCHED, ARRIVED = 6, 7, 8, 9
WEB, DB, COPY = 1, 2, 3  # ids of Droplets
OF_DROPLET = ("name", "size", "origin", "power", "disk", "bytes")  # what is promised with every Droplet
LAST_BLOCK = 2**31 // blocks.BLOCK_BYTES - 1


class StoryLife(QcowLife):
    """A life in which things happen at places that the engine reaches."""

    def __init__(self, machine: Machine, published_at: str, *faults: Fault) -> None:
        super().__init__(machine, faults, durable=True, published_at=published_at)
        self.meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}

    async def _reach(self, place: str) -> None:
        await super()._reach(place)
        if happening := self.meanwhile.pop(place, None):
            await happening()


class Story:
    """Requests, and the promises that go with them."""

    def __init__(self, directory: Path, diary: int) -> None:
        self._machine = Machine(directory)
        self._diary = diary
        self._promised: dict[str, Found] = {}
        self._actions = self._uploads = 0
        self._disks: dict[int, dict[int, int]] = {}
        self._kept: defaultdict[int, list[dict[int, int]]] = defaultdict(
            list
        )  # the one replaced last at the end
        self._images: dict[int, dict[int, int]] = {}

    async def play(self, url: str) -> None:
        """Let dewd start, be killed twice and stop; a distribution publishes at ``url``."""
        async with StoryLife(self._machine, url) as self._life:
            await self._make_token("terraform")
            await self._begin()
            await self._snapshot_while_the_guest_writes()
            await self._go_back_and_copy()
            await self._do_two_things_at_once()
        async with StoryLife(
            self._machine, url, Fault("snapshot.switch_disk.act.after", "kill")
        ) as self._life:
            await self._write(WEB, {30: 0x51})
            await self._ask(self._snapshot(WEB, WEDNESDAY))
        async with StoryLife(self._machine, url, Fault("restore.stop.act.after", "kill")) as self._life:
            await self._write(WEB, {31: 0x52})  # dewd is back, and has not looked at the Action yet
            await self._resume()
            await self._ask(self._restore(WEB, TUESDAY))
        async with StoryLife(self._machine, url) as self._life:
            await self._resume()
            await self._make_token("doctl")
            await self._become_another_and_oneself_again()
            await self._bring_images()
            await self._clear_away()

    # The chapters

    async def _begin(self) -> None:
        build = Request("build_image", None, {"name": "dew-micro"})
        self._images[BUILT] = dict(IMAGE)
        await self._ask((build, {f"image/{BUILT}": dict(IMAGE)}))
        await self._ask(self._create(WEB, "web", BUILT), self._create(DB, "db", BUILT))
        await self._write(WEB, {0: 0x21, 5: 0x22, LAST_BLOCK: 0x23})
        await self._write(DB, {7: 0x24})
        self.promise("copy", None, True)
        await asyncio.to_thread(DailyCopy(self._machine.directory / "dew.db")._copy_if_due)
        self.promise("copy", True)

    async def _snapshot_while_the_guest_writes(self) -> None:
        places = self._life.meanwhile
        places["snapshot.prepare_successor.act.after"] = lambda: self._write(WEB, {6: 0x25}, also=MONDAY)
        places["snapshot.switch_disk.act.after"] = lambda: self._write(WEB, {7: 0x26, 16: 0x27})
        await self._ask(self._snapshot(WEB, MONDAY))
        assert not places

    async def _go_back_and_copy(self) -> None:
        await self._write(WEB, {0: 0x31, 8: 0x32})
        await self._ask(self._restore(WEB, MONDAY))
        await self._write(WEB, {9: 0x33})
        await self._ask(self._create(COPY, "copy", MONDAY))
        await self._write(COPY, {5: 0x34, 300: 0x35})
        await self._write_and_die(COPY, {17: 0x36, 301: 0x37})

    async def _do_two_things_at_once(self) -> None:
        await self._ask((Request("power_off", DB), {f"power/{DB}": "off"}))
        await self._write(WEB, {20: 0x41})
        await self._ask(self._snapshot(WEB, TUESDAY), self._snapshot(DB, OF_DB))
        await self._write(DB, {7: 0x42})

    async def _become_another_and_oneself_again(self) -> None:
        await self._ask(self._snapshot(WEB, SHUT_DOWN, "snapshot_off"), self._rebuild(DB, BUILT))
        await self._write(DB, {7: 0x71, 8: 0x72})
        grown = {f"size/{DB}": BIGGER, f"bytes/{DB}": SIZE_BY_SLUG[BIGGER].disk_gb * GIB}
        await self._ask(
            (Request("resize", DB, {"size": BIGGER, "disk": True}), grown),
            (Request("password_reset", WEB), {f"password/{WEB}": True}),
        )
        await self._ask(
            self._undo(DB, BUILT), (Request("expose_port", WEB, PORT), {f"port/{WEB}/8080": True})
        )
        await self._write(DB, {9: 0x73})
        await self._ask((Request("hide_port", WEB, PORT), {f"port/{WEB}/8080": None}))

    async def _bring_images(self) -> None:
        mine = await self._upload("disk.raw.gz", gzip.compress(publisher.foreign_disk(0x74)))
        self._images[MINE] = dict(publisher.held(0x74))
        self._images[FETCHED] = dict(publisher.PUBLISHED)
        await self._ask(
            self._import("import_image", MINE, mine, {"name": "mine"}),
            (
                Request("fetch_image", None, {"name": publisher.SLUG}),
                {f"image/{FETCHED}": self._images[FETCHED]},
            ),
        )
        await self._ask((Request("export_snapshot", MONDAY), {f"export/{MONDAY}": self._images[MONDAY]}))
        content = Exports(self._life.world.settings.exports).path(MONDAY).read_bytes()
        theirs = await self._upload("disk.qcow2", content)
        self._images[ARRIVED] = dict(self._images[MONDAY])
        await self._ask(self._import("import_snapshot", ARRIVED, theirs, ARRIVING))
        await self._ask((Request("check_store", STORE), {"checked": True}))

    async def _clear_away(self) -> None:
        gone = {f"image/{MONDAY}": None, f"export/{MONDAY}": None}
        await self._ask((Request("delete_image", MONDAY), gone))
        await self._ask((Request("rename", DB, {"name": "database"}), {f"name/{DB}": "database"}))
        await self._ask((Request("power_on", DB), {f"power/{DB}": "on"}))
        gone = {f"{what}/{COPY}": None for what in OF_DROPLET}
        await self._ask((Request("destroy", COPY), gone))
        await self._sweep(timedelta())
        kept = [
            f"kept/{droplet}/{place}" for droplet in self._kept for place, _ in enumerate(self._kept[droplet])
        ]
        for key in kept:
            self.promise(key, self._promised[key], None)
        await self._sweep(timedelta(hours=KEEP_HOURS + 1))
        for key in kept:
            self.promise(key, None)
        await self._write(WEB, {21: 0x61})

    # What can be done

    async def _make_token(self, name: str) -> None:
        async with self._life.database.write() as tx:
            secret = await tokens.create(tx, name, ("read", "write"))
            self.promise(f"token/{secret}", None, True)
        self.promise(f"token/{secret}", True)

    def _create(self, droplet: int, name: str, image: int) -> tuple[Request, dict[str, Found]]:
        self._disks[droplet] = dict(self._images[image])
        wanted = {"name": name, "size": SIZE, "image": image, "public_keys": ["ssh-ed25519 AAAA test"]}
        changes = {f"name/{droplet}": name, f"power/{droplet}": "on", f"disk/{droplet}": self._images[image]}
        changes |= {f"size/{droplet}": SIZE, f"bytes/{droplet}": SIZE_BY_SLUG[SIZE].disk_gb * GIB}
        return Request("create", None, wanted), changes | {f"origin/{droplet}": [image, False]}

    def _snapshot(self, droplet: int, image: int, kind: str = "snapshot") -> tuple[Request, dict[str, Found]]:
        self._images[image] = dict(self._disks[droplet])
        return Request(kind, droplet, {"name": str(image)}), {f"image/{image}": self._images[image]}

    def _restore(self, droplet: int, image: int) -> tuple[Request, dict[str, Found]]:
        return Request("restore", droplet, {"image": image}), self._exchange(droplet, self._images[image])

    def _rebuild(self, droplet: int, image: int) -> tuple[Request, dict[str, Found]]:
        changes = self._exchange(droplet, self._images[image]) | {f"origin/{droplet}": [image, True]}
        return Request("rebuild", droplet, {"image": image}), changes

    def _undo(self, droplet: int, origin: int) -> tuple[Request, dict[str, Found]]:
        kept = self._kept[droplet].pop()
        return Request("undo", droplet), self._exchange(droplet, kept) | {
            f"origin/{droplet}": [origin, False]
        }

    def _exchange(self, droplet: int, disk: Mapping[int, int]) -> dict[str, Found]:
        """Have a Droplet go on with another disk; return what that changes."""
        self._kept[droplet].append(self._disks[droplet])
        self._disks[droplet] = dict(disk)
        place = len(self._kept[droplet]) - 1
        return {f"disk/{droplet}": self._disks[droplet], f"kept/{droplet}/{place}": self._kept[droplet][-1]}

    async def _upload(self, name: str, content: bytes) -> int:
        """Send a file in one piece; return the upload's id."""
        self._uploads += 1
        key, nothing, whole = f"upload/{self._uploads}", sha256(b""), sha256(content)

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        self.promise(key, None, nothing)
        begun = await self._life.uploads.begin(name, len(content), whole)
        self.promise(key, nothing, whole)
        await self._life.uploads.receive(begun.id, 0, pieces())
        self.promise(key, whole)
        return begun.id

    def _import(
        self, kind: str, image: int, upload: int, told: Mapping[str, str]
    ) -> tuple[Request, dict[str, Found]]:
        changes = {f"image/{image}": self._images[image], f"upload/{upload}": None}
        return Request(kind, None, {**told, "upload": upload}), changes

    async def _write(self, droplet: int, written: Blocks, also: int | None = None) -> None:
        """Write and flush as a guest; ``also`` is an Image that is to hold it too."""
        changed = {f"disk/{droplet}": self._disks[droplet]}
        if also is not None:
            changed[f"image/{also}"] = self._images[also]
        self._note(changed, dict.fromkeys(written, IN_DOUBT))
        await self._life.write_blocks(droplet, written)
        self._note(changed, written)

    async def _write_and_die(self, droplet: int, written: Blocks) -> None:
        """Write without a flush as a guest whose QEMU is killed."""
        self._note({f"disk/{droplet}": self._disks[droplet]}, dict.fromkeys(written, IN_DOUBT))
        await blocks.write_and_die(self._life.paths(await self._life.chain(droplet)), written)

    def _note(self, changed: Mapping[str, dict[int, int]], written: Blocks) -> None:
        for key, content in changed.items():
            content.update(written)
            self.promise(key, content)

    async def _sweep(self, later: timedelta) -> None:
        """Sweep as dewd would then, and delete what is in the trash."""
        self._life.clock_ahead = later
        await Sweeper(self._life.world, KEEP_HOURS, keep_trash_hours=0).sweep()

    async def _ask(self, *asked: tuple[Request, Mapping[str, Found]]) -> None:
        """Send requests, all at once; wait until their Actions, or this life, have ended."""
        numbers = range(self._actions + 1, self._actions + 1 + len(asked))
        self._actions += len(asked)
        changes = {key: value for _, changed in asked for key, value in changed.items()}
        for key, value in changes.items():
            self.promise(key, self._promised.get(key), value)
        for number in numbers:
            self.promise(f"action/{number}", None, "running", "completed")
        await self._life.engine.accept(*[request for request, _ in asked])
        for number in numbers:
            self.promise(f"action/{number}", "running", "completed")
        for request, changed in asked:
            if request.kind not in NEED_GUEST:
                self._keep(changed)
        for number in numbers:
            self._note_end(await self._life.follow(number))
        for request, changed in asked:
            if request.kind in NEED_GUEST:
                self._keep(changed)

    def _keep(self, changed: Mapping[str, Found]) -> None:
        for key, value in changed.items():
            self.promise(key, value)

    async def _resume(self) -> None:
        for number in await self._life.engine.resume():
            self._note_end(await self._life.follow(number))

    def _note_end(self, action: Action) -> None:
        assert action.state.open == self._life.ended.is_set(), action
        if not action.state.open:
            self.promise(f"action/{action.id}", action.state.value)

    def promise(self, key: str, *allowed: Found) -> None:
        """From now on one of these is found under the key, wherever power is cut."""
        self._promised[key] = allowed[-1]
        os.write(self._diary, (json.dumps([key, allowed]) + "\n").encode())


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def play(directory: Path, diary: int) -> None:
    async with publisher.publishing() as url:
        await Story(directory, diary).play(url)


def main() -> None:
    """Play the story on the directory, and write the diary, that the command line names."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a guest's QEMU is going to abort
    diary = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    asyncio.run(play(Path(sys.argv[1]), diary))


if __name__ == "__main__":
    main()
