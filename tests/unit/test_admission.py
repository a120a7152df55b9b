"""What the machine has no room for is refused, with the numbers, and nothing is made."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.crash.machine import Fault, Life, Machine, life_with_a_droplet

from dew.actions import admission
from dew.actions.kind import Request
from dew.database import droplets, images, layers
from dew.model.droplet import Observed, Status
from dew.model.errors import HostFull, Invalid, NoSpace, StepFailed
from dew.reconcile.guests import GuestReconciler
from dew.storage.store import Room

GIB = 2**30
HALF_GIB = GIB // 2  # what is kept in reserve of the memory
ID = 1  # a Droplet of 1 GiB memory and 25 GiB disk, which is on


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with life_with_a_droplet(tmp_path) as living:
        yield living


def wanted(name: str = "new", size: str = "s-1vcpu-1gb") -> Request:
    return Request("create", None, {"name": name, "size": size, "image": 1, "public_keys": ["ssh-ed25519 A"]})


def leave_memory(life: Life, left_bytes: int) -> None:
    """Let the machine have that much memory that is not promised."""
    life.machine.guests.memory_bytes = HALF_GIB + GIB + left_bytes


def configure(life: Life, **settings: object) -> None:
    for name, value in settings.items():
        object.__setattr__(life.world.settings, name, value)


async def rows(life: Life) -> tuple[int, int, int]:
    async with life.database.read() as tx:
        _, droplet_count = await droplets.page(tx, droplets.Filter(), 0, 1)
        return droplet_count, await images.count(tx), len(await layers.list_ids(tx))


async def test_a_droplet_that_does_not_fit_the_memory_is_refused_with_numbers_and_nothing_is_made(
    life: Life,
) -> None:
    leave_memory(life, GIB - 1)
    before = await rows(life)
    with pytest.raises(
        HostFull, match=r"needs 1 GiB of memory, and 1 of 2 GiB are promised \(2\.5 GiB less 0\.5"
    ):
        await life.engine.accept(wanted())
    assert await rows(life) == before
    leave_memory(life, GIB)
    (created,) = await life.do(wanted())
    assert created.error == ""


async def test_of_two_requests_at_once_for_the_last_gigabyte_one_gets_it(life: Life) -> None:
    leave_memory(life, GIB)
    tried = await asyncio.gather(
        life.engine.accept(wanted("a")), life.engine.accept(wanted("b")), return_exceptions=True
    )
    assert sorted(isinstance(outcome, HostFull) for outcome in tried) == [False, True]


async def test_several_droplets_are_made_all_or_none(life: Life) -> None:
    leave_memory(life, GIB)
    before = await rows(life)
    with pytest.raises(HostFull):
        await life.engine.accept(wanted("a"), wanted("b"))
    assert await rows(life) == before


async def test_a_droplet_that_is_off_takes_no_memory_and_must_ask_to_be_on(life: Life) -> None:
    leave_memory(life, 0)
    with pytest.raises(HostFull):
        await life.engine.accept(wanted())
    await life.do(Request("power_off", ID))
    (created,) = await life.do(wanted())
    with pytest.raises(HostFull):
        await life.engine.accept(Request("power_on", ID))
    with pytest.raises(HostFull):
        await life.engine.accept(Request("power_cycle", ID))
    await life.do(Request("destroy", created.resource_id))
    (started,) = await life.do(Request("power_on", ID))
    assert started.error == ""


@pytest.mark.parametrize("type_", ["power_on", "reboot", "power_cycle"])
async def test_one_that_is_on_may_be_switched_on_and_restarted_however_little_is_left(
    life: Life, type_: str
) -> None:
    leave_memory(life, -HALF_GIB)
    (action,) = await life.do(Request(type_, ID))
    assert action.error == ""


async def test_dew_restarts_a_lost_guest_without_asking(life: Life) -> None:
    leave_memory(life, -HALF_GIB)
    life.host.guest_crashes(ID)
    await GuestReconciler(life.world).look(ID)
    assert (await life.droplet(ID)).status is Status.ACTIVE


async def test_a_droplet_that_is_being_restored_keeps_its_memory(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    async with life_with_a_droplet(tmp_path) as first:
        await first.do(Request("snapshot", ID, {"name": "back"}))
        machine.disks, machine.guests = first.machine.disks, first.machine.guests
    async with Life(machine, [Fault("restore.point_droplet.running.commit.after", "kill")]) as second:
        await second.do(Request("restore", ID, {"image": 2}))
        assert second.ended.is_set(), "it was killed in the middle, with the guest off"
    async with Life(machine) as third:
        assert (await third.host.observe(ID)).state is Observed.ABSENT
        leave_memory(third, 0)
        with pytest.raises(HostFull):
            await third.engine.accept(wanted())
        await third.resume()
        assert (await third.droplet(ID)).status is Status.ACTIVE


async def test_a_deleted_droplet_counts_no_more_from_that_moment(life: Life) -> None:
    leave_memory(life, 0)
    await life.engine.accept(Request("destroy", ID))
    await life.engine.accept(wanted())


async def test_a_disk_that_does_not_fit_is_refused_with_numbers_and_nothing_is_made(life: Life) -> None:
    life.machine.disks.capacity_bytes = 5 * GIB - 1  # promised ten times over
    before = await rows(life)
    with pytest.raises(NoSpace, match=r"needs 25 GiB of disk, and 25 of 50 GiB are promised .*times 10"):
        await life.engine.accept(wanted())
    assert await rows(life) == before
    life.machine.disks.capacity_bytes = 5 * GIB
    await life.do(wanted())


async def test_disk_is_promised_to_droplets_that_are_off_too(life: Life) -> None:
    await life.do(Request("power_off", ID))
    async with life.database.read() as tx:
        assert (await admission.disk(tx, life.world)).promised_bytes == 25 * GIB
        assert (await admission.memory(tx, life.world)).promised_bytes == 0


@pytest.mark.parametrize(
    "request_",
    [
        wanted(),
        Request("snapshot", ID, {"name": "s"}),
        Request("restore", ID, {"image": 2}),
        Request("build_image", None, {"name": "dew-micro"}),
    ],
    ids=lambda request: request.kind,
)
async def test_the_reserve_is_not_for_actions(life: Life, request_: Request) -> None:
    await life.do(Request("snapshot", ID, {"name": "before"}))
    before, power = await rows(life), (await life.droplet(ID)).status
    used = life.machine.disks.capacity_bytes - life.machine.disks.free_bytes
    configure(life, reserve_bytes=GIB, disk_overcommit=1e6)
    life.machine.disks.capacity_bytes = used + GIB
    with pytest.raises(NoSpace, match=r"has 1\.00 GiB left, and 1\.00 GiB are a reserve"):
        await life.engine.accept(request_)
    assert await rows(life) == before
    assert (await life.droplet(ID)).status is power
    life.machine.disks.capacity_bytes += admission.NEW_LAYER_BYTES
    (done,) = await life.do(request_)
    assert done.error == ""


async def test_a_history_deeper_than_a_guest_can_read_through_is_refused(life: Life) -> None:
    configure(life, max_chain_layers=3)
    await life.do(Request("snapshot", ID, {"name": "third Layer"}))
    with pytest.raises(Invalid, match="3 Layers deep"):
        await life.engine.accept(Request("snapshot", ID, {"name": "fourth"}))


async def test_a_disk_that_cannot_be_asked_is_told_of_and_keeps_nobody_from_the_rest(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> Room:
        raise StepFailed("Could not measure the Layers' disk: it is gone.")

    monkeypatch.setattr(life.store, "room", broken)
    assert await admission.facts(life.world) == {"room": "Could not measure the Layers' disk: it is gone."}


async def test_a_size_that_the_machine_has_no_room_for_is_refused_with_numbers(life: Life) -> None:
    await life.do(Request("power_off", ID))
    leave_memory(life, 0)
    bigger = Request("resize", ID, {"size": "s-1vcpu-2gb", "disk": True})
    with pytest.raises(HostFull, match="needs 2 GiB of memory, and 0 of 1 GiB are promised"):
        await life.engine.accept(bigger)
    leave_memory(life, GIB)
    life.machine.disks.capacity_bytes = 5 * GIB - 1
    with pytest.raises(NoSpace, match="needs 25 GiB of disk, and 25 of 50 GiB are promised"):
        await life.engine.accept(bigger)
    life.machine.disks.capacity_bytes = 5 * GIB
    (resized,) = await life.do(bigger)
    assert resized.error == ""


async def test_a_smaller_size_is_never_refused_for_want_of_room(life: Life) -> None:
    await life.do(Request("power_off", ID))
    leave_memory(life, -2 * GIB)
    life.machine.disks.capacity_bytes = GIB
    (resized,) = await life.do(Request("resize", ID, {"size": "s-1vcpu-512mb-10gb"}))
    assert resized.error == ""
