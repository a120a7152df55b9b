"""dewd that finds a history deep after five Layers, and looks for that and for due Backups every second.

Its guests refuse the first merged history that they are given, half-way: it is open, and not read.
"""

from typing import Any

from dew.compute.monitor import Monitor
from dew.daemon import process
from dew.model.errors import GuestRefused
from dew.reconcile import backups, consolidation

execute = Monitor.execute
refused = False


async def refuse_once(self: Monitor, command: str, *more: Any, **named: Any) -> Any:
    global refused
    if command == "blockdev-reopen" and not refused:
        refused = True
        raise GuestRefused("not this time")
    return await execute(self, command, *more, **named)


if __name__ == "__main__":
    backups.LOOK_EVERY_SECONDS = consolidation.LOOK_EVERY_SECONDS = 1.0
    consolidation.DEEP_LAYERS = 5
    Monitor.execute = refuse_once
    process.main()
