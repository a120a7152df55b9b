"""Answer on TCP and UDP with a name, for each argument ADDRESS:PORT=NAME. Runs as a script."""

import selectors
import socket
import sys


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
        _, sender = server.recvfrom(2000)
        server.sendto(name, sender)
        return
    connection, _ = server.accept()
    with connection:
        connection.settimeout(5)
        try:
            connection.recv(100)
            connection.sendall(name)
        except OSError:
            pass


if __name__ == "__main__":
    main()
