"""What users do while power may be cut, and what dewd has promised at each moment.

Run as a program under strace: it lives on the directory that it is given, and writes promises into a diary. A
promise says what may be found under a key. It is loose before a request is sent, and tight when that has been
answered.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

from dew.actions.kind import Request
from dew.database import tokens
from dew.model.action import Action
from dew.reconcile.daily import DailyCopy
from dew.reconcile.layers import Sweeper
from tests.crash import blocks
from tests.crash.blocks import Blocks
from tests.crash.machine import Fault, Machine
from tests.crash.qcow_life import IMAGE, KEEP_HOURS, QcowLife

Found = object
"""What is found under a key, as JSON has it; None is nothing."""

SIZE = "s-1vcpu-256mb-2gb"
IN_DOUBT = -2  # stands for any content of a block: it was written and not flushed

BUILT, MONDAY, TUESDAY, OF_DB, WEDNESDAY = 1, 2, 3, 4, 5  # ids of Images, in the order in which they are made
WEB, DB, COPY = 1, 2, 3  # ids of Droplets
LAST_BLOCK = 2**31 // blocks.BLOCK_BYTES - 1


class StoryLife(QcowLife):
    """A life in which things happen at places that the engine reaches."""

    def __init__(self, machine: Machine, *faults: Fault) -> None:
        super().__init__(machine, faults, durable=True)
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
        self._actions = 0
        self._disks: dict[int, dict[int, int]] = {}
        self._images: dict[int, dict[int, int]] = {}

    async def play(self) -> None:
        """Let dewd start, be killed twice and stop."""
        async with StoryLife(self._machine) as self._life:
            await self._make_token("terraform")
            await self._begin()
            await self._snapshot_while_the_guest_writes()
            await self._go_back_and_copy()
            await self._do_two_things_at_once()
        async with StoryLife(self._machine, Fault("snapshot.switch_disk.act.after", "kill")) as self._life:
            await self._write(WEB, {30: 0x51})
            await self._ask(self._snapshot(WEB, WEDNESDAY))
        async with StoryLife(self._machine, Fault("restore.stop.act.after", "kill")) as self._life:
            await self._write(WEB, {31: 0x52})  # dewd is back, and has not looked at the Action yet
            await self._resume()
            await self._ask(self._restore(WEB, TUESDAY))
        async with StoryLife(self._machine) as self._life:
            await self._resume()
            await self._make_token("doctl")
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

    async def _clear_away(self) -> None:
        await self._ask((Request("delete_image", MONDAY), {f"image/{MONDAY}": None}))
        await self._ask((Request("rename", DB, {"name": "database"}), {f"name/{DB}": "database"}))
        await self._ask((Request("power_on", DB), {f"power/{DB}": "on"}))
        gone = {f"{what}/{COPY}": None for what in ("disk", "name", "power")}
        await self._ask((Request("destroy", COPY), gone))
        await self._sweep(timedelta())
        await self._sweep(timedelta(hours=KEEP_HOURS + 1))
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
        return Request("create", None, wanted), changes

    def _snapshot(self, droplet: int, image: int) -> tuple[Request, dict[str, Found]]:
        self._images[image] = dict(self._disks[droplet])
        return Request("snapshot", droplet, {"name": str(image)}), {f"image/{image}": self._images[image]}

    def _restore(self, droplet: int, image: int) -> tuple[Request, dict[str, Found]]:
        self._disks[droplet] = dict(self._images[image])
        return Request("restore", droplet, {"image": image}), {f"disk/{droplet}": self._images[image]}

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
        for key, value in changes.items():
            self.promise(key, value)
        for number in numbers:
            self._note_end(await self._life.follow(number))

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


def main() -> None:
    """Play the story on the directory, and write the diary, that the command line names."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a guest's QEMU is going to abort
    diary = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    asyncio.run(Story(Path(sys.argv[1]), diary).play())


if __name__ == "__main__":
    main()
