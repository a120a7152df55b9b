"""The process: one for each data directory, and its command line."""

import argparse
import asyncio
import dataclasses
import fcntl
import gc
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dew import __version__, journal
from dew.config import Config, check, load
from dew.daemon.files import log_path, write_private
from dew.database.ballast import Ballast
from dew.model.errors import DewError, Invalid
from dew.storage.durable import FULL_DISK_ERRNOS, make_directory

if TYPE_CHECKING:
    from dew.daemon.service import Daemon

MOST_FILES = 65_536  # open at once, guests' sockets and connections of clients together


def lock(data: Path) -> TextIO:
    """Take the data directory for this process. Raises Invalid when another has it, or it can't be one."""
    try:
        if not data.exists():
            make_directory(data, 0o711)
            data.chmod(0o711)  # guests have users of their own, who must pass through
        held = (data / "lock").open("a")
    except OSError as error:
        raise Invalid(f"{data} can't be Dew's data directory: {error.strerror}. Set DEW_DATA.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.close()
        raise Invalid(f"Another dewd uses {data}. See `dew status`, or set DEW_DATA to another.") from error
    return held


def _start_time() -> int:
    """Return when this process started, in clock ticks since boot (proc(5), stat field 22)."""
    return int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])


def _daemon_class() -> "type[Daemon]":
    """Import what dewd is made of, a thousand modules: looking for rubbish among them meanwhile, and ever
    again, takes longer than reading them."""
    gc.disable()
    from dew.daemon.service import Daemon

    gc.freeze()
    gc.enable()
    return Daemon


async def _run(config: Config) -> None:
    daemon = _daemon_class()(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    await daemon.run()


def serve(config: Config) -> None:
    """Run dewd in the foreground. Raises DewError when it can't start."""
    os.umask(0o077)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The usual 1024 is for programs that use select; some count up to the limit, so not all that may be.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, MOST_FILES), most))
    held = lock(config.data)
    Ballast(config.data / "ballast").give_way()  # or a full disk could keep dewd from starting
    journal.start(log_path(config))
    pid = json.dumps({"pid": os.getpid(), "start_time": _start_time()})
    write_private(config.data / "dewd.pid", pid)
    try:
        asyncio.run(_run(config))
    finally:
        for name in ("dewd.pid", "address"):
            (config.data / name).unlink(missing_ok=True)
        held.close()


def _with_flags(config: Config, arguments: argparse.Namespace) -> Config:
    """Return the configuration with what the command line turns on."""
    config = dataclasses.replace(
        config,
        simulate=config.simulate or arguments.simulate,
        simulated_in_memory=config.simulated_in_memory or arguments.memory,
        tls=config.tls or arguments.tls,
    )
    check(config)
    return config


def main() -> None:
    """The dewd command."""
    parser = argparse.ArgumentParser(prog="dewd", description="The Dew daemon.")
    parser.add_argument("--simulate", action="store_true", help="simulate Droplets in memory; needs no QEMU")
    parser.add_argument("--memory", action="store_true", help="keep nothing of a simulation on a disk")
    parser.add_argument("--tls", action="store_true", help="HTTPS, with a certificate of one's own")
    parser.add_argument("--doctor", action="store_true", help="examine this machine, print findings as JSON")
    parser.add_argument("--repair", action="store_true", help="offer to mend what is wrong, as JSON")
    parser.add_argument("--version", action="version", version=f"dewd {__version__}")
    arguments = parser.parse_args()
    try:
        config = load()
        config = _with_flags(config, arguments)
        if arguments.repair:
            from dew.doctor import repair

            os.umask(0o077)
            repair.serve(config.data, sys.stdin, sys.stdout)
            return
        if arguments.doctor:
            from dew import doctor  # imported where it is wanted: a start is to be quick

            findings = asyncio.run(doctor.examine(config))
            print(json.dumps([dataclasses.asdict(finding) for finding in findings], default=str))
            return
        serve(config)
    except DewError as error:
        sys.exit(f"dewd: {error}")
    except OSError as error:
        if error.errno not in FULL_DISK_ERRNOS:
            raise
        sys.exit("dewd: The disk with Dew's data is full: delete something beside them, then start it again.")
