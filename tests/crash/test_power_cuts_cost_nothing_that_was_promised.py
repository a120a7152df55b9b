"""Power is cut at every sync of a whole story; dewd starts again and holds all it has promised by then.

The story's system calls are recorded once and replayed into a Drive, which tells what there may be after each
cut. A failure names its cut, its fate and its seed: DEW_TEST_SEED=… plays the same cuts again.
"""

import asyncio
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from dew.daemon.startup import empty_work
from dew.database import actions, damage, droplets, exposures, facts, images, tokens
from dew.database.connect import Tx
from dew.model.action import ActionState
from dew.model.droplet import Droplet
from dew.storage.exports import Exports
from tests.crash import blocks
from tests.crash.drive import Drive, Fate, Files, fates
from tests.crash.machine import Machine
from tests.crash.publisher import publishing
from tests.crash.qcow_life import MOST_IMAGES, QcowLife, check_store
from tests.crash.recording import Operation, Said, Sync, record
from tests.crash.story import IN_DOUBT, NEED_GUEST, Found, sha256

pytestmark = pytest.mark.skipif(
    not (blocks.HAVE_QEMU and shutil.which("strace")), reason="qemu-utils or strace is not installed"
)

CHANCES = 1  # random fates of what is unsynced, at each cut

Promises = Mapping[str, list[Found]]
"""What may be found under each key."""


@dataclass(frozen=True)
class Recording:
    directory: Path
    operations: list[Operation]

    def tokens(self) -> set[str]:
        """Return the secrets of all tokens that were ever promised."""
        keys = [json.loads(each.line)[0] for each in self.operations if isinstance(each, Said)]
        return {key.removeprefix("token/") for key in keys if key.startswith("token/")}


@pytest.fixture(scope="session")
def recording(scratch: Path) -> Recording:
    """The story, played once."""
    return play_story(scratch / "story")


def play_story(place: Path) -> Recording:
    """Play the story in a new place, seen by strace."""
    directory = place / "machine"
    directory.mkdir(parents=True)
    command = ["env", f"PYTHONPATH={os.pathsep.join(sys.path)}", sys.executable, "-m", "tests.crash.story"]
    paths = [str(directory), str(place / "diary")]
    return Recording(directory, record([*command, *paths], directory, place / "diary", place / "strace.log"))


@dataclass(frozen=True)
class Cut:
    """A moment at which power is cut, and what becomes of what was not synced."""

    number: int
    fate: Fate
    files: Files
    promises: Promises

    def __str__(self) -> str:
        return f"power was cut before operation {self.number}, and {self.fate.name}"


def cuts(recording: Recording, random: Random, chances: int) -> Iterator[Cut]:
    """Yield outcomes of power cuts before each sync and after each promise."""
    drive, promises = Drive(str(recording.directory)), dict[str, list[Found]]()
    for number, operation in enumerate(recording.operations):
        if isinstance(operation, Said):
            key, allowed = json.loads(operation.line)
            promises[key] = allowed
        if isinstance(operation, Sync | Said):
            for fate in fates(random, drive.unsynced(), chances):
                yield Cut(number, fate, drive.after_power_cut(fate), dict(promises))
        drive.take(operation)


def digest(files: Files) -> bytes:
    found = hashlib.blake2b()
    for path, left in files.items():
        found.update(f"{path} {left.mode}".encode() + left.digest)
    return found.digest()


def put_down(files: Files, root: Path, place: Path) -> None:
    """Make the files that were left, in another place."""
    for name, left in files.items():
        path = place / Path(name).relative_to(root)
        if left.content is None:
            path.mkdir(left.mode)
        else:
            path.write_bytes(left.content)
            path.chmod(left.mode)


class Survivor:
    """dewd after power cuts. What it makes of the same files is remembered."""

    def __init__(self, recording: Recording, scratch: Path, runner: asyncio.Runner) -> None:
        self._root = recording.directory
        self._tokens = recording.tokens()
        self._runner = runner
        self._place = scratch / "after-power-cut"
        self._contents = blocks.Contents(scratch)
        self.known: dict[bytes, dict[str, Found]] = {}

    def found_after(self, files: Files) -> dict[str, Found]:
        """Let dewd start on what was left until it has nothing more to do; return what is found."""
        mark = digest(files)
        if mark not in self.known:
            put_down(files, self._root, self._place)
            self.known[mark] = self._runner.run(self._found())
            shutil.rmtree(self._place)
        return self.known[mark]

    async def _found(self) -> dict[str, Found]:
        async with publishing() as url, QcowLife(Machine(self._place), published_at=url) as life:
            assert not life.misfit, life.misfit
            found = await self._recorded(life)
            for number in await life.engine.resume():
                action = await life.follow(number)
                assert action.state is ActionState.COMPLETED or action.kind in NEED_GUEST, action
            await life.tidy()
            await check_store(life)
            await empty_work(life.world)  # as the next start does
            assert not list(life.world.settings.work.iterdir()), "scratch files are left"
            return found | await self._held(life) | await self._travelling(life)

    async def _recorded(self, life: QcowLife) -> dict[str, Found]:
        """Return what there was when dewd started: Actions, tokens, the copy of the database."""
        async with life.database.read() as tx:
            every, _ = await actions.page(tx, actions.Filter(), 0, 1000)
            working = [token for token in self._tokens if await tokens.known(tx, token)]
            assert (await tokens.page(tx, 0, 0))[1] == len(working), "a token works that nobody made"
        found: dict[str, Found] = {f"action/{action.id}": action.state.value for action in every}
        if copies := list((self._place / "copies").glob("dew.db.*")):
            found["copy"] = all(map(is_whole, copies))
        return found | {f"token/{token}": True for token in working}

    async def _held(self, life: QcowLife) -> dict[str, Found]:
        """Return all Droplets and Images with what is on their disks."""
        found: dict[str, Found] = {}
        async with life.database.read() as tx:
            every_droplet = await droplets.list_all(tx)
            for droplet in every_droplet:
                found |= await known_of(tx, droplet)
            assert await damage.marks(tx) == {}
            if result := await facts.get(tx, facts.LAST_CHECK):
                found["checked"] = not (json.loads(result)["damaged"] or json.loads(result)["faults"])
        for number, kept in (await life.kept_chains()).items():
            for place, chain in enumerate(kept):
                found[f"kept/{number}/{place}"] = await self._contents.of(life.paths(chain))
        for what, chains in zip(("disk", "image"), await life.recorded_chains(), strict=True):
            for number, chain in chains.items():
                found[f"{what}/{number}"] = await self._contents.of(life.paths(chain))
                if what == "disk":
                    found[f"bytes/{number}"] = (await life.layers.usage(chain[0])).disk_bytes
        return found

    async def _travelling(self, life: QcowLife) -> dict[str, Found]:
        """Return what was received so far, and what can be carried away."""
        found: dict[str, Found] = {}
        for upload in await life.uploads.list_all():
            path = upload.path(life.world.settings.uploads)
            received = path.read_bytes()[: upload.received_bytes] if path.exists() else b""
            found[f"upload/{upload.id}"] = sha256(received)
        exports = Exports(life.world.settings.exports)
        async with life.database.read() as tx:
            every_image, _ = await images.page(tx, images.Filter(), 0, MOST_IMAGES)
        for image in every_image:
            if export := await exports.find(image.id, image.created_at.isoformat()):
                assert export.sha256 == sha256(export.path.read_bytes()), export
                found[f"export/{image.id}"] = await self._contents.of([export.path])
        return found


async def known_of(tx: Tx, droplet: Droplet) -> dict[str, Found]:
    """Return what the database has of a Droplet, but for its disks."""
    found: dict[str, Found] = {
        "name": droplet.name,
        "power": droplet.desired_power.value,
        "size": droplet.size_slug,
        "origin": [droplet.image_id, bool(droplet.incarnation)],
        "password": await droplets.has_password(tx, droplet.id) or None,
    }
    ports = {f"port/{droplet.id}/{each.port}": True for each in await exposures.of_droplet(tx, droplet.id)}
    return {f"{what}/{droplet.id}": value for what, value in found.items() if value is not None} | ports


def is_whole(copy: Path) -> bool:
    """Whether a copy of the database has everything that it is copied for."""
    with closing(sqlite3.connect(f"file:{copy}?immutable=1", uri=True)) as database:
        sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and database.execute("SELECT count(*) FROM droplets").fetchone() == (2,)


def fits(found: Found, allowed: Found) -> bool:
    """Whether this is what was promised."""
    if not (isinstance(found, dict) and isinstance(allowed, dict)):
        return found == allowed
    wanted = {int(block): fill for block, fill in allowed.items()}  # JSON made the numbers strings
    return all(
        wanted.get(block, 0) in (found.get(block, 0), IN_DOUBT) for block in wanted.keys() | found.keys()
    )


def broken_promises(found: Mapping[str, Found], promises: Promises) -> list[str]:
    """Return what is not as promised, in words; also what nobody asked for."""
    return [
        f"{key}: found {found.get(key)}, promised {promises.get(key)}"
        for key in sorted(found.keys() | promises.keys())
        if not any(fits(found.get(key), allowed) for allowed in promises.get(key, []))
    ]


def test_after_a_power_cut_everything_promised_is_there(recording: Recording, scratch: Path) -> None:
    seed = os.environ.get("DEW_TEST_SEED") or str(secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    with asyncio.Runner() as runner:
        survivor, tried = Survivor(recording, scratch, runner), 0
        for cut in cuts(recording, Random(seed), CHANCES):
            try:
                found = survivor.found_after(cut.files)
            except Exception as error:
                raise AssertionError(f"{cut}: dewd did not come back. DEW_TEST_SEED={seed}") from error
            broken = broken_promises(found, cut.promises)
            assert not broken, f"{cut}: {broken}. DEW_TEST_SEED={seed}"
            tried += 1
    print(f"{tried} power cuts, which left {len(survivor.known)} different sets of files")
    assert len(survivor.known) > len(recording.operations) / 10, "were the calls seen?"
