"""Who has a Layer file open for writing: asked of the kernel, through the locks that QEMU takes.

QEMU locks byte 100 + n of an image for its permission n (block/file-posix.c); permission 1 is to write. It
lets go the moment it reopens the file read-only, which ``blockdev-snapshot`` does before it answers.
"""

import fcntl
import os
import struct
from pathlib import Path

FLOCK = struct.Struct("hhqqi4x")  # type, whence, start, length, pid: struct flock on 64-bit Linux
WRITE_PERMISSION_BYTE = 101


def has_writer(path: Path) -> bool:
    """Whether a QEMU program, running guest or qemu-img, may write to the file now. Raises OSError."""
    question = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, WRITE_PERMISSION_BYTE, 1, 0)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, question)
    finally:
        os.close(descriptor)
    return bool(FLOCK.unpack(answer)[0] != fcntl.F_UNLCK)
