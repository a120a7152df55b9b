"""A daemon with nothing but a Network: a JSON request a line in, an answer a line out. Runs as a script."""

import asyncio
import json
import sys
from ipaddress import IPv4Address
from pathlib import Path

import structlog

from dew.compute.network import Network, NetworkSpec, PortForward
from dew.model.errors import DewError


async def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = json.loads(sys.argv[1])
    lost: list[int] = []
    network = Network(
        lambda droplet_id: Path(settings["directory"]) / str(droplet_id),
        as_root=settings["as_root"],
        resolver=settings["resolver"],
        on_lost=lost.append,
    )
    while request := await asyncio.to_thread(sys.stdin.readline):
        try:
            answer = {"result": await serve(network, lost, *json.loads(request))}
        except DewError as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer), flush=True)
    await network.close()


async def serve(network, lost, verb, *arguments):
    if verb == "prepare":
        return await network.prepare()
    if verb == "lost":
        return lost
    if verb == "connect":
        forwards = await network.ensure_connected(spec(arguments[0]), Path(arguments[1]))
        return [[forward.host_port, forward.guest_port] for forward in forwards]
    return await getattr(network, verb)(*arguments)


def spec(value):
    return NetworkSpec(
        droplet_id=value["droplet_id"],
        address=IPv4Address(value["address"]),
        guest_address=IPv4Address(value["guest_address"]),
        forwards=tuple(PortForward(*ports) for ports in value["forwards"]),
        user_id=value["user_id"],
    )


if __name__ == "__main__":
    asyncio.run(main())
