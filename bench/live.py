"""A running, steadily writing guest: how long a live Snapshot makes its writes wait."""

import json
import statistics
import time
from itertools import pairwise

from tests.guest.dewd import Dewd, Guest

from bench.report import Figure, Targets

RUNS = 7
STALL_LIMIT_SECONDS = 0.150
SWITCH_LIMIT_SECONDS = 0.010

# Each line is the guest's uptime after one acknowledged write; the clock has a resolution of 10 ms.
WRITER = """
touch /root/busy
dd if=/dev/urandom of=/run/block bs=4k count=1 2>/dev/null
setsid sh -c 'while [ -e /root/busy ]; do
  dd if=/run/block of=/root/written bs=4k count=1 conv=notrunc,fsync 2>/dev/null
  read up rest < /proc/uptime; echo $up
done > /run/writes' >/dev/null 2>&1 &
"""


def measure(dewd: Dewd, targets: Targets) -> None:
    """Print the stall that a writer in the guest sees, and what it is made of."""
    print("\nA live Snapshot of a micro guest that writes steadily")
    guest = dewd.create("writer")
    guest.ssh("sync")
    guest.ssh(WRITER)
    time.sleep(2)  # let it write steadily first
    guest.ssh("test -s /run/writes")
    for run in range(RUNS):
        guest.snapshot(f"live-{run}")
        time.sleep(1)
    guest.ssh("rm /root/busy; sleep 1")
    writes = [float(line) for line in guest.ssh("cat /run/writes").split()]
    gaps = sorted(later - earlier for earlier, later in pairwise(writes))
    usual = statistics.median(gaps)
    longest = Figure("the longest waits between two acknowledged writes", tuple(gaps[-RUNS:]))
    print(f"  {longest}\n    between two writes otherwise: {usual * 1000:.0f} ms (median)")
    stall = longest.median - usual
    targets.hold("stall of the writing guest", stall * 1000, STALL_LIMIT_SECONDS * 1000, "ms")
    _print_logged(dewd, guest, targets)
    guest.delete()


def _print_logged(dewd: Dewd, guest: Guest, targets: Targets) -> None:
    for event, what in (("guest.switched", "the switch itself (QMP)"), ("guest.frozen", "freeze to thaw")):
        seconds = tuple(entry["milliseconds"] / 1000 for entry in _logged(dewd, event))
        figure = Figure(what, seconds)
        print(f"  {figure}")
        if event == "guest.switched":
            targets.hold(what, figure.median * 1000, SWITCH_LIMIT_SECONDS * 1000, "ms")


def _logged(dewd: Dewd, event: str) -> list[dict[str, float]]:
    lines = (dewd.data / "log" / "dewd.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines if event in line]
    return [entry for entry in entries if entry.get("event") == event][-RUNS:]
