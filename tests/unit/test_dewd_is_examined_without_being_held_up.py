"""The doctor's findings through dewd: the same as dew doctor's, and whatever hangs, dewd does not."""

import asyncio
import os
from pathlib import Path

import pytest

from dew.daemon.examination import EXAMINE, Examination
from dew.doctor import CHECKS
from dew.model.errors import StepFailed


async def test_it_finds_what_the_doctor_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEW_ACCELERATOR", "tcg")
    findings = await Examination(EXAMINE).findings()
    assert {each["name"] for each in findings} <= {"Virtualisation", *(name for name, _ in CHECKS)}
    assert {"QEMU", "Memory", "Disk"} <= {each["name"] for each in findings}
    assert all(set(each) == {"name", "ok", "found", "advice"} for each in findings)


def counting(file: Path) -> tuple[str, ...]:
    return "sh", "-c", f"echo >> {file}; echo '[]'"


async def test_many_who_ask_at_once_cost_one_examination(tmp_path: Path) -> None:
    examination = Examination(counting(tmp_path / "times"))
    await asyncio.gather(*(examination.findings() for _ in range(20)))
    assert (tmp_path / "times").read_text() == "\n"


async def test_one_that_hangs_is_ended_with_all_it_started_and_said_so(tmp_path: Path) -> None:
    program = f"sleep 60 & echo $! > {tmp_path / 'pid'}; wait"
    with pytest.raises(StepFailed, match="Examining the machine took longer than 1 s"):
        await Examination(("sh", "-c", program), 1.0).findings()
    pid = int((tmp_path / "pid").read_text())
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether it runs; a corpse that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_one_that_ends_without_a_result_says_so_and_is_tried_again(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    examination = Examination(("sh", "-c", f"[ -e {whole} ] && echo '[]' || echo nonsense"))
    with pytest.raises(StepFailed, match="without a result"):
        await examination.findings()
    os.close(os.open(whole, os.O_CREAT))
    assert await examination.findings() == []
