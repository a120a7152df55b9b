"""A daemon that starts a guest, or switches its disk, and is killed with SIGKILL at a chosen place.

Usage: python -m tests.guest.short_lived_daemon PLACE DIRECTORY DROPLET_ID LAYER... [-- SUCCESSOR]
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dew.compute import live_switch, qemu_launch
from dew.compute.guest_directory import GuestDirectory
from dew.compute.network import Network
from dew.compute.qemu import QemuHost
from dew.compute.qemu_guest import QemuGuest
from dew.compute.qemu_process import GatedProcess
from dew.model.disk import QcowChain
from tests.guest.qemu_bench import guest_spec, open_host

PLACES: dict[str, tuple[Any, str]] = {
    "spawned": (qemu_launch, "spawn_gated"),
    "recorded": (GuestDirectory, "write_record"),
    "released": (GatedProcess, "open_gate"),
    "answering": (QemuGuest, "first_contact"),
    "connected": (Network, "ensure_connected"),
    "running": (QemuHost, "ensure_running"),
    "frozen": (live_switch, "_freeze"),
    "switched": (live_switch, "_switch_now"),
}
"""After which call each place is."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function the last thing that this process does."""
    if asyncio.iscoroutinefunction(call):

        async def last_wait(*args: Any, **kwargs: Any) -> None:
            await call(*args, **kwargs)
            die()

        return last_wait

    def last_call(*args: Any, **kwargs: Any) -> None:
        call(*args, **kwargs)
        die()

    return last_call


async def main(place: str, directory: Path, droplet_id: int, layers: list[str]) -> None:
    split = layers.index("--") if "--" in layers else len(layers)
    chain = QcowChain(tuple(map(Path, layers[:split])))
    owner, name = PLACES[place]
    setattr(owner, name, deadly(getattr(owner, name)))
    host = await open_host(directory)
    if split == len(layers):
        await host.ensure_running(guest_spec(droplet_id, chain))
    else:
        await host.switch_disk(droplet_id, chain, QcowChain((Path(layers[-1]), *chain.paths)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
