"""``./dew bench``: measure, hold it against what else could be done, and say what was not reached.

``./dew bench live idle`` measures only these parts. ``bench/results.txt`` is what the last runs
printed, each below a line about the machine.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.guest.dewd import Dewd, dewd_on

from bench import disks, idle, life, live, pages, panel, starts
from bench.report import Targets

SIZES_GB = (0.5, 2.0, 8.0)
COMPARED_GB = 2.0
NEEDED_GB = 25


def main() -> None:
    """Measure everything, or the parts that were named; exit with 1 if a target was missed."""
    parts = sys.argv[1:] or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
    scratch = Path(tempfile.mkdtemp(prefix="dew-bench-", dir="/var/tmp"))
    if shutil.disk_usage(scratch).free < NEEDED_GB * 10**9:
        sys.exit(f"The measurements need {NEEDED_GB} GB in /var/tmp for a while: make room and try again.")
    cache = Path("~/.cache/dew-test-images").expanduser()
    targets = Targets()
    try:
        with dewd_on(cache) as dewd:
            dewd.image("dew-micro")
            dewd.create("first").delete()  # now it is known what guests run under
            print(_machine(dewd.client.status()["acceleration"]))
            for part in parts:
                PARTS[part](dewd, scratch, targets)
    finally:
        shutil.rmtree(scratch)
    sys.exit(f"Missed: {', '.join(targets.missed)}." if targets.missed else 0)


def _disks(dewd: Dewd, scratch: Path, targets: Targets) -> None:
    for gigabytes in SIZES_GB:
        disks.measure(dewd, gigabytes, scratch, targets, compare=gigabytes == COMPARED_GB)


PARTS: dict[str, Callable[[Dewd, Path, Targets], None]] = {
    "disks": _disks,
    "live": lambda dewd, _scratch, targets: live.measure(dewd, targets),
    "idle": lambda dewd, _scratch, targets: idle.measure(dewd, targets),
    "life": lambda _dewd, scratch, targets: life.measure(scratch, targets),
    "starts": lambda _dewd, scratch, targets: starts.measure(scratch, targets),
    "pages": lambda _dewd, scratch, targets: pages.measure(scratch, targets),
    "panel": lambda _dewd, scratch, targets: panel.measure(scratch, targets),
}


def _machine(acceleration: str) -> str:
    qemu = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True)
    load, _, _ = os.getloadavg()
    system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, load {load:.1f} at first"
    return f"{system}; {qemu.stdout.splitlines()[0]}; {acceleration}"


if __name__ == "__main__":
    main()
