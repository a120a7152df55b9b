"""A process is told from every other, past and future, and one that was not let through its gate ends."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from dew.compute.qemu_process import GatedProcess, GuestProcess, live_identity, spawn_gated

LIMIT_SECONDS = 10.0


@pytest.fixture
def log(tmp_path: Path) -> int:
    return os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def hold(gated: GatedProcess) -> GuestProcess:
    process = GuestProcess.find(gated.identity, lambda: None)
    assert process is not None
    return process


async def test_it_becomes_its_program_under_the_same_identity_in_its_own_session(log: int) -> None:
    gated = spawn_gated(["sleep", "60"], {}, log)
    process = hold(gated)
    gated.open_gate()
    async with asyncio.timeout(LIMIT_SECONDS):
        while b"sleep" not in Path(f"/proc/{gated.identity.pid}/cmdline").read_bytes().split(b"\0")[0]:
            await asyncio.sleep(0.01)
    assert live_identity(gated.identity.pid) == gated.identity
    assert os.getsid(gated.identity.pid) == gated.identity.pid
    await process.kill()
    assert process.gone
    assert live_identity(gated.identity.pid) is None


async def test_a_child_whose_gate_is_let_go_ends_without_becoming_anything(log: int, tmp_path: Path) -> None:
    gated = spawn_gated(["touch", str(tmp_path / "trace")], {}, log)
    process = hold(gated)
    gated.close()
    assert await process.wait_gone(LIMIT_SECONDS)
    assert not (tmp_path / "trace").exists()


async def test_another_start_time_or_boot_makes_it_another_process(log: int) -> None:
    gated = spawn_gated(["true"], {}, log)
    process = hold(gated)
    for other in (
        replace(gated.identity, start_ticks=gated.identity.start_ticks + 1),
        replace(gated.identity, boot_id="another"),
    ):
        assert GuestProcess.find(other, lambda: None) is None
    gated.close()
    await process.wait_gone(LIMIT_SECONDS)


async def test_the_end_of_a_process_is_told_once_and_at_once(log: int) -> None:
    gated = spawn_gated(["sleep", "60"], {}, log)
    told: list[int] = []
    process = GuestProcess.find(gated.identity, lambda: told.append(1))
    assert process is not None
    gated.open_gate()
    os.kill(gated.identity.pid, signal.SIGKILL)
    assert await process.wait_gone(LIMIT_SECONDS)
    await process.kill()
    assert told == [1]
    assert not Path(f"/proc/{gated.identity.pid}").exists(), "it was left as a zombie"


async def test_descriptors_arrive_under_the_numbers_they_were_given(log: int, tmp_path: Path) -> None:
    source = os.open(tmp_path / "source", os.O_WRONLY | os.O_CREAT)
    number = max(source, log) + 1
    gated = spawn_gated(["sh", "-c", f"echo here >/proc/self/fd/{number}"], {number: source}, log)
    process = hold(gated)
    gated.open_gate()
    assert await process.wait_gone(LIMIT_SECONDS)
    os.close(source)
    assert (tmp_path / "source").read_text() == "here\n"


async def test_a_program_that_is_not_there_says_so_in_the_log(log: int, tmp_path: Path) -> None:
    gated = spawn_gated(["no-such-program"], {}, log)
    process = hold(gated)
    gated.open_gate()
    assert await process.wait_gone(LIMIT_SECONDS)
    assert "not found" in (tmp_path / "log").read_text()


async def test_closing_stops_the_watch_and_not_the_process(log: int) -> None:
    gated = spawn_gated(["sleep", "60"], {}, log)
    hold(gated).close()
    assert live_identity(gated.identity.pid) == gated.identity
    gated.close()
    os.waitpid(gated.identity.pid, 0)
