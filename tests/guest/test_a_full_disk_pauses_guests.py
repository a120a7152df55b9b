"""When the machine's disk fills, a guest is halted, not given errors, and goes on when there is room."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dew.compute import qemu
from dew.model.disk import QcowChain
from dew.model.droplet import Observed
from dew.model.errors import NoSpace
from tests.guest.qemu_bench import QemuBench, guest_spec, open_bench

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root"),
]

SMALL_DISK_MEBIBYTES = 48
LIMIT_SECONDS = 120.0


@pytest.fixture
async def bench(micro_image: Path) -> AsyncIterator[QemuBench]:
    async with open_bench(micro_image) as bench:
        yield bench


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    for parent in tmp_path.parents[: len(tmp_path.relative_to("/tmp").parts)]:
        parent.chmod(parent.stat().st_mode | 0o011)
    options = f"size={SMALL_DISK_MEBIBYTES}m,mode=0711"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


async def test_a_guest_is_halted_told_of_and_resumed_without_an_error(
    bench: QemuBench, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "RESUME_RESERVE_BYTES", 16 * 2**20)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(30 * 2**20))
    droplet_id, disk = bench.new_id(), volume_on(bench, small_disk)
    spec = guest_spec(droplet_id, disk)
    await bench.host.ensure_running(spec)
    await bench.booted(droplet_id)

    script = "dd if=/dev/urandom of=/root/much bs=1M count=24 conv=fsync 2>&1"
    writing = asyncio.ensure_future(bench.run_inside(droplet_id, script, LIMIT_SECONDS))
    async with asyncio.timeout(LIMIT_SECONDS):
        async for _ in bench.host.changes():
            if (seen := await bench.host.observe(droplet_id)).state is Observed.PAUSED:
                break
    assert "full" in seen.reason
    with pytest.raises(NoSpace):
        await bench.host.ensure_running(spec)

    ballast.unlink()
    await bench.host.ensure_running(spec)
    assert (await bench.host.observe(droplet_id)).state is Observed.RUNNING
    assert (await writing)["exitcode"] == 0


def volume_on(bench: QemuBench, directory: Path) -> QcowChain:
    """Return a disk whose writable file is on the small disk."""
    disk = bench.disk()
    volume = directory / disk.paths[0].name
    volume.write_bytes(disk.paths[0].read_bytes())
    return QcowChain((volume, *disk.paths[1:]))
