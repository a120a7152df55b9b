"""Looking at Layer files without changing them: rights, header, structure, and a checksum of every byte.

What stands in a file may have been written by a guest that took over its QEMU, so only the few bytes of the
header are read here; the rest is for qemu-img, which runs without privileges.
"""

import errno
import os
import stat
from pathlib import Path

from blake3 import blake3

from dew.model.errors import Broken, StepFailed
from dew.storage.durable import in_thread
from dew.storage.programs import RunAs, check_qcow2
from dew.storage.qcow2_header import Header, read_header
from dew.storage.store import Condition, Pace, Reading
from dew.storage.writers import has_writer

PIECE_BYTES = 2**20
"""Read at once: 1 ms of work, so that a stop of the daemon is not kept waiting."""

VOLUME_MODE = 0o600
SEALED_MODE = 0o440


def examine(path: Path, *, sealed: bool, reader_gid: int | None) -> Condition:
    """Look at one file. Blocks; raises OSError."""
    found = path.stat(follow_symlinks=False)
    fault = wrong_rights(path, found, sealed, reader_gid)
    try:
        header = _header(path, found)
    except PermissionError:
        return Condition(None, "", fault or f"{path} can't be read.")
    except (StepFailed, Broken) as error:
        return Condition(None, str(error), fault)
    return Condition(header.disk_bytes, "", fault)


def _header(path: Path, found: os.stat_result) -> Header:
    if not stat.S_ISREG(found.st_mode):
        raise StepFailed(f"{path} is no plain file.")
    header = read_header(path)
    header.require_plain(path)
    return header


def wrong_rights(path: Path, found: os.stat_result, sealed: bool, reader_gid: int | None) -> str:
    """Return what is wrong with a file's mode and owner, "" if nothing."""
    wanted, mode = SEALED_MODE if sealed else VOLUME_MODE, stat.S_IMODE(found.st_mode)
    if mode != wanted:
        harm = " It is sealed and must never change." if sealed and mode & 0o222 else ""
        return f"{path} has mode {mode:04o} and should have {wanted:04o}.{harm}"
    owner = (os.geteuid(), reader_gid)
    if sealed and reader_gid is not None and (found.st_uid, found.st_gid) != owner:
        return f"{path} belongs to {found.st_uid}:{found.st_gid} and should to {owner[0]}:{owner[1]}."
    return ""


async def read_through(path: Path, pace: Pace, reader_gid: int | None) -> Reading:
    """Read a sealed file to its end and have qemu-img check it. Raises OSError, StepFailed."""
    if await in_thread(has_writer, path):
        return Reading("", f"A program may still write to {path}, which is sealed.")
    nobody = None if reader_gid is None else RunAs(reader_gid, reader_gid)  # no guest has that user id
    try:
        damage = await check_qcow2(path, nobody)
        return Reading(await _checksum(path, pace), damage)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return Reading("", f"The machine's disk can't read {path} to its end ({error}).")


async def _checksum(path: Path, pace: Pace) -> str:
    descriptor = await in_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        size_bytes, digest = os.fstat(descriptor).st_size, blake3()
        for offset in range(0, size_bytes, PIECE_BYTES):
            await pace(min(PIECE_BYTES, size_bytes - offset))
            await in_thread(_read_piece, descriptor, offset, digest)
        return digest.hexdigest()
    finally:
        os.close(descriptor)


def _read_piece(descriptor: int, offset: int, digest: blake3) -> None:
    digest.update(os.pread(descriptor, PIECE_BYTES, offset))
