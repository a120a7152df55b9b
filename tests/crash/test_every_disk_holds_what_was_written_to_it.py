"""Thousands of random steps on real qcow2 files, with dewd killed anywhere, against a byte-exact model."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from dew.actions import guests
from dew.actions.kind import Request
from tests.crash.blocks import HAVE_QEMU, Contents
from tests.crash.disk_machine import DiskMachine
from tests.crash.machine import Machine
from tests.crash.qcow_life import QcowLife

pytestmark = pytest.mark.skipif(not HAVE_QEMU, reason="qemu-utils is not installed")

OFTEN = ("create", "snapshot", "restore", "undo", "destroy", "sweep", "snapshot amid a sweep", "restart")
MEANINGFUL_STEPS = 1000  # from here on, all of that is done now and then
MOST_STEPS, USUAL_STEPS = 50, 40  # of one machine


@pytest.fixture
def disk_machine(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> type[DiskMachine]:
    """The state machine, with what all its runs share."""
    monkeypatch.setattr(guests, "LOOK_EVERY_SECONDS", 0.001)  # guests here shut down at once
    directory = scratch / "template of disks"
    directory.mkdir()
    asyncio.run(_build_image(directory))
    DiskMachine.template, DiskMachine.scratch = directory, scratch
    DiskMachine.contents = Contents(scratch)
    return DiskMachine


async def _build_image(directory: Path) -> None:
    async with QcowLife(Machine(directory)) as life:
        await life.do(Request("build_image", None, {"name": "dew-micro"}))


@pytest.mark.timeout(0)  # as long as the steps take that were asked for; each has its own limit
def test_every_disk_holds_what_was_written_to_it(
    disk_machine: type[DiskMachine], request: pytest.FixtureRequest
) -> None:
    steps = request.config.getoption("--steps")
    run_state_machine_as_test(
        disk_machine,
        settings=settings(
            max_examples=max(1, steps // USUAL_STEPS),
            stateful_step_count=MOST_STEPS,
            deadline=None,
            phases=[Phase.generate],  # to make a failure smaller takes longer than the build server has
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = disk_machine.done
    print(dict(done))
    assert done["steps"] >= steps / 2
    assert steps < MEANINGFUL_STEPS or all(done[what] >= steps / 200 for what in OFTEN), (
        f"some things are hardly done: {done}"
    )
