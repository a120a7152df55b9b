"""The dewd process of this machine: whether it runs, how it is started, how one waits for its end."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dew.cli.failure import Failure
from dew.cli.home import address, anonymous_client, data_directory
from dew.cli.process import Process, running_on
from dew.client import Client

START_TIMEOUT_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.02  # a simulation is up in half a second
STOP_TIMEOUT_SECONDS = 90.0  # guests may take a minute to shut down
FULL_BYTES = 2**20  # with less free dewd can't even say why it does not start
LOG_LINES = 20  # shown when dewd does not start
Tick = Callable[[float], None]  # called with the seconds that passed, again and again
DEWD = (sys.executable, "-m", "dew.daemon")


@dataclass(frozen=True)
class Answering:
    """A dewd whose process cannot be seen: it lives as long as it answers."""

    client: Client

    @property
    def alive(self) -> bool:
        """Whether it still answers."""
        return self.client.healthy()


def running() -> Process | None:
    """Return the dewd of our data directory, if it runs."""
    try:
        return running_on(data_directory())
    except PermissionError:
        return None


def log_file() -> Path:
    """Where dewd's output goes when we start it: little but the reason why it could not start."""
    return data_directory() / "dewd.log"


def journal_file() -> Path:
    """Where dewd tells what happens while it runs."""
    return data_directory() / "log" / "dewd.log"


def start(*flags: str) -> int:
    """Start dewd and wait until it answers; return its pid. Raises Failure with its last words."""
    log = log_file()
    try:
        _prepare(log)
        process = _spawn(log, flags)
    except OSError as error:
        raise Failure(f"{log.parent} can't be Dew's data directory: {error.strerror}.") from error
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise _died(process.returncode, log)
        if (log.parent / "address").exists() and anonymous_client().healthy():
            return process.pid
        time.sleep(LOOK_EVERY_SECONDS)
    raise Failure(
        f"dewd (pid {process.pid}) runs, but did not answer at {address()} within "
        f"{START_TIMEOUT_SECONDS:.0f} seconds. Its log is {journal_file()}."
    )


def _prepare(log: Path) -> None:
    """Have the data directory and an empty file for dewd's first words."""
    if not log.parent.exists():
        log.parent.mkdir(parents=True)
        log.parent.chmod(0o711)  # as dewd does: guests have users of their own
    # What a dewd that was killed left behind: whoever listens there now must not be taken for the new one.
    (log.parent / "address").unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    log.touch(mode=0o600)


def _spawn(log: Path, flags: Sequence[str]) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that closing this terminal or Ctrl-C here does not end it."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [*DEWD, *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _died(code: int, log: Path) -> Failure:
    words = log.read_text(errors="replace").strip().splitlines()[-LOG_LINES:]
    full = shutil.disk_usage(log.parent).free < FULL_BYTES
    nothing = f"nothing: the disk of {log.parent} is full" if full else "nothing"
    said = "".join(f"\n  {line}" for line in words) or f"\n  ({nothing})"
    return Failure(
        f"dewd ended at once, with exit code {code}. It said:{said}\nCheck this machine with: dew doctor"
    )


def wait_until_gone(process: Process | Answering, tick: Tick) -> bool:
    """Wait until a dewd has ended, calling ``tick`` with the seconds that passed; whether it has."""
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < STOP_TIMEOUT_SECONDS:
        if not process.alive:
            return True
        tick(passed)
        time.sleep(0.1)
    return False
