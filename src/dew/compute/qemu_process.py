"""A guest's process: started so that it can't be lost, known again after a restart, and ended for certain.

Nothing may be left running that the daemon does not know of, wherever ``kill -9`` strikes it. So the child
waits at a gate: a shell that holds the finished command line and reads its standard input. The daemon
writes the child's pid and start time to the disk and only then says "go"; the shell becomes QEMU (``exec``
keeps pid and start time). If the daemon dies before that, the pipe closes and the shell ends instead.

A pid alone proves nothing: it is given out again. Together with the start time and the host's boot id it
names one process for ever, and a pidfd, opened before the comparison, keeps meaning that process.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dew.model.errors import GuestRefused, MonitorLost

GATE = 'umask 077; read -r go && exec "$@" </dev/null'

GO = b"go\n"

DEATH_LIMIT_SECONDS = 30.0
"""A killed process can be held up by the kernel while it frees gigabytes or waits for a slow disk."""

START_TIME_FIELD = 22
"""Of /proc/PID/stat, counted from 1, in clock ticks since the host booted (proc(5))."""


@dataclass(frozen=True)
class ProcessIdentity:
    """What names one process for ever."""

    pid: int
    start_ticks: int
    boot_id: str


class GuestProcess:
    """A live process, ours or one of an earlier daemon's; closed when it has gone or ``close`` is called."""

    def __init__(self, identity: ProcessIdentity, pidfd: int, on_gone: Callable[[], None]) -> None:
        """Watch ``pidfd`` (taken over), calling ``on_gone`` once in the running loop when it has ended."""
        self.identity = identity
        self._pidfd = pidfd
        self._on_gone = on_gone
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(pidfd, self._ended)

    @classmethod
    def find(cls, identity: ProcessIdentity, on_gone: Callable[[], None]) -> "GuestProcess | None":
        """Return the process of that identity if it lives."""
        try:
            pidfd = os.pidfd_open(identity.pid)
        except OSError:
            return None
        if identity != live_identity(identity.pid):
            os.close(pidfd)
            return None
        return cls(identity, pidfd, on_gone)

    @property
    def gone(self) -> bool:
        """Whether it has ended."""
        return self._gone.is_set()

    async def wait_gone(self, timeout_seconds: float) -> bool:
        """Wait for its end; return whether it came in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._gone.wait()
        return self.gone

    async def kill(self) -> None:
        """End it. Raises MonitorLost if even the kernel could not within the limit."""
        if self.gone:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if not await self.wait_gone(DEATH_LIMIT_SECONDS):
            raise MonitorLost(
                f"Process {self.identity.pid} was killed but is there after {DEATH_LIMIT_SECONDS:.0f} s: "
                "the machine's disk may be hanging."
            )

    def close(self) -> None:
        """Stop watching; the process goes on."""
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def _ended(self) -> None:
        with contextlib.suppress(ChildProcessError):  # an earlier daemon's child is init's to reap
            os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOHANG)
        self.close()
        self._gone.set()
        self._on_gone()


class GatedProcess:
    """A child that waits to be told what it may become."""

    def __init__(self, identity: ProcessIdentity, gate: int) -> None:
        self.identity = identity
        self._gate = gate

    def open_gate(self) -> None:
        """Let it become its program."""
        with contextlib.suppress(BrokenPipeError):  # it was killed meanwhile; whoever watches it will see
            os.write(self._gate, GO)
        self.close()

    def close(self) -> None:
        """Let go of the gate: a child that was not told to go ends now."""
        if self._gate >= 0:
            os.close(self._gate)
            self._gate = -1


def spawn_gated(arguments: Sequence[str], descriptors: Mapping[int, int], log: int) -> GatedProcess:
    """Start a child behind a gate, in a session of its own so that it outlives the daemon.

    ``descriptors`` says which of our descriptors it has under which number; ``log`` takes what it prints.
    Not asyncio's subprocess: that kills its children when its loop is closed. Raises GuestRefused.
    """
    ours, gate = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, ours, 0),
        (os.POSIX_SPAWN_DUP2, log, 1),
        (os.POSIX_SPAWN_DUP2, log, 2),
        *((os.POSIX_SPAWN_DUP2, source, number) for number, source in descriptors.items()),
    ]
    shell = ["sh", "-c", GATE, "dew-guest", *arguments]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    try:
        pid = os.posix_spawn("/bin/sh", shell, environment, file_actions=actions, setsid=True)
    except OSError as error:
        os.close(gate)
        raise GuestRefused(f"The guest's process could not be started: {error}.") from error
    finally:
        os.close(ours)
    identity = live_identity(pid)
    if identity is None:
        os.close(gate)
        raise GuestRefused("The guest's process was killed as soon as it was started: is memory short?")
    return GatedProcess(identity, gate)


def live_identity(pid: int) -> ProcessIdentity | None:
    """Return who has ``pid`` now, or None if nobody or only a corpse does."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    if state in "ZX":
        return None
    return ProcessIdentity(pid, int(fields[START_TIME_FIELD - 4]), boot_id())


def boot_id() -> str:
    """Return the id of the host's current boot: pids and start times mean nothing beyond it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
