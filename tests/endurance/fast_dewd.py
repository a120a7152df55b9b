"""dewd whose hour takes half a minute: shorter intervals, less that is kept. It can be made to leak.

DEW_TEST_LEAK=memory,handles,threads,tasks,database python -m tests.endurance.fast_dewd
"""

import asyncio
import importlib
import os
import threading
from pathlib import Path
from typing import Any

from dew import journal
from dew.actions.engine import Engine
from dew.daemon import process
from dew.database import events, facts
from dew.reconcile import history

SPEED = 120
INTERVALS = (  # what is done once an hour would be done once, so it is done ten times as often
    ("dew.reconcile.guests", "LOOK_AROUND_EVERY_SECONDS", SPEED),
    ("dew.reconcile.layers", "SWEEP_EVERY_SECONDS", 10 * SPEED),
    ("dew.reconcile.history", "FORGET_EVERY_SECONDS", 10 * SPEED),
)
KEEP_BILLS_DAYS = 0.00002
LEAKED_BYTES = 20_000  # for each Action: some objects with what they hold

leaked: list[Any] = []


def hurry() -> None:
    for module_name, interval, speed in INTERVALS:
        module = importlib.import_module(module_name)
        setattr(module, interval, getattr(module, interval) / speed)
    journal.FILE_BYTES //= SPEED
    events.KEPT_EVENTS //= SPEED
    history.KEEP_BILLS_DAYS = KEEP_BILLS_DAYS


async def leak(engine: Engine, sorts: list[str]) -> None:
    """What a careless change could cost for every Action."""
    if "memory" in sorts:
        leaked.append(os.urandom(LEAKED_BYTES))
    if "handles" in sorts:
        leaked.append(Path(os.devnull).open())  # noqa: SIM115
    if "threads" in sorts:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    if "tasks" in sorts:
        leaked.append(asyncio.create_task(asyncio.Event().wait()))
    if "database" in sorts:
        async with engine._world.database.write() as tx:
            await facts.put(tx, f"leaked {len(leaked)} {os.urandom(8).hex()}", "x" * LEAKED_BYTES)


def make_leaky(sorts: list[str]) -> None:
    accept = Engine.accept

    async def accept_and_leak(self: Engine, *requests: Any) -> Any:
        await leak(self, sorts)
        return await accept(self, *requests)

    setattr(Engine, "accept", accept_and_leak)  # noqa: B010


if __name__ == "__main__":
    hurry()
    if sorts := os.environ.get("DEW_TEST_LEAK"):
        make_leaky(sorts.split(","))
    process.main()
