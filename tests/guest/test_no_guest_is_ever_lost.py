"""Wherever the daemon is killed, the next one finds every process, and the guest writes to a known file."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dew.compute.privileges import DEFAULT_UID_BASE, READER_GID
from dew.model.disk import QcowChain
from dew.model.droplet import Observed
from dew.model.errors import Broken, LayerMissing, MonitorLost
from dew.model.image import Consistency
from tests.guest.qemu_bench import QemuBench, guest_spec, open_bench

pytestmark = pytest.mark.guest

SELF_THAW_SECONDS = 10.0
LIMIT_SECONDS = 60.0


@pytest.fixture
async def bench(micro_image: Path) -> AsyncIterator[QemuBench]:
    async with open_bench(micro_image) as bench:
        yield bench


async def killed_at(place: str, bench: QemuBench, droplet_id: int, *layers: Path | str) -> None:
    """Let a daemon of its own process die at ``place`` while ours holds nothing, then open ours again."""
    await bench.host.close()
    command = ["-m", "tests.guest.short_lived_daemon", place, str(bench.directory), str(droplet_id)]
    daemon = await asyncio.create_subprocess_exec(sys.executable, *command, *map(str, layers))
    try:
        assert await asyncio.wait_for(daemon.wait(), LIMIT_SECONDS) == -signal.SIGKILL
    finally:
        await bench.restart()


async def processes_in(directory: Path) -> set[int]:
    """Return every process whose command line names the directory, once none of them is still a shell."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while any(command.startswith(b"sh\0") for command in command_lines(directory).values()):
            await asyncio.sleep(0.01)
    return set(command_lines(directory))


def command_lines(directory: Path) -> dict[int, bytes]:
    found = {}
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name.isdecimal() and str(directory).encode() in command:
            found[int(entry.name)] = command
    return found


@pytest.mark.parametrize("place", ["spawned", "recorded", "released", "answering", "connected"])
async def test_a_start_that_was_cut_short_leaves_no_process(place: str, bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    await killed_at(place, bench, droplet_id, *disk.paths)
    assert [seen.state for seen in await bench.host.list_everything()] == [Observed.ABSENT]
    assert not await processes_in(bench.directory)
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    assert (await bench.host.observe(droplet_id)).state is Observed.RUNNING


async def test_a_guest_whose_daemon_is_killed_runs_on_and_is_found(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    await killed_at("running", bench, droplet_id, *disk.paths)
    assert [seen.state for seen in await bench.host.list_everything()] == [Observed.RUNNING]
    await bench.host.forget(droplet_id)
    assert not await processes_in(bench.directory)


@pytest.mark.parametrize("place", ["frozen", "switched"])
async def test_a_switch_that_was_cut_short_is_finished_by_the_next_daemon_and_the_guest_thaws(
    place: str, bench: QemuBench
) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    await bench.booted(droplet_id)
    successor = bench.successor(disk)
    await killed_at(place, bench, droplet_id, *disk.paths, "--", successor.paths[0])
    assert await bench.host.switch_disk(droplet_id, disk, successor) is Consistency.CRASH
    report = await bench.run_inside(droplet_id, "echo kept >/root/kept && sync && cat /root/kept")
    assert report["exitcode"] == 0
    assert sealed_is_read_only(bench, droplet_id, disk.paths[0])


def sealed_is_read_only(bench: QemuBench, droplet_id: int, layer: Path) -> bool:
    """Whether no descriptor of QEMU can write to the file."""
    process = Path(f"/proc/{bench.record(droplet_id).process.pid}")
    flags = [
        int(line.split()[1], 8)
        for entry in (process / "fd").iterdir()
        if entry.readlink() == layer
        for line in (process / "fdinfo" / entry.name).read_text().splitlines()
        if line.startswith("flags:")
    ]
    return bool(flags) and all(flag & 3 == 0 for flag in flags)


async def test_a_guest_that_stopped_answering_is_neither_hidden_nor_immortal(bench: QemuBench) -> None:
    droplet_id = bench.new_id()
    await bench.host.ensure_running(guest_spec(droplet_id, bench.disk()))
    bench.signal(droplet_id, signal.SIGSTOP)
    with pytest.raises(MonitorLost):
        await bench.host.observe(droplet_id)
    (seen,) = await bench.host.list_everything()
    assert (seen.state, "answer" in seen.reason) == (Observed.RUNNING, True)
    await bench.host.ensure_stopped(droplet_id)
    assert not await processes_in(bench.directory)


async def test_a_switch_that_is_cancelled_leaves_the_guest_thawed(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    await bench.booted(droplet_id)
    for milliseconds in (0, 10, 20, 40, 80):
        successor = bench.successor(disk)
        switching = asyncio.ensure_future(bench.host.switch_disk(droplet_id, disk, successor))
        await asyncio.sleep(milliseconds / 1000)
        switching.cancel()
        await asyncio.wait([switching])
        async with bench.agent(droplet_id).conversation():
            await bench.agent(droplet_id).sync(5.0)
            assert await bench.agent(droplet_id).ask("guest-fsfreeze-status", 5.0) == "thawed"
        await bench.host.switch_disk(droplet_id, disk, successor)
        disk = successor


async def test_a_guest_is_never_given_a_sealed_layer_to_write_to(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    with pytest.raises(Broken):
        await bench.host.ensure_running(guest_spec(droplet_id, QcowChain(disk.paths[1:])))
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    successor = bench.successor(disk)
    bench.seal(successor.paths[0])
    with pytest.raises(Broken):
        await bench.host.switch_disk(droplet_id, disk, successor)


async def test_a_layer_that_is_gone_is_named(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    disk.paths[1].unlink()
    with pytest.raises(LayerMissing, match=disk.paths[1].name):
        await bench.host.ensure_running(guest_spec(droplet_id, disk))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives guests users of their own")
async def test_as_root_a_guest_has_no_privileges_and_a_user_of_its_own(bench: QemuBench) -> None:
    droplet_id = bench.new_id()
    await bench.host.ensure_running(guest_spec(droplet_id, bench.disk()))
    pid = bench.record(droplet_id).process.pid
    lines = (line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    status = {name: value.split() for name, value in lines}
    assert set(status["Uid"] + status["Gid"]) == {str(DEFAULT_UID_BASE + droplet_id)}
    assert status["Groups"] == [str(READER_GID)]
    assert {*status["CapEff"], *status["CapBnd"], *status["CapPrm"]} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == (["1"], ["2"])


async def test_the_network_helper_is_replaced_while_its_guest_runs(bench: QemuBench) -> None:
    droplet_id = bench.new_id()
    await bench.host.ensure_running(guest_spec(droplet_id, bench.disk()))
    before = bench.helper_pid(droplet_id)
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(LIMIT_SECONDS):
        async for _ in bench.host.changes():
            if (await bench.host.observe(droplet_id)).forwards and bench.helper_pid(droplet_id) != before:
                break


async def test_a_hundred_and_twenty_eight_layers_boot_and_switch(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    while len(disk.paths) < 128:
        bench.seal(disk.paths[0])
        disk = bench.successor(disk)
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    await bench.booted(droplet_id)
    assert await bench.host.switch_disk(droplet_id, disk, bench.successor(disk)) is Consistency.FROZEN


async def test_what_is_written_after_the_switch_is_not_in_the_sealed_layer(bench: QemuBench) -> None:
    droplet_id, disk = bench.new_id(), bench.disk()
    await bench.host.ensure_running(guest_spec(droplet_id, disk))
    await bench.booted(droplet_id)
    successor = bench.successor(disk)
    assert await bench.host.switch_disk(droplet_id, disk, successor) is Consistency.FROZEN
    sealed = disk.paths[0].read_bytes()
    bench.seal(disk.paths[0])
    report = await bench.run_inside(droplet_id, "dd if=/dev/urandom of=/root/new bs=64k count=64 && sync")
    assert report["exitcode"] == 0
    assert disk.paths[0].read_bytes() == sealed
    assert successor.paths[0].stat().st_size > 64 * 65536
    await bench.host.ensure_stopped(droplet_id)
    assert disk.paths[0].read_bytes() == sealed
    assert QcowChain(successor.paths[1:]) == disk
