"""kill -9 at every place where a verb touches the disk, then the same verb again: all is as if it never died.

A child process makes the store's calls and dies (no cleanup, as by kill -9) instead of making the n-th call
that changes or syncs the disk, for every n until the verb gets through.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from dew.storage.qcow2 import QcowStore

pytestmark = pytest.mark.skipif(not shutil.which("qemu-img"), reason="qemu-img is not installed")

DISK_BYTES = 1 << 20
KILLED = 137
MOST_CALLS = 60  # no verb makes more; the bound ends a loop that never gets through

Verb = Callable[[QcowStore, Path], Awaitable[object]]


async def make_layers(store: QcowStore) -> None:
    await store.create_overlay(1, (), DISK_BYTES)
    await store.seal(1)
    await store.create_overlay(2, (1,), DISK_BYTES)


async def empty_the_trash(store: QcowStore, _: Path) -> None:
    await store.discard(2)
    await store.empty_trash(0)


VERBS: dict[str, Verb] = {
    "create_overlay": lambda store, _: store.create_overlay(3, (2, 1), DISK_BYTES),
    "import_layer": lambda store, source: store.import_layer(3, source),
    "import_layer from another filesystem": lambda store, source: store.import_layer(3, source),
    "seal": lambda store, _: store.seal(2),
    "grow": lambda store, _: store.grow(2, 2 * DISK_BYTES),
    "discard": lambda store, _: store.discard(2),
    "empty_trash": empty_the_trash,
    "export": lambda store, source: store.export((1,), source.with_name("exported"), print),
}


def die_at(call_number: int) -> None:
    """Make this process die in place of its n-th call that changes or syncs the disk."""
    calls = iter(range(1, sys.maxsize))
    for name in ("open", "fsync", "link", "unlink", "rename", "chmod", "mkdir"):
        setattr(os, name, dying(getattr(os, name), calls, call_number))


def dying(real: Callable[..., object], calls: Iterator[int], call_number: int) -> Callable[..., object]:
    def call(*args: object, **kwargs: object) -> object:
        if next(calls) == call_number:
            os._exit(KILLED)
        return real(*args, **kwargs)

    return call


def in_child(verb: str, root: Path, source: Path, call_number: int) -> bool:
    """Run the verb in a child that dies at that call; return whether it got through."""
    command = [sys.executable, __file__, verb, str(root), str(source), str(call_number)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode in (0, KILLED), ended.stderr
    return ended.returncode == 0


def picture(root: Path) -> dict[str, tuple[int, int]]:
    """Return names (times of arrival cut off), modes and virtual sizes of all files below ``root``."""
    return {
        path.name.split("-", 1)[-1]: (path.stat().st_mode, int.from_bytes(path.read_bytes()[24:32], "big"))
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "store.json"
    }


@pytest.fixture
def other_filesystem(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("/dev/shm is not a filesystem of its own")
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


async def begin(place: Path, source_place: Path) -> tuple[Path, Path]:
    """Make a store with Layers 1 and 2, and a disk to import."""
    await make_layers(await QcowStore.open(place / "store"))
    source = source_place / "source.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", source, str(DISK_BYTES)], check=True)
    return place / "store", source


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_killed_anywhere_and_repeated_ends_as_if_never_killed(
    verb: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    elsewhere = request.getfixturevalue("other_filesystem") if "another" in verb else tmp_path
    root, source = await begin(tmp_path / "unkilled", elsewhere)
    await VERBS[verb](await QcowStore.open(root), source)
    expected = picture(root)
    for call_number in range(1, MOST_CALLS):
        root, source = await begin(tmp_path / str(call_number), elsewhere)
        got_through = await asyncio.to_thread(in_child, verb, root, source, call_number)
        store = await QcowStore.open(root)
        for layer in await store.list_everything():  # what can be seen is whole
            assert (await store.usage(layer)).disk_bytes >= DISK_BYTES
        await VERBS[verb](store, source)
        assert picture(root) == expected
        assert not source.exists() or "import" not in verb
        assert not list(source.parent.glob(".*.part"))
        if got_through:
            assert call_number > 4, "the child was killed at too few places: are its calls still seen?"
            return
    pytest.fail(f"{verb} did not get through in {MOST_CALLS} calls")


async def test_a_store_killed_while_it_is_made_opens_the_next_time(tmp_path: Path) -> None:
    for call_number in range(1, MOST_CALLS):
        root = tmp_path / str(call_number)
        got_through = await asyncio.to_thread(in_child, "open", root, root, call_number)
        identity = await (await QcowStore.open(root)).identity()
        assert await (await QcowStore.open(root)).identity() == identity
        assert sorted(path.name for path in root.iterdir()) == ["layers", "store.json", "trash"]
        if got_through:
            return
    pytest.fail("opening did not get through")


async def child(verb: str, root: Path, source: Path, call_number: int) -> None:
    if verb == "open":
        die_at(call_number)
        await QcowStore.open(root)
        return
    store = await QcowStore.open(root)
    die_at(call_number)
    await VERBS[verb](store, source)


if __name__ == "__main__":
    asyncio.run(child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))
