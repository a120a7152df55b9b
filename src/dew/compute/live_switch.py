"""A live Snapshot's one delicate moment: a running guest goes on writing to another file.

    before     new file known to QEMU · old file flushed · agent known to listen      nobody waits
    ┌ frozen   filesystems frozen · QEMU switches (1–2 ms) · filesystems thawed       the guest's writers wait
    after      if anything was unclear: ask QEMU which file it writes to

Whatever can be done outside the frozen part is. Once it has begun it runs to its end, also if the caller
is cancelled: a guest must never be left frozen. Should the daemon be killed inside it, the guest thaws
itself after 10 s (in images that Dew builds), and the question "which file?" has an answer at all times.
"""

import asyncio
import contextlib
import os
import time
from pathlib import Path

import structlog

from dew.compute.guest_agent import AgentSilent, GuestAgent
from dew.compute.monitor import Monitor
from dew.compute.qemu_args import ROOT_DEVICE, file_node, file_node_name, layer_node, node_name
from dew.model.errors import GuestRefused, MonitorLost
from dew.model.image import Consistency
from dew.model.unbroken import unbroken

log = structlog.get_logger()

SYNC_LIMIT_SECONDS = 3.0
"""An agent answers within milliseconds, under emulation on a busy machine within a second. A guest without
one costs every Snapshot this wait, during which it simply runs on."""

FREEZE_LIMIT_SECONDS = 5.0
"""Half of the 10 s after which the guest thaws itself: freezing includes writing out what it had cached."""

SWITCH_LIMIT_SECONDS = 4.0
"""It takes 1–2 ms, plus a flush of what was written since the flush before."""

THAW_LIMIT_SECONDS = 5.0

ADD_LIMIT_SECONDS = 20.0
"""Opening the new file, on a busy disk."""


async def written_node(monitor: Monitor) -> str:
    """Return the name of the node that the guest writes to now. Raises MonitorLost, GuestRefused."""
    device = {"path": f"/machine/peripheral/{ROOT_DEVICE}", "property": "drive"}
    return str(await monitor.execute("qom-get", device))


async def switch(
    monitor: Monitor, agent: GuestAgent | None, current: Path, successor: Path
) -> Consistency | None:
    """Switch from ``current`` to ``successor``; without an agent to ask nothing is frozen.

    Returns None if the guest was on ``successor`` already. Raises GuestRefused (it still writes to
    ``current``) or MonitorLost (unknown: ask again).
    """
    written = await written_node(monitor)
    if written == node_name(successor):
        await _thaw_leftover(agent)
        return None
    if written != node_name(current):
        raise GuestRefused(f"The guest writes to {written}, not to {node_name(current)}.")
    await _add_overlay(monitor, successor)
    await asyncio.to_thread(_flush, current)
    try:
        return await unbroken(_switch_consistently(monitor, agent, current, successor))
    except (GuestRefused, MonitorLost):
        if await written_node(monitor) == node_name(successor):
            return Consistency.CRASH
        await _remove_overlay(monitor, successor)
        raise


async def _add_overlay(monitor: Monitor, successor: Path) -> None:
    """Make the new file known. What an earlier attempt left may be a file that has since been replaced."""
    await _remove_overlay(monitor, successor)
    for node in (file_node(successor, writable=True), layer_node(successor, backing=None, writable=True)):
        await monitor.execute("blockdev-add", node, ADD_LIMIT_SECONDS)


async def _remove_overlay(monitor: Monitor, successor: Path) -> None:
    for name in (node_name(successor), file_node_name(successor)):
        with contextlib.suppress(GuestRefused):  # it is not there
            await monitor.execute("blockdev-del", {"node-name": name})


def _flush(path: Path) -> None:
    """Put what QEMU wrote on the disk now, so that the flush inside the switch finds little left to do."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _switch_consistently(
    monitor: Monitor, agent: GuestAgent | None, current: Path, successor: Path
) -> Consistency:
    if agent is None:
        await _switch_now(monitor, current, successor)
        return Consistency.CRASH
    async with agent.conversation():
        if not await _listens(agent):
            await _switch_now(monitor, current, successor)
            return Consistency.CRASH
        return await _switch_frozen(monitor, agent, current, successor)


async def _listens(agent: GuestAgent) -> bool:
    try:
        await agent.sync(SYNC_LIMIT_SECONDS)
    except AgentSilent:
        return False
    return True


async def _switch_frozen(monitor: Monitor, agent: GuestAgent, current: Path, successor: Path) -> Consistency:
    """Freeze, switch, thaw. FROZEN only if filesystems were frozen before the switch and after it."""
    began = time.monotonic()
    frozen = thawed = 0
    try:
        frozen = await _freeze(agent)
        await _switch_now(monitor, current, successor)
    finally:
        thawed = await _thaw(agent)
        log.info("guest.frozen", milliseconds=_since(began), frozen=frozen, thawed=thawed)
    return Consistency.FROZEN if frozen and thawed else Consistency.CRASH


async def _switch_now(monitor: Monitor, current: Path, successor: Path) -> None:
    began = time.monotonic()
    names = {"node": node_name(current), "overlay": node_name(successor)}
    await monitor.execute("blockdev-snapshot", names, SWITCH_LIMIT_SECONDS)
    log.info("guest.switched", milliseconds=_since(began), **names)


async def _freeze(agent: GuestAgent) -> int:
    """Return how many filesystems are frozen now; 0 if nobody knows, and they may yet be."""
    try:
        return int(await agent.ask("guest-fsfreeze-freeze", FREEZE_LIMIT_SECONDS))
    except (AgentSilent, TypeError, ValueError):
        return 0


async def _thaw(agent: GuestAgent) -> int:
    """Return how many filesystems had still been frozen. The second try is for an answer that got lost."""
    for attempt in range(2):
        try:
            if attempt:
                await agent.sync(SYNC_LIMIT_SECONDS)
            return int(await agent.ask("guest-fsfreeze-thaw", THAW_LIMIT_SECONDS))
        except (AgentSilent, TypeError, ValueError):
            continue
    log.warning("guest.thaw_unanswered")
    return 0


async def _thaw_leftover(agent: GuestAgent | None) -> None:
    """Thaw what a daemon that was killed between switch and thaw may have left frozen."""
    if agent is None:
        return
    async with agent.conversation():
        if await _listens(agent):
            await unbroken(_thaw(agent))


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
