"""What every Host promises: one suite, run over real QEMU guests and over the memory.

A guest counts as running when its processor executes, which takes QEMU a tenth of a second. Only the tests
that need somebody at home in it (the guest agent, the power button) wait for the micro image to boot.
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Protocol

import pytest

from dew.compute import guest_password
from dew.compute.host import ByteStream, GuestSpec, Host, Observation
from dew.compute.memory import MemoryGuests, MemoryHost
from dew.compute.meter import Meter
from dew.model.disk import Disk, MemoryDisk
from dew.model.droplet import Observed
from dew.model.errors import Broken, DewError, GuestRefused, HostFull
from dew.model.exposure import Exposure
from dew.model.image import Consistency
from tests.guest.qemu_bench import QemuBench, guest_spec, open_bench

CHANGE_LIMIT_SECONDS = 30.0
PRESSES = 3
HERE = IPv4Address("127.0.0.1")
HASH = "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g."


class Bench(Protocol):
    """A driver with the means to act as its guests do."""

    host: Host

    def disk(self) -> Disk:
        """Return a new disk with a system on it."""

    def successor(self, disk: Disk) -> Disk:
        """Return the disk with one more, empty Layer on top."""

    async def shorter(self, disk: Disk) -> Disk:
        """Return the disk with all but its newest and its oldest Layer merged into one."""

    def layers_open(self, droplet_id: int) -> int:
        """Return how many Layers the guest holds open."""

    async def restart(self) -> None:
        """Let another daemon take over."""

    async def booted(self, droplet_id: int) -> None:
        """Wait until somebody is at home in the guest."""

    def silence(self, droplet_id: int) -> None:
        """See to it that the guest's agent answers nothing and its power button does nothing."""

    async def power_off_inside(self, droplet_id: int) -> None:
        """Run ``poweroff`` in a booted guest."""

    async def crash(self, droplet_id: int) -> None:
        """Kill the guest's process."""

    def break_start(self, droplet_id: int, disk: Disk) -> None:
        """See to it that the guest can't start."""

    async def password_hash(self, droplet_id: int, user: str) -> str:
        """Return the hash of the user's password, as a booted guest has it on its disk."""

    def process_of(self, droplet_id: int) -> object:
        """Return what tells one process of the guest from its next."""

    def take_port(self, port: int) -> None:
        """Let somebody else listen on a port of the machine."""

    async def work(self, droplet_id: int) -> None:
        """Keep a booted guest busy for a while, its disk and its network too."""


class MemoryBench:
    """Guests in memory."""

    def __init__(self) -> None:
        self._guests = MemoryGuests()
        self.host = MemoryHost(self._guests)
        self._layers = 0

    def disk(self) -> Disk:
        self._layers += 2
        return MemoryDisk((self._layers, self._layers - 1))

    def successor(self, disk: Disk) -> Disk:
        assert isinstance(disk, MemoryDisk)
        self._layers += 1
        return MemoryDisk((self._layers, *disk.layers))

    async def shorter(self, disk: Disk) -> Disk:
        assert isinstance(disk, MemoryDisk)
        self._layers += 1
        return MemoryDisk((disk.layers[0], self._layers, disk.layers[-1]))

    def layers_open(self, droplet_id: int) -> int:
        return len(self._guests.running[droplet_id].chain)

    async def restart(self) -> None:
        await self.host.close()
        self.host = MemoryHost(self._guests)

    async def booted(self, droplet_id: int) -> None:
        pass

    def silence(self, droplet_id: int) -> None:
        self._guests.without_agent.add(droplet_id)
        self._guests.ignore_shutdown.add(droplet_id)

    async def power_off_inside(self, droplet_id: int) -> None:
        self.host.guest_powers_off(droplet_id)

    async def crash(self, droplet_id: int) -> None:
        self.host.guest_crashes(droplet_id)

    def break_start(self, droplet_id: int, disk: Disk) -> None:
        self._guests.refuse_start.add(droplet_id)

    async def password_hash(self, droplet_id: int, user: str) -> str:
        return self._guests.passwords[droplet_id, user]

    def process_of(self, droplet_id: int) -> object:
        return id(self._guests.running[droplet_id])

    def take_port(self, port: int) -> None:
        self._guests.taken_ports.add(port)

    async def work(self, droplet_id: int) -> None:
        self._guests.running[droplet_id].began_at -= 3600  # of which simulated guests work some all the time


@pytest.fixture(params=["memory", pytest.param("qemu", marks=pytest.mark.guest)])
def system(request: pytest.FixtureRequest) -> Path | None:
    """What guests boot: the micro image, or nothing for guests in memory."""
    return request.getfixturevalue("micro_image") if request.param == "qemu" else None


@pytest.fixture
async def bench(system: Path | None) -> AsyncIterator[Bench]:
    if system is not None:
        async with open_bench(system) as qemu:
            yield qemu
        return
    memory = MemoryBench()
    yield memory
    await memory.host.close()


@pytest.fixture
def droplet_id(bench: Bench) -> int:
    return bench.new_id() if isinstance(bench, QemuBench) else 7


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind((str(HERE), 0))
        return int(trial.getsockname()[1])


async def state_of(bench: Bench, droplet_id: int) -> Observed:
    return (await bench.host.observe(droplet_id)).state


async def reaches(
    bench: Bench, droplet_id: int, state: Observed, limit_seconds: float = CHANGE_LIMIT_SECONDS
) -> Observation:
    """Wait for a change that ends in ``state``, looking only when the Host says that there is one."""
    changes = bench.host.changes()
    async with asyncio.timeout(limit_seconds):
        while (observation := await bench.host.observe(droplet_id)).state is not state:
            async for changed in changes:
                if changed == droplet_id:
                    break
    return observation


async def shuts_down(bench: Bench, droplet_id: int) -> None:
    """Press the button until the guest powers off: while it boots, nobody listens to the button yet."""
    for _ in range(PRESSES):
        await bench.host.ask_shutdown(droplet_id)
        with contextlib.suppress(TimeoutError):
            await reaches(bench, droplet_id, Observed.POWERED_OFF, CHANGE_LIMIT_SECONDS / PRESSES)
            return
    raise AssertionError("the guest does not listen to its power button")


async def start(bench: Bench, droplet_id: int, disk: Disk | None = None) -> GuestSpec:
    spec = guest_spec(droplet_id, disk or bench.disk())
    await bench.host.ensure_running(spec)
    return spec


async def test_a_started_guest_runs_and_starting_it_again_leaves_it_alone(
    bench: Bench, droplet_id: int
) -> None:
    spec = await start(bench, droplet_id)
    process = bench.process_of(droplet_id)
    await bench.host.ensure_running(spec)
    assert await state_of(bench, droplet_id) is Observed.RUNNING
    assert bench.process_of(droplet_id) == process


async def shown(bench: Bench, droplet_id: int) -> Meter:
    meter = await bench.host.metrics(droplet_id)
    assert meter is not None
    return meter


async def shows_work(bench: Bench, droplet_id: int) -> None:
    """A guest that works uses more than one that does not, and says what only it knows."""
    async with asyncio.timeout(CHANGE_LIMIT_SECONDS):
        while (inside := (await shown(bench, droplet_id)).inside) is None:
            await asyncio.sleep(0.1)  # the guest is asked in the background
    assert (await shown(bench, droplet_id)).traffic is not None
    memory = (inside.memory_free_bytes, inside.memory_cached_bytes, inside.memory_available_bytes)
    assert all(0 < (each or 0) < 2**30 for each in memory)
    assert None not in (inside.load_1, inside.load_5, inside.load_15)
    assert inside.filesystem is not None
    assert (inside.filesystem.device, inside.filesystem.type) == ("/dev/vda2", "ext4")
    assert 0 < inside.filesystem.free_bytes < inside.filesystem.size_bytes
    meters = [await shown(bench, droplet_id)]
    await asyncio.sleep(1)
    meters.append(await shown(bench, droplet_id))
    await bench.work(droplet_id)
    meters.append(await shown(bench, droplet_id))
    quiet, busy = (after.cpu_seconds - before.cpu_seconds for before, after in itertools.pairwise(meters))
    assert busy > 2 * quiet
    assert meters[2].disk_written_bytes > meters[1].disk_written_bytes
    assert meters[2].disk_writes > meters[1].disk_writes
    assert 0 < meters[2].memory_bytes < 2**30


async def test_a_meter_is_there_as_long_as_its_process_and_the_next_one_has_another(
    bench: Bench, droplet_id: int
) -> None:
    assert await bench.host.metrics(droplet_id) is None
    spec = await start(bench, droplet_id)
    first = await shown(bench, droplet_id)
    await bench.restart()
    later = await shown(bench, droplet_id)
    assert later.process == first.process, "another daemon reads the same meter"
    assert later.cpu_seconds >= first.cpu_seconds >= 0
    await bench.host.ensure_stopped(droplet_id)
    assert await bench.host.metrics(droplet_id) is None
    await bench.host.ensure_running(spec)
    assert (await shown(bench, droplet_id)).process != first.process


async def exposed(bench: Bench, droplet_id: int) -> set[Exposure]:
    return set((await bench.host.observe(droplet_id)).exposed)


async def test_exactly_the_ports_asked_for_lead_to_a_guest_from_its_start_to_its_end(
    bench: Bench, droplet_id: int
) -> None:
    ssh, web = (Exposure(HERE, free_port(), guest_port) for guest_port in (22, 80))
    spec = replace(guest_spec(droplet_id, bench.disk()), exposures=(ssh,))
    await bench.host.ensure_exposed(droplet_id, (ssh,))  # nobody is there yet
    await bench.host.ensure_running(spec)
    assert await exposed(bench, droplet_id) == {ssh}
    await bench.host.ensure_exposed(droplet_id, (ssh, web))
    await bench.restart()
    assert await exposed(bench, droplet_id) == {ssh, web}
    await bench.host.ensure_exposed(droplet_id, (web,))
    assert await exposed(bench, droplet_id) == {web}
    await bench.host.ensure_stopped(droplet_id)
    assert await exposed(bench, droplet_id) == set()


async def test_a_port_that_is_taken_is_refused_and_keeps_no_other_nor_a_guest_from_starting(
    bench: Bench, droplet_id: int
) -> None:
    taken, free = Exposure(HERE, free_port(), 22), Exposure(HERE, free_port(), 80)
    bench.take_port(taken.port)
    await bench.host.ensure_running(replace(guest_spec(droplet_id, bench.disk()), exposures=(taken, free)))
    assert await exposed(bench, droplet_id) == {free}
    with pytest.raises(GuestRefused, match=str(taken.port)):
        await bench.host.ensure_exposed(droplet_id, (taken, free))
    assert await exposed(bench, droplet_id) == {free}


async def test_a_stopped_guest_is_absent_and_was_not_lost(bench: Bench, droplet_id: int) -> None:
    await start(bench, droplet_id)
    for _ in range(2):
        await bench.host.ensure_stopped(droplet_id)
        assert await bench.host.observe(droplet_id) == Observation(droplet_id, Observed.ABSENT)


async def test_what_needs_a_guest_refuses_without_one_and_the_rest_is_fine(
    bench: Bench, droplet_id: int
) -> None:
    assert await bench.host.observe(droplet_id) == Observation(droplet_id, Observed.ABSENT)
    await bench.host.ask_shutdown(droplet_id)
    await bench.host.ensure_stopped(droplet_id)
    await bench.host.forget(droplet_id)
    with pytest.raises(GuestRefused):
        await bench.host.reset(droplet_id)
    with pytest.raises(GuestRefused):
        await bench.host.grow_disk(droplet_id, 1 << 30)
    with pytest.raises(GuestRefused):
        await bench.host.set_password(droplet_id, "root", HASH)


async def test_a_guest_whose_process_vanished_is_noticed_named_lost_and_starts_again(
    bench: Bench, droplet_id: int
) -> None:
    spec = await start(bench, droplet_id)
    await bench.crash(droplet_id)
    assert (await reaches(bench, droplet_id, Observed.ABSENT)).reason
    await bench.host.ensure_running(spec)
    assert await state_of(bench, droplet_id) is Observed.RUNNING


async def test_everything_that_left_a_trace_is_listed_until_it_is_forgotten(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    assert [seen.state for seen in await bench.host.list_everything()] == [Observed.RUNNING]
    await bench.host.ensure_stopped(droplet_id)
    assert [seen.droplet_id for seen in await bench.host.list_everything()] == [droplet_id]
    await bench.host.forget(droplet_id)
    assert await bench.host.list_everything() == ()


async def test_forgetting_a_running_guest_stops_it(bench: Bench, droplet_id: int) -> None:
    await start(bench, droplet_id)
    await bench.host.forget(droplet_id)
    assert await state_of(bench, droplet_id) is Observed.ABSENT


async def test_the_next_daemon_finds_the_guest_running_and_hears_of_its_end(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    process = bench.process_of(droplet_id)
    await bench.restart()
    assert [seen.state for seen in await bench.host.list_everything()] == [Observed.RUNNING]
    assert bench.process_of(droplet_id) == process
    await bench.crash(droplet_id)
    await reaches(bench, droplet_id, Observed.ABSENT)


async def test_a_guest_lost_while_no_daemon_ran_is_named_lost_by_the_next(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    await bench.crash(droplet_id)
    await reaches(bench, droplet_id, Observed.ABSENT)
    await bench.restart()
    observation = await bench.host.observe(droplet_id)
    assert (observation.state, bool(observation.reason)) == (Observed.ABSENT, True)


async def test_closing_ends_the_changes(bench: Bench) -> None:
    following = asyncio.ensure_future(anext(bench.host.changes(), None))
    await bench.restart()
    assert await asyncio.wait_for(following, CHANGE_LIMIT_SECONDS) is None


async def test_a_booted_guest_takes_a_password_is_frozen_for_a_switch_reads_on_and_tells_its_own_power_off(
    bench: Bench, droplet_id: int
) -> None:
    disk = bench.disk()
    spec = await start(bench, droplet_id, disk)
    await bench.booted(droplet_id)
    await shows_work(bench, droplet_id)
    await bench.host.set_password(droplet_id, "root", HASH)
    assert await bench.password_hash(droplet_id, "root") == HASH
    first = bench.successor(disk)
    assert await bench.host.switch_disk(droplet_id, disk, first) is Consistency.FROZEN
    assert await bench.host.switch_disk(droplet_id, disk, first) is Consistency.CRASH, "nobody can tell"

    second = bench.successor(first)
    await bench.host.switch_disk(droplet_id, first, second)
    short = await bench.shorter(second)
    for _ in range(2):
        await bench.host.shorten_chain(droplet_id, short)
        assert bench.layers_open(droplet_id) == 3, "it lets go of the Layers that were merged"
        assert await bench.password_hash(droplet_id, "root") == HASH, "which it read from one of them"

    await bench.power_off_inside(droplet_id)
    await reaches(bench, droplet_id, Observed.POWERED_OFF)
    with pytest.raises(GuestRefused):
        await bench.host.reset(droplet_id)
    third = bench.successor(short)
    assert await bench.host.switch_disk(droplet_id, short, third) is Consistency.OFF

    process = bench.process_of(droplet_id)
    await bench.host.ensure_running(guest_spec(droplet_id, third, spec.seed))
    assert await state_of(bench, droplet_id) is Observed.RUNNING
    assert bench.process_of(droplet_id) != process


async def test_the_power_button_powers_a_guest_off_and_its_process_stays_as_the_proof(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    await bench.booted(droplet_id)
    process = bench.process_of(droplet_id)
    await shuts_down(bench, droplet_id)
    await bench.restart()
    assert await state_of(bench, droplet_id) is Observed.POWERED_OFF
    assert bench.process_of(droplet_id) == process
    await bench.host.ensure_stopped(droplet_id)
    assert await bench.host.observe(droplet_id) == Observation(droplet_id, Observed.ABSENT)


async def test_a_guest_that_ignores_the_button_goes_on(bench: Bench, droplet_id: int) -> None:
    bench.silence(droplet_id)
    await start(bench, droplet_id)
    await bench.host.ask_shutdown(droplet_id)
    await asyncio.sleep(0.2)
    assert await state_of(bench, droplet_id) is Observed.RUNNING


async def test_a_guest_without_an_agent_takes_no_password_and_is_switched_as_in_a_power_cut(
    bench: Bench, droplet_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_password, "LISTEN_LIMIT_SECONDS", 0.0)  # it would be up by then
    bench.silence(droplet_id)
    disk = bench.disk()
    await start(bench, droplet_id, disk)
    with pytest.raises(GuestRefused, match="agent"):
        await bench.host.set_password(droplet_id, "root", HASH)
    assert await bench.host.switch_disk(droplet_id, disk, bench.successor(disk)) is Consistency.CRASH
    assert await state_of(bench, droplet_id) is Observed.RUNNING


async def test_switching_without_a_process_tells_off_from_lost(bench: Bench, droplet_id: int) -> None:
    disk = bench.disk()
    assert await bench.host.switch_disk(droplet_id, disk, bench.successor(disk)) is Consistency.OFF
    await start(bench, droplet_id, disk)
    await bench.crash(droplet_id)
    await reaches(bench, droplet_id, Observed.ABSENT)
    assert await bench.host.switch_disk(droplet_id, disk, bench.successor(disk)) is Consistency.CRASH


async def test_a_switch_from_a_disk_that_the_guest_is_not_on_is_refused(
    bench: Bench, droplet_id: int
) -> None:
    disk = bench.disk()
    await start(bench, droplet_id, disk)
    other = bench.successor(disk)
    with pytest.raises(GuestRefused):
        await bench.host.switch_disk(droplet_id, other, bench.successor(other))
    with pytest.raises(Broken):
        await bench.host.switch_disk(droplet_id, disk, bench.successor(other))
    assert await state_of(bench, droplet_id) is Observed.RUNNING


async def test_a_chain_is_shortened_under_the_file_that_is_written_only(
    bench: Bench, droplet_id: int
) -> None:
    disk = bench.disk()
    await bench.host.shorten_chain(droplet_id, disk)
    await start(bench, droplet_id, disk)
    with pytest.raises(GuestRefused):
        await bench.host.shorten_chain(droplet_id, bench.successor(disk))
    assert bench.layers_open(droplet_id) == 2
    assert await state_of(bench, droplet_id) is Observed.RUNNING


async def test_reset_keeps_the_process(bench: Bench, droplet_id: int) -> None:
    await start(bench, droplet_id)
    process = bench.process_of(droplet_id)
    await bench.host.reset(droplet_id)
    assert await state_of(bench, droplet_id) is Observed.RUNNING
    assert bench.process_of(droplet_id) == process


async def test_a_guest_that_can_not_start_leaves_no_process_and_is_not_named_lost(
    bench: Bench, droplet_id: int
) -> None:
    disk = bench.disk()
    bench.break_start(droplet_id, disk)
    with pytest.raises(GuestRefused):
        await start(bench, droplet_id, disk)
    assert await bench.host.observe(droplet_id) == Observation(droplet_id, Observed.ABSENT)


async def test_a_guest_bigger_than_the_machine_is_refused(bench: Bench, droplet_id: int) -> None:
    memory_bytes = await bench.host.memory_bytes()
    spec = guest_spec(droplet_id, bench.disk(), memory_bytes=memory_bytes + 2**20)
    with pytest.raises(HostFull):
        await bench.host.ensure_running(spec)
    assert await state_of(bench, droplet_id) is Observed.ABSENT


async def test_a_start_that_is_cancelled_leaves_a_running_guest_or_none(
    bench: Bench, droplet_id: int
) -> None:
    disk = bench.disk()
    for milliseconds in range(0, 200, 25):
        starting = asyncio.ensure_future(start(bench, droplet_id, disk))
        await asyncio.sleep(milliseconds / 1000)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, DewError):
            await starting
        finished = starting.done() and not starting.cancelled()
        expected = Observed.RUNNING if finished else Observed.ABSENT
        assert await state_of(bench, droplet_id) is expected, f"after {milliseconds} ms"
        await bench.host.ensure_stopped(droplet_id)


async def said(stream: ByteStream, wanted: bytes) -> bytes:
    """Read until ``wanted`` was said."""
    heard = b""
    async with asyncio.timeout(CHANGE_LIMIT_SECONDS):
        while wanted not in heard:
            more = await stream.read()
            assert more, f"it ended, and {wanted!r} was not in {heard!r}"
            heard += more
    return heard


async def ends(stream: ByteStream) -> None:
    async with asyncio.timeout(CHANGE_LIMIT_SECONDS):
        while await stream.read():
            pass
    stream.close()


async def test_all_who_look_at_a_console_see_the_same_from_what_was_said_before_to_the_end(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    one, other = await bench.host.console(droplet_id), await bench.host.console(droplet_id)
    first = await said(one, b"\n")
    assert (await said(other, first)).startswith(first)
    other.close()
    late = await bench.host.console(droplet_id)
    await said(late, first[:20])
    await bench.host.ensure_stopped(droplet_id)
    for stream in (one, other, late):
        await ends(stream)


async def test_what_is_typed_at_a_console_goes_in_for_all_to_see(bench: Bench, droplet_id: int) -> None:
    await start(bench, droplet_id)
    one, other = await bench.host.console(droplet_id), await bench.host.console(droplet_id)
    for stream in (one, other):
        await said(stream, b"login: ")
    await one.write(b"somebody\r")
    for stream in (one, other):
        await said(stream, b"somebody\r\n")
    await bench.restart()
    await ends(one)
    await said(await bench.host.console(droplet_id), b"login: somebody\r\n")


async def test_a_guest_without_a_process_has_neither_console_nor_screen(
    bench: Bench, droplet_id: int
) -> None:
    for look in (bench.host.console, bench.host.screen):
        with pytest.raises(GuestRefused, match="power it on"):
            await look(droplet_id)


async def test_a_screen_greets_everybody_who_looks_or_says_that_there_is_none(
    bench: Bench, droplet_id: int
) -> None:
    await start(bench, droplet_id)
    if isinstance(bench, MemoryBench):
        with pytest.raises(GuestRefused, match="no screen"):
            await bench.host.screen(droplet_id)
        return
    screens = [await bench.host.screen(droplet_id) for _ in range(3)]
    for screen in screens:
        await said(screen, b"RFB 003.008\n")
    screens[0].close()
    await bench.host.ensure_stopped(droplet_id)
    for screen in screens[1:]:
        await ends(screen)
