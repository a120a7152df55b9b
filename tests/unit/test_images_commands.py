"""A helper program never outlives its time or its caller, and its failure says what to do."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from dew.images import commands
from dew.model.errors import NoSpace, StepFailed


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def until_written(file: Path) -> int:
    for _ in range(500):
        if file.exists() and (text := file.read_text().strip()):
            return int(text)
        await asyncio.sleep(0.01)
    raise AssertionError("the program did not start")


async def test_output_input_and_complaints_reach_their_places() -> None:
    heard: list[str] = []
    output = await commands.run(
        *("sh", "-c", "cat; echo careful >&2"),
        what="Talking",
        timeout_seconds=10,
        stdin=b"hello",
        on_line=heard.append,
    )
    assert output == "hello"
    assert heard == ["careful"]


async def test_a_failure_names_the_work_and_the_programs_last_words() -> None:
    with pytest.raises(StepFailed, match=r"Mixing failed .*3.* too salty"):
        await commands.run("sh", "-c", "echo too salty >&2; exit 3", what="Mixing", timeout_seconds=10)


async def test_a_missing_program_names_the_package_to_install() -> None:
    with pytest.raises(StepFailed, match="install the package absent-program"):
        await commands.run("absent-program", what="Mixing", timeout_seconds=10)


async def test_a_full_disk_is_told_apart() -> None:
    with pytest.raises(NoSpace):
        await commands.run(
            *("sh", "-c", "echo 'x: No space left on device' >&2; exit 1"), what="Mixing", timeout_seconds=10
        )


async def test_a_program_past_its_time_is_ended_with_its_children(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    began = time.monotonic()
    with pytest.raises(StepFailed, match="took longer than"):
        await commands.run(
            *("sh", "-c", f"sleep 100 & echo $! >{file}; wait"), what="Waiting", timeout_seconds=0.5
        )
    assert time.monotonic() - began < 10
    assert not alive(int(file.read_text()))


async def test_cancelling_ends_a_program_that_ignores_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "TERMINATE_SECONDS", 0.2)
    file = tmp_path / "pid"
    script = f"trap '' TERM; echo $$ >{file}; while true; do sleep 0.1; done"
    task = asyncio.create_task(commands.run("sh", "-c", script, what="Waiting", timeout_seconds=60))
    pid = await until_written(file)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)
    assert pid != os.getpid()
