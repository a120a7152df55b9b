"""Freeze what this Dew leaves behind when it is ended, for later ones to take over.

    python -m tests.upgrade.freeze      # once, with the code that is released

Writes ``frozen/<schema>.sql``, the database, and ``.json``, its simulated disks and guests. For each
scenario of the crash tests, and each step of its Action, there is a Droplet whose Action got that far: on its
way on with the step's effect there and nothing written, on its way back, and stuck.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from dew.actions.catalogue import KINDS
from dew.actions.kind import Request
from dew.database import droplets, images, migrations
from dew.images.recipe import RECIPES
from dew.model.errors import Busy
from tests.crash.machine import Fault, Killed, Life, Machine
from tests.crash.scenarios import (
    BACKUP,
    KEPT,
    NEW,
    OFF,
    ON,
    PORT,
    SCENARIOS,
    SNAPSHOT_OF_OFF,
    SNAPSHOT_OF_ON,
    Scenario,
)
from tests.crash.test_every_action_survives_every_crash import PIVOTS

FROZEN = Path(__file__).parent / "frozen"
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
WITH_FILES = frozenset({"import_image", "import_snapshot", "fetch_image", "export_snapshot"})
"""What works on files beside the disks, which are not frozen."""

KEPT_ROWS = (
    20  # of the events and of the Actions that completed: nobody needs the story of how all this was made
)


async def make_history(machine: Machine) -> None:
    """Leave an Action of every sort at every place."""
    async with Life(machine) as life:
        for recipe in RECIPES:
            await life.do(Request("build_image", None, {"name": recipe}))
    for scenario in SCENARIOS:
        if scenario.request.kind in WITH_FILES:
            continue
        on = await _places(machine, scenario)
        back = await _places(machine, scenario, *_failure(on, last=False))
        for place in on:
            if place.endswith(".act.after"):
                await _leave(machine, scenario, Fault(place, "kill"))
        for place in back:
            if place.endswith(".undo.after"):
                await _leave(machine, scenario, *_failure(on, last=False), Fault(place, "kill"))
        await _leave(machine, scenario, *_failure(on, last=True))


def _failure(places: list[str], *, last: bool) -> list[Fault]:
    """Return how the pivot fails, or the last step, which past the pivot leaves the Action stuck."""
    acts = [place for place in places if place.endswith(".act.before")]
    pivots = [place for place in acts if place.removesuffix(".act.before") in PIVOTS]
    return [Fault(place, "fail") for place in (acts[-1:] if last else pivots)]


async def _places(machine: Machine, scenario: Scenario, *faults: Fault) -> list[str]:
    """Go through with a scenario; return the places it came by."""
    async with Life(machine) as life:
        request = await subject_of(life, scenario)
    async with Life(machine, faults) as life:
        await _ask(life, request)
        return life.reached


async def _leave(machine: Machine, scenario: Scenario, *faults: Fault) -> None:
    """Let a life that meets ``faults`` be the last thing that happens to a Droplet of its own."""
    async with Life(machine) as life:
        request = await subject_of(life, scenario)
        if scenario.powers_off is not None and request.resource_id is not None:
            life.host.guest_powers_off(request.resource_id)
    async with Life(machine, faults) as life:
        await _ask(life, request)


async def _ask(life: Life, request: Request) -> None:
    """An image that an earlier life has left half-built can't be built by another one."""
    for name in RECIPES if request.kind == "build_image" else ("",):
        try:
            await life.do(replace(request, params={**request.params, "name": name}) if name else request)
        except Busy:
            continue
        return


async def subject_of(life: Life, scenario: Scenario) -> Request:
    """Make a Droplet as the crash tests have it, and its Snapshot; return the scenario's request for them."""
    (created,) = await life.do(Request("create", None, {**NEW, "image": 1}))
    droplet = created.resource_id
    await life.write(droplet, "kept", b"kept")
    await life.write(droplet, "data", b"early")
    (taken,) = await life.do(Request("snapshot", droplet, {"name": f"of {droplet}"}))
    await life.write(droplet, "data", b"later")
    made = {SNAPSHOT_OF_ON: taken.params["image"], SNAPSHOT_OF_OFF: taken.params["image"]}
    await life.do(_aimed(Request("expose_port", ON, PORT), droplet, made))
    if OFF in (scenario.request.resource_id, scenario.powers_off) and not _is_of_image(scenario.request):
        await life.do(Request("power_off", droplet))
    for earlier in scenario.before:
        (done,) = await life.do(_aimed(earlier, droplet, made))
        if done.kind == "backup":
            made[BACKUP] = done.params["image"]
    return _aimed(scenario.request, droplet, made)


def _aimed(asked: Request, droplet: int, made: Mapping[int, int]) -> Request:
    """Return a request of the crash tests for another Droplet and its Images, and ports of its own."""
    params = dict(asked.params)
    if params.get("image") in made:
        params["image"] = made[params["image"]]
    if "port" in params:
        params["port"] += 2 * droplet
    if asked.resource_id is None:
        return replace(asked, params=params)
    to = made[asked.resource_id] if _is_of_image(asked) else droplet
    return replace(asked, resource_id=to, params=params)


def _is_of_image(asked: Request) -> bool:
    return KIND_BY_NAME[asked.kind].resource_type == "image"


async def what_must_stay(machine: Machine) -> Mapping[str, list[int]]:
    """Return the Droplets and Snapshots that were acknowledged and that nobody asked to be gone."""
    async with Life(machine) as life, life.database.read() as tx:
        there = [droplet.id for droplet in await droplets.list_all(tx) if not droplet.creating]
        taken, _ = await images.page(tx, images.Filter(kinds=(images.ImageKind.SNAPSHOT,)), 0, 10_000)
        holding = [droplet for droplet in there if await life.read(droplet, "kept") == KEPT]
    return {"droplets": there, "holding": holding, "snapshots": sorted(image.id for image in taken)}


def dump_world(machine: Machine, stays: Mapping[str, list[int]]) -> str:
    """Return disks and guests as JSON, one line each."""
    lines: dict[str, Any] = {
        "identity": machine.disks.identity,
        "stays": stays,
        "layers": {
            number: [
                layer.disk_bytes,
                layer.sealed,
                {str(key): value.decode() for key, value in layer.content.items()},
            ]
            for number, layer in machine.disks.layers.items()
        },
        "guests": {number: [guest.state, guest.chain] for number, guest in machine.guests.running.items()},
        "traces": machine.guests.traces,
    }
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in lines.items())
        + "\n}\n"
    )


def dump_database(path: Path) -> str:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for table, old in (("events", "1"), ("actions", "state = 'completed'")):
            database.execute(
                f"DELETE FROM {table} WHERE {old} AND id <= (SELECT max(id) FROM {table}) - {KEPT_ROWS}"
            )
        return "\n".join(database.iterdump()) + "\n"


def schema_of(path: Path) -> str:
    engine = create_engine(f"sqlite:///{path}")
    try:
        return migrations.version(engine) or ""
    finally:
        engine.dispose()


async def freeze(directory: Path) -> tuple[str, str, str]:
    """Return the schema's version, the database as SQL and its world as JSON."""
    # A killed life's tasks end with what killed them; that is no news.
    asyncio.get_running_loop().set_exception_handler(_ignore_killed)
    machine = Machine(directory)
    await make_history(machine)
    world = dump_world(machine, await what_must_stay(machine))
    path = directory / "dew.db"
    return schema_of(path), dump_database(path), world


def _ignore_killed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        schema, database, world = asyncio.run(freeze(Path(directory)))
    if (FROZEN / f"{schema}.sql").exists():
        sys.exit(f"Schema {schema} is frozen already: what was released does not change.")
    FROZEN.mkdir(exist_ok=True)
    (FROZEN / f"{schema}.sql").write_text(database)
    (FROZEN / f"{schema}.json").write_text(world)


if __name__ == "__main__":
    main()
