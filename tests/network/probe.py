"""Try each HOST:PORT in each of some ways (tcp,udp,ping), all at once; print what answered as JSON.

Runs as a script in any namespace, so that the same probe serves as its own control.
"""

import json
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

LIMIT_SECONDS = 2.0

ECHO_REQUEST = struct.pack("!BBHHH", 8, 0, 0xF7FE, 0, 1)
"""Type, code, checksum, identifier (the kernel's to fill in), sequence."""


def main() -> None:
    ways, *places = sys.argv[1:]
    tries = [(globals()[way], place) for place in places for way in ways.split(",")]
    with ThreadPoolExecutor(len(tries)) as pool:
        answers = list(pool.map(lambda one: attempt(*one), tries))
    print(
        json.dumps(
            {f"{how.__name__} {place}": said for (how, place), said in zip(tries, answers, strict=True)}
        )
    )


def attempt(how, place):
    host, _, port = place.rpartition(":")
    try:
        return how(host, int(port))
    except OSError:
        return None


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def tcp(host, port):
    with socket.create_connection((host, port), LIMIT_SECONDS) as connection:
        connection.settimeout(LIMIT_SECONDS)
        connection.sendall(b"?")
        return connection.recv(100).decode() or None


def udp(host, port):
    with socket.socket(family(host), socket.SOCK_DGRAM) as sender:
        sender.settimeout(LIMIT_SECONDS)
        sender.sendto(b"?", (host, port))
        return sender.recv(100).decode()


def ping(host, _):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as sender:
        sender.settimeout(LIMIT_SECONDS)
        sender.sendto(ECHO_REQUEST, (host, 0))
        sender.recv(100)
        return "pong"


if __name__ == "__main__":
    main()
