"""A machine with a history, made once and cloned for every scenario."""

import asyncio
import hashlib
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from dew.actions.kind import Request
from tests.crash.machine import Life, Machine
from tests.unit.hostile_images import raw

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A directory in memory: nothing here is about the machine's disk."""
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    directory = Path(tempfile.mkdtemp(prefix="dew-crash-", dir=parent))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def template(scratch: Path) -> Machine:
    """Droplets ``on`` (id 1, a port leads to it) and ``off`` (id 2), each with a Snapshot and newer data.

    Both read ``kept`` from their Snapshot, and ``data`` as ``later``, which the Snapshot knows as ``early``.
    """
    directory = scratch / "template"
    directory.mkdir()
    machine = Machine(directory)
    asyncio.run(_make_history(machine))
    return machine


async def _make_history(machine: Machine) -> None:
    async with Life(machine) as life:
        (built,) = await life.do(Request("build_image", None, {"name": "dew-micro"}))
        for name in ("on", "off"):
            params = {
                "name": name,
                "size": "s-1vcpu-512mb-10gb",
                "image": built.resource_id,
                "public_keys": ["ssh-ed25519 AAAA test"],
            }
            (created,) = await life.do(Request("create", None, params))
            droplet_id = created.resource_id
            await life.write(droplet_id, "kept", b"kept")
            await life.write(droplet_id, "data", b"early")
            await life.do(Request("snapshot", droplet_id, {"name": f"snapshot of {name}"}))
            await life.write(droplet_id, "data", b"later")
        port = {"address": "127.0.0.1", "port": 8080, "guest_port": 80}
        await life.do(Request("power_off", 2), Request("expose_port", 1, port))
        await _upload(life)
        await life.tidy()


async def _upload(life: Life) -> None:
    """Have an upload, of id 1, that can be imported."""
    image = raw(2 << 20)

    async def pieces() -> AsyncIterator[bytes]:
        yield image

    begun = await life.uploads.begin("disk.raw", len(image), hashlib.sha256(image).hexdigest())
    await life.uploads.receive(begun.id, 0, pieces())


@pytest.fixture
async def clone(
    request: pytest.FixtureRequest, template: Machine, scratch: Path
) -> AsyncIterator[Callable[[], Machine]]:
    """Return a function that makes fresh clones of the template machine; they are gone after the test.

    On it is done already what the test's scenario, if it has one, says was done before.
    """
    made: list[Path] = []
    numbers = itertools.count()
    source = template

    def make() -> Machine:
        directory = scratch / f"clone-{next(numbers)}"
        made.append(directory)
        return source.clone(directory)

    if requests := _done_before(request):
        source = make()
        async with Life(source) as life:
            for wanted in requests:
                await life.do(wanted)
    yield make
    for directory in made:
        shutil.rmtree(directory, ignore_errors=True)


def _done_before(request: pytest.FixtureRequest) -> tuple[Request, ...]:
    test = getattr(request.node, "callspec", None)  # only a test with parameters has one
    scenario = None if test is None else test.params.get("scenario")
    return () if scenario is None else tuple(scenario.before)
