"""Writing a disk out: by a program without rights, of which nothing is left however it ends."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from dew.compute.privileges import READER_GID
from dew.model.errors import Broken, StepFailed
from dew.storage.qcow2 import QcowStore

DISK_BYTES = 4 * 2**20


async def a_sealed_layer(directory: Path, reader_gid: int | None = None) -> QcowStore:
    store = await QcowStore.open(directory / "store", reader_gid)
    await store.create_overlay(1, (), DISK_BYTES)
    await store.seal(1)
    return store


def replace_qemu_img(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = directory / "bin" / "qemu-img"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    for path, mode in ((directory, 0o755), (program.parent, 0o755), (program, 0o755)):
        path.chmod(mode)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
async def test_who_reads_the_disk_is_nobody_and_writes_to_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await a_sealed_layer(tmp_path, READER_GID)
    wrote = 'echo something > "$target" && echo "wrote as $(id -u) $(id -G) $(ulimit -v)" >&2'
    script = f'eval target="\\${{$#}}"; {wrote}; exit 1'
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_mode & 0o011 != 0o011:
            directory.chmod(directory.stat().st_mode | 0o011)  # pytest's are its user's own
        if directory.name.startswith("pytest-of-"):
            break
    replace_qemu_img(tmp_path, monkeypatch, script)
    with pytest.raises(StepFailed) as told:
        await store.export((1,), tmp_path / "exported", lambda _: None)
    assert f"wrote as {READER_GID} {READER_GID} {4 * 2**20}" in str(told.value)


async def test_a_cancelled_export_leaves_no_program_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await a_sealed_layer(tmp_path)
    replace_qemu_img(tmp_path, monkeypatch, "echo '    (50.00/100%)'; exec sleep 600")
    halfway = asyncio.Event()
    task = asyncio.create_task(
        store.export((1,), tmp_path / "exported", lambda share: halfway.set() if share == 0.5 else None)
    )
    async with asyncio.timeout(20):
        await halfway.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not list(tmp_path.glob("*exported*"))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not any(b"sleep" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)


EXPORTING = """
import asyncio, sys
from pathlib import Path
from dew.storage.qcow2 import QcowStore

async def export(root):
    store = await QcowStore.open(root / "store")
    await store.export((1,), root / "exported", lambda _: print(flush=True))

asyncio.run(export(Path(sys.argv[1])))
"""


async def test_what_a_killed_dewd_was_writing_is_written_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_sealed_layer(tmp_path)
    replace_qemu_img(tmp_path, monkeypatch, 'echo $$ > "${0%/*}/pid"; echo "(50.00/100%)"; exec sleep 60')
    dewd = await asyncio.create_subprocess_exec(
        sys.executable, "-c", EXPORTING, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert dewd.stdout is not None
    async with asyncio.timeout(20):
        await dewd.stdout.readline()
        writing = Path("/proc") / (tmp_path / "bin" / "pid").read_text().strip()
        assert writing.exists()
        dewd.kill()
        await dewd.wait()
        while writing.exists():
            await asyncio.sleep(0.01)


async def test_a_layer_that_keeps_its_bytes_elsewhere_is_not_exported(tmp_path: Path) -> None:
    store = await a_sealed_layer(tmp_path)
    (layer,) = store.disk((1,)).paths
    layer.chmod(0o600)
    with layer.open("r+b") as file:
        file.seek(79)
        file.write(b"\x04")  # the incompatible feature "external data file"
    layer.chmod(0o440)
    with pytest.raises(Broken, match="features"):
        await store.export((1,), tmp_path / "exported", lambda _: None)
    assert not list(tmp_path.glob("*exported*"))
