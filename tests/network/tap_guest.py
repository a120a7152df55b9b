"""Stand in for QEMU and its guest: carry frames between this namespace's eth0 and a UNIX socket.

Speaks what QEMU's `-netdev stream,server=on` speaks (each frame after its length, 32 bits, big-endian) and
like QEMU serves one client at a time and takes the next when that one has gone. Runs as a script: PATH [UID].
"""

import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
TAP_WITHOUT_HEADER = 0x1002


def main() -> None:
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", b"eth0", TAP_WITHOUT_HEADER))
    path = sys.argv[1]
    os.umask(0o077)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    if len(sys.argv) > 2:
        os.chown(path, int(sys.argv[2]), -1)
    server.listen(1)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        with connection:
            carry(tap, connection)


def carry(tap: int, connection: socket.socket) -> None:
    pending = b""
    while True:
        for readable in select.select([tap, connection], [], [])[0]:
            try:
                if readable is tap:
                    frame = os.read(tap, 70_000)
                    connection.sendall(struct.pack("!I", len(frame)) + frame)
                    continue
                received = connection.recv(200_000)
            except ConnectionError:
                return
            if not received:
                return
            pending = write_frames(tap, pending + received)


def write_frames(tap: int, pending: bytes) -> bytes:
    while len(pending) >= 4:
        (length,) = struct.unpack("!I", pending[:4])
        if len(pending) < 4 + length:
            break
        os.write(tap, pending[4 : 4 + length])
        pending = pending[4 + length :]
    return pending


if __name__ == "__main__":
    main()
