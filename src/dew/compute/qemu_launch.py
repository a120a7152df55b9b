"""Starting a guest's process: what has to be there first, and nothing left behind that nobody knows of."""

import asyncio
import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from dew.compute import qemu_args
from dew.compute.acceleration import Acceleration
from dew.compute.guest_directory import SOCKET_NAMES, GuestDirectory, GuestRecord
from dew.compute.host import GuestSpec
from dew.compute.privileges import GuestUsers
from dew.compute.qemu_guest import QemuGuest
from dew.compute.qemu_process import GatedProcess, spawn_gated
from dew.compute.seed import iso
from dew.model.disk import Disk, QcowChain
from dew.model.errors import Broken, GuestRefused, HostFull, LayerMissing, NoSpace

QEMU_OVERHEAD_BYTES = 100 * 2**20
"""What a QEMU process takes beside its guest's memory."""

FULL_DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


def qcow_chain(disk: Disk) -> QcowChain:
    """Return the disk as files; raises Broken for one that QEMU can't open."""
    if not isinstance(disk, QcowChain) or not disk.paths:
        raise Broken(f"QEMU needs a disk made of qcow2 files and was given {disk!r}.")
    return disk


async def prepare(spec: GuestSpec, directory: GuestDirectory, users: GuestUsers) -> None:
    """Have everything that QEMU opens at its start. Raises HostFull, LayerMissing, NoSpace, GuestRefused."""
    chain = qcow_chain(spec.disk)
    with translated("prepare the guest's start"):
        await asyncio.to_thread(require_memory, spec.memory_bytes + QEMU_OVERHEAD_BYTES)
        await asyncio.to_thread(require_layers, chain)
        await asyncio.to_thread(lambda: directory.prepare(iso(spec.seed)))
        await asyncio.to_thread(users.hand_over, chain.paths[0], spec.droplet_id)


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn an OSError into NoSpace or GuestRefused; ``doing`` continues the words "Could not"."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK_ERRNOS:
            raise NoSpace(f"Could not {doing}: the disk of {error.filename} is full.") from error
        raise GuestRefused(f"Could not {doing}: {error}.") from error


def require_memory(needed_bytes: int) -> None:
    """Raise HostFull if the kernel could not give that much without swapping.

    What running guests were promised and have not touched yet is not seen here: that sum is policy.
    """
    available_bytes = available_memory_bytes(Path("/proc/meminfo").read_text())
    if available_bytes < needed_bytes:
        raise HostFull(
            f"The machine has {available_bytes >> 20} MiB of memory left and the Droplet needs "
            f"{needed_bytes >> 20}: power off another one, or choose a smaller size."
        )


def available_memory_bytes(meminfo: str) -> int:
    """Return MemAvailable from the text of /proc/meminfo (which counts in KiB)."""
    fields = dict(line.split(":", 1) for line in meminfo.splitlines())
    return int(fields["MemAvailable"].split()[0]) * 1024


def require_layers(chain: QcowChain) -> None:
    """Raise LayerMissing if a file of the disk is not there: QEMU's own words for it help nobody."""
    for path in chain.paths:
        if not path.is_file():
            raise LayerMissing(f"The Layer {path.name} that this disk needs is not in the store.")


async def launch(
    spec: GuestSpec,
    directory: GuestDirectory,
    privileges: tuple[GuestUsers, Acceleration],
    hold: Callable[[GatedProcess], QemuGuest],
) -> QemuGuest:
    """Start QEMU, paused, its record on the disk before it could do anything. Raises GuestRefused.

    ``hold`` is called as soon as there is a process; what it returns is the caller's to end.
    """
    gated = spawn(spec, directory, *privileges)
    with contextlib.closing(gated):
        guest = hold(gated)
        with translated("record the guest's process"):
            record = GuestRecord(gated.identity, spec.address)
            await asyncio.to_thread(directory.write_record, record)
        gated.open_gate()
    return guest


def spawn(
    spec: GuestSpec, directory: GuestDirectory, users: GuestUsers, acceleration: Acceleration
) -> GatedProcess:
    """Start the process behind its gate, with the sockets that it inherits listening already."""
    with directory.listening() as sockets, _log(directory) as log:
        first = max(log, *(listener.fileno() for listener in sockets.values())) + 1
        numbers = {name: first + place for place, name in enumerate(SOCKET_NAMES)}  # clash with none of ours
        inherited = {numbers[name]: listener.fileno() for name, listener in sockets.items()}
        machine = _machine(spec, directory, acceleration)
        command = qemu_args.command(machine, qemu_args.Descriptors(**numbers))
        confined = users.privileges(spec.droplet_id, acceleration.groups).wrap(command)
        return spawn_gated(confined, inherited, log)


@contextlib.contextmanager
def _log(directory: GuestDirectory) -> Iterator[int]:
    descriptor = directory.open_log()
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _machine(spec: GuestSpec, directory: GuestDirectory, acceleration: Acceleration) -> qemu_args.Machine:
    return qemu_args.Machine(
        droplet_id=spec.droplet_id,
        vcpus=spec.vcpus,
        memory_bytes=spec.memory_bytes,
        chain=qcow_chain(spec.disk),
        seed_path=directory.seed_path,
        mac=spec.seed.mac,
        acceleration=acceleration,
    )
