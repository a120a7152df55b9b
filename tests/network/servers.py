"""Answer on TCP and UDP with a name, for each argument ADDRESS:PORT=NAME. Runs as a script."""

import selectors
import socket
import sys

DNS_HEADER_BYTES = 12


def main() -> None:
    selector = selectors.DefaultSelector()
    for argument in sys.argv[1:]:
        place, _, name = argument.partition("=")
        host, _, port = place.rpartition(":")
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            selector.register(listening(host, int(port), kind), selectors.EVENT_READ, name.encode())
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            answer(key.fileobj, key.data)


def listening(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((host, port))
    if kind == socket.SOCK_STREAM:
        server.listen()
    return server


def answer(server: socket.socket, name: bytes) -> None:
    if server.type == socket.SOCK_DGRAM:
        question, sender = server.recvfrom(2000)
        server.sendto(no_such_name(question) if len(question) > DNS_HEADER_BYTES else name, sender)
        return
    connection, _ = server.accept()
    with connection:
        connection.settimeout(5)
        try:
            connection.recv(100)
            connection.sendall(name)
        except OSError:
            pass


def no_such_name(question: bytes) -> bytes:
    """Return DNS for "no such name": in a small guest nslookup is all there is to try UDP with."""
    return question[:2] + b"\x81\x83" + question[4:]


if __name__ == "__main__":
    main()
