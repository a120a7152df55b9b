"""What a guest says of its inside, through its agent: memory, load, and the filesystem at its root.

The agent of QEMU 7 has no command for memory and load, so the files are read that programs inside read too. A
guest whose agent does not do that leaves them out. Whatever is said comes from the guest.
"""

import base64
import contextlib
from typing import Any

from dew.compute.guest_agent import AgentRefused, GuestAgent
from dew.compute.meter import Filesystem, Inside

ANSWER_LIMIT_SECONDS = 1.0
"""Under emulation an answer takes a tenth of one. A Snapshot that wants to freeze it waits meanwhile."""

FILE_LIMIT_BYTES = 8192  # /proc/meminfo has 1500
NAME_LIMIT_CHARACTERS = 64
LARGEST_COUNT = 2**63
LARGEST_LOAD = 1e6

Load = tuple[float | None, float | None, float | None]

NONSENSE = (ValueError, KeyError, TypeError, IndexError, AttributeError)


async def ask(agent: GuestAgent) -> Inside:
    """Ask, in a conversation and after a sync; what is refused or nonsense is None. Raises AgentSilent."""
    filesystem: Filesystem | None = None
    memory: dict[str, int] = {}
    load: Load = (None, None, None)
    with contextlib.suppress(AgentRefused, *NONSENSE):
        filesystem = _root(await agent.ask("guest-get-fsinfo", ANSWER_LIMIT_SECONDS))
    with contextlib.suppress(AgentRefused, *NONSENSE):
        memory = _memory(await _content(agent, "/proc/meminfo"))
    with contextlib.suppress(AgentRefused, *NONSENSE):
        load = _load(await _content(agent, "/proc/loadavg"))
    return Inside(memory.get("MemFree"), memory.get("Cached"), memory.get("MemAvailable"), *load, filesystem)


async def _content(agent: GuestAgent, path: str) -> str:
    handle = await agent.ask("guest-file-open", ANSWER_LIMIT_SECONDS, path=path, mode="r")
    try:
        read = await agent.ask("guest-file-read", ANSWER_LIMIT_SECONDS, handle=handle, count=FILE_LIMIT_BYTES)
    finally:
        await agent.ask("guest-file-close", ANSWER_LIMIT_SECONDS, handle=handle)
    return base64.b64decode(read["buf-b64"]).decode("ascii")


def _memory(text: str) -> dict[str, int]:
    """Return lines such as "MemFree:  1024 kB", in bytes."""
    found = {}
    for line in text.splitlines():
        name, _, amount = line.partition(":")
        number, *unit = amount.split()
        if unit == ["kB"]:
            found[name] = _count(int(number) * 1024)
    return found


def _load(text: str) -> Load:
    one, five, fifteen = (float(word) for word in text.split()[:3])
    if not all(0 <= each < LARGEST_LOAD for each in (one, five, fifteen)):
        raise ValueError("the guest has no such load")
    return one, five, fifteen


def _root(filesystems: Any) -> Filesystem | None:
    for each in filesystems:
        if each["mountpoint"] == "/":
            size_bytes, used_bytes = _count(each["total-bytes"]), _count(each["used-bytes"])
            free_bytes = _count(size_bytes - used_bytes)
            return Filesystem(f"/dev/{_name(each['name'])}", _name(each["type"]), size_bytes, free_bytes)
    return None


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < LARGEST_COUNT:
        raise ValueError("the guest counts in no numbers of bytes")
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > NAME_LIMIT_CHARACTERS:
        raise ValueError("the guest has no such name")
    return value
