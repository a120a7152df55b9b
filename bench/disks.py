"""Off Droplets: Snapshot, restore and create-from-Snapshot, whatever the disk holds."""

import subprocess
from pathlib import Path

from tests.guest.dewd import Dewd, Guest

from bench.report import Figure, Targets, ratio, timed

SIZE = "s-1vcpu-512mb-10gb"
RUNS = 5
FIRST_FREE_BYTES = 3 * 2**29  # beyond the micro image's own filesystem
BLOCK_BYTES = 64 * 2**20
API_LIMIT_SECONDS = 0.5


def fill(dewd: Dewd, guest: Guest, gigabytes: float, scratch: Path) -> Path:
    """Write random data to the Droplet's writable Layer from outside; return that file."""
    block = scratch / "random"
    if not block.exists():
        with Path("/dev/urandom").open("rb") as source:
            block.write_bytes(source.read(BLOCK_BYTES))
    top = dewd.layers()[max(dewd.layers())]
    commands = []
    for start in range(0, int(gigabytes * 2**30), BLOCK_BYTES):
        commands += ["-c", f"write -q -s {block} {FIRST_FREE_BYTES + start} {BLOCK_BYTES}"]
    subprocess.run(["qemu-io", "-f", "qcow2", "-n", *commands, top], check=True)
    subprocess.run(["sync", top], check=True)
    return top


def measure(dewd: Dewd, gigabytes: float, scratch: Path, targets: Targets, *, compare: bool) -> None:
    """Print the figures for a disk that holds ``gigabytes``."""
    print(f"\nAn off Droplet whose disk holds {gigabytes:g} GB, as an API client sees it")
    guest = dewd.create(f"bench-{gigabytes:g}".replace(".", "-"), size=SIZE)
    guest.act("power_off")
    top = fill(dewd, guest, gigabytes, scratch)
    full_copy = _full_copy(top, scratch) if compare else None
    taken: list[int] = []
    snapshot = timed("Snapshot", RUNS, lambda run: taken.append(guest.snapshot(f"s{gigabytes:g}-{run}")))
    restore = timed("restore", RUNS, lambda run: guest.restore(taken[0]))
    for figure in (snapshot, restore):
        print(f"  {figure}")
        targets.hold(f"{figure.name} at {gigabytes:g} GB", figure.median, API_LIMIT_SECONDS, "s")
    if full_copy is not None:
        _compare(dewd, snapshot, full_copy, top, scratch)
    _measure_create(dewd, taken[0], gigabytes, targets)
    guest.delete()


def _full_copy(top: Path, scratch: Path) -> Figure:
    def convert(_run: int) -> None:
        subprocess.run(
            ["qemu-img", "convert", "-U", "-c", "-O", "qcow2", top, scratch / "copy.qcow2"], check=True
        )

    figure = timed("a full compressed copy (qemu-img convert -c)", 1, convert)
    (scratch / "copy.qcow2").unlink()
    return figure


def _compare(dewd: Dewd, snapshot: Figure, full_copy: Figure, top: Path, scratch: Path) -> None:
    def create(run: int) -> None:
        target = scratch / f"bare-{run}.qcow2"
        command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", top, "-F", "qcow2", target]
        subprocess.run(command, check=True)

    bare = timed("a bare qemu-img create -b", RUNS, create)
    for figure in (full_copy, bare):
        print(f"  {figure}")
        print(ratio(snapshot, figure))


def _measure_create(dewd: Dewd, snapshot: int, gigabytes: float, targets: Targets) -> None:
    made: list[Guest] = []
    create = timed(
        "create from the Snapshot, until QEMU runs",
        RUNS,
        lambda run: made.append(dewd.create(f"copy-{run}", image=snapshot, size=SIZE)),
        after=lambda run: made[run].act("power_off"),  # a guest that boots would slow the next one down
    )
    start = timed(
        "power on of what is there already",
        RUNS,
        lambda run: made[run].act("power_on"),
        after=lambda run: made[run].act("power_off"),
    )
    print(f"  {create}\n  {start}")
    print(ratio(create, start))
    targets.hold(f"create from a Snapshot at {gigabytes:g} GB", create.median, API_LIMIT_SECONDS, "s")
    for guest in made:
        guest.delete()
