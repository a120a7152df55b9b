"""Giving a running guest a shorter chain below the file it writes to; both show the same.

    before   layer-9 ─► layer-8 ─► layer-7 ─► … ─► layer-1
    after    layer-9 ─► layer-12 ─► layer-1

QEMU changes the parent between two requests of the guest. Each step may be done again, so one that a killed
dewd left half done is finished by the next; where all is done, nothing is.
"""

from dew.compute.live_switch import ADD_LIMIT_SECONDS, written_node
from dew.compute.monitor import Monitor
from dew.compute.qemu_args import chain_nodes, file_node_name, layer_node, node_name
from dew.model.disk import QcowChain
from dew.model.errors import GuestRefused

LAYER_PREFIX = "layer-"


async def shorten(monitor: Monitor, chain: QcowChain) -> None:
    """Have the guest read its disk through ``chain``. Raises GuestRefused, MonitorLost."""
    head, below = chain.paths[0], chain.paths[1]
    written = await written_node(monitor)
    if written != node_name(head):
        raise GuestRefused(f"The guest writes to {written}, not to {node_name(head)}.")
    known = await _known(monitor)
    needed = {name for path in chain.paths for name in (node_name(path), file_node_name(path))}
    if known == needed:
        return
    for node in chain_nodes(QcowChain(chain.paths[1:]), writable=False):
        if node["node-name"] not in known:
            await monitor.execute("blockdev-add", node, ADD_LIMIT_SECONDS)
    reopened = layer_node(head, backing=node_name(below), writable=True)
    await monitor.execute("blockdev-reopen", {"options": [reopened]}, ADD_LIMIT_SECONDS)
    await _let_go(monitor, sorted((known - needed), key=_newest_first))


async def _known(monitor: Monitor) -> set[str]:
    """Return the names of the nodes that are Layers, and of those below that are their files."""
    nodes = await monitor.execute("query-named-block-nodes", {"flat": True})
    names = {str(node["node-name"]) for node in nodes}
    return {name for name in names if LAYER_PREFIX in name}


def _newest_first(name: str) -> tuple[int, bool]:
    """A node goes only when nothing reads through it; its file goes after it."""
    return -int(name.rpartition("-")[2]), name.startswith("file-")


async def _let_go(monitor: Monitor, names: list[str]) -> None:
    """Close what is read no more. One that something still reads through goes in a later round, or never."""
    left = []
    for name in names:
        try:
            await monitor.execute("blockdev-del", {"node-name": name})
        except GuestRefused:
            left.append(name)
    if len(left) < len(names):
        await _let_go(monitor, left)
