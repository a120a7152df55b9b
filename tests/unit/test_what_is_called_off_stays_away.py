"""An import that was called off leaves no Image, even when dewd is killed right afterwards."""

from pathlib import Path

import pytest
from tests.crash.machine import Fault, Life, Machine
from tests.unit import hostile_images

from dew.actions import import_image
from dew.actions.kind import Request
from dew.database import images, uploads
from dew.model.action import ActionState
from dew.model.errors import Busy

ONLY_IMAGE = 1
CAN_BE_CALLED_OFF = {"fetch_file": True, "inspect": True, "convert": True, "import_layer": False}


class Calling(Life):
    """A life in which somebody calls the import off at the end of a step."""

    answer: bool | None = None

    def __init__(self, machine: Machine, step: str) -> None:
        super().__init__(machine, [Fault(f"import_image.{step}.running.commit.after", "kill")])
        self.step = step

    async def _reach(self, place: str) -> None:
        if place == f"import_image.{self.step}.act.after":
            self.answer = await called_off(self)
        await super()._reach(place)


async def wanted(life: Life) -> Request:
    content = hostile_images.qcow2()
    async with life.database.write() as tx:
        upload_id = await uploads.add(tx, "disk.qcow2", len(content), None, life.world.now())
        await uploads.set_received(tx, upload_id, len(content), life.world.now())
        upload = await uploads.get(tx, upload_id)
    life.world.settings.uploads.mkdir(exist_ok=True)
    upload.path(life.world.settings.uploads).write_bytes(content)
    return Request("import_image", None, {"name": "mine", "upload": upload_id})


async def called_off(life: Life) -> bool:
    try:
        async with life.database.write() as tx:
            return await import_image.cancel(tx, ONLY_IMAGE)
    except Busy:
        return False


@pytest.mark.parametrize("step", CAN_BE_CALLED_OFF)
async def test_who_was_told_that_it_is_off_does_not_find_it_after_a_kill(tmp_path: Path, step: str) -> None:
    machine = Machine(tmp_path)
    async with Calling(machine, step) as life:
        (left,) = await life.do(await wanted(life))
        assert (left.resource_id, life.answer) == (ONLY_IMAGE, CAN_BE_CALLED_OFF[step])
    async with Life(machine) as life:
        await life.resume()
        ended = await life.follow(left.id)
        async with life.database.read() as tx:
            there = await images.find(tx, ONLY_IMAGE) is not None
    assert there == (ended.state is ActionState.COMPLETED) == (not CAN_BE_CALLED_OFF[step])
