"""passt, which carries a guest's network: what this build of it can do, its command line, its first second.

passt reads Ethernet frames from QEMU's socket and answers ARP and DHCP itself. What it is told here gives
the guest a private address, no way to name the host (``--no-map-gw``) and no IPv6.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal

from dew.compute import network_facts
from dew.compute.host import PortForward
from dew.compute.network_ports import Binding
from dew.compute.qemu_process import GuestProcess
from dew.model.errors import GuestRefused, StepFailed

Resolver = Literal["system"] | None

GUEST_PREFIX_LENGTH = 16
"""The guest believes that its network is this wide; nobody but its passt is in it."""

ROUTER_MAC = "02:64:65:77:00:01"
"""Always the same, so that a guest need not ask again when its helper was replaced. Locally administered."""

RESOLVER_STAND_IN = IPv4Address("192.0.0.3")
"""What guests ask when they may not reach the machine's resolver by themselves; from a block that nobody
routes (RFC 6890). The wall leads it to the resolver, port 53 and nothing else.

passt's own ``--dns-forward`` won't do: builds of 2023 forward no TCP, and nothing to a loopback resolver."""

LOG_NAME = "network.log"

LOG_LIMIT_BYTES = 2**20
"""A limit on what one helper may write to files (RLIMIT_FSIZE): its log, and nothing else."""

LAST_WORDS_BYTES = 2000

START_LIMIT_SECONDS = 15.0
"""From the start of a helper until it listens: 0.05 s on an idle machine, seconds on one that is swapping."""

POLL_SECONDS = 0.02

PROGRAM_LIMIT_SECONDS = 10.0
"""For small programs that only look or set something (nft, ip, passt --help)."""


@dataclass(frozen=True)
class NetworkSpec:
    """What one guest's network should be."""

    droplet_id: int
    address: IPv4Address  # the Droplet's own loopback address on the host
    guest_address: IPv4Address  # what the guest gets by DHCP
    forwards: tuple[PortForward, ...]  # TCP
    user_id: int | None = None  # of the guest's processes; None without root

    @property
    def guest_network(self) -> IPv4Network:
        """The network the guest believes to be in."""
        return IPv4Network((self.guest_address, GUEST_PREFIX_LENGTH), strict=False)

    @property
    def router(self) -> IPv4Address:
        """The guest's router: its first neighbour."""
        return self.guest_network[1]

    def greeting(self) -> bytes:
        """Return a frame for QEMU's socket that asks the guest for its MAC address (ARP, RFC 826).

        passt learns that address from the first frame a guest sends, and until then a guest's kernel drops
        what passt hands it. So without this question, after a helper was replaced, nobody could connect to a
        guest that happens to be silent.
        """
        router_mac = bytes.fromhex(ROUTER_MAC.replace(":", ""))
        ethernet = b"\xff" * 6 + router_mac + b"\x08\x06"
        question = b"\x00\x01\x08\x00\x06\x04\x00\x01" + router_mac + self.router.packed
        frame = ethernet + question + bytes(6) + self.guest_address.packed
        return len(frame).to_bytes(4, "big") + frame


class Passt:
    """The passt of this machine, and how its guests find names."""

    def __init__(self, *, as_root: bool, resolver: Resolver) -> None:
        """``resolver`` "system" gives guests the machine's own, None gives them none."""
        self.as_root = as_root
        self.resolver: Resolver = resolver
        self._verbosity: tuple[str, ...] = ()

    async def prepare(self) -> None:
        """Find out what this build can do. Raises StepFailed naming what is not installed."""
        missing = network_facts.missing_programs(as_root=self.as_root)
        if missing:
            raise StepFailed(
                f"Guests have no network without {', '.join(missing)}. On Debian and Ubuntu: "
                "`apt install passt nftables iproute2 util-linux`."
            )
        self._verbosity = verbosity(
            await output_of(["sh", "-c", "passt --help 2>&1 || true"])
        )  # old builds exit with 1

    def common_options(self) -> list[str]:
        """Return what passt and pasta alike are told: stay in the foreground, IPv4 only, no mapped host."""
        return ["-f", *self._verbosity, "-4", "--no-map-gw", "-S", "none"]

    def arguments(self, spec: NetworkSpec, descriptor: int, ports: Sequence[str]) -> list[str]:
        """Return the command line; ``descriptor`` is the connection to QEMU, ``ports`` are of ``-t``."""
        addresses = [
            "-a",
            str(spec.guest_address),
            "-n",
            str(spec.guest_network.netmask),
            "-g",
            str(spec.router),
        ]
        forwards = [word for port in ports for word in ("-t", port)] or ["-t", "none"]
        return [
            *("passt", *self.common_options(), "-F", str(descriptor), *addresses, "-M", ROUTER_MAC),
            *(*template_interface(), *self._naming(), *forwards, "-u", "none"),
        ]

    def hidden_resolver(self) -> IPv4Address | None:
        """Return the resolver that the wall must lead guests to; None if there is none or they reach it."""
        resolver = self._system_resolver()
        return resolver if resolver is not None and must_be_led_to(resolver) else None

    def _naming(self) -> list[str]:
        resolver = self._system_resolver()
        if resolver is None:
            return ["-D", "none"]
        return ["-D", str(RESOLVER_STAND_IN if must_be_led_to(resolver) else resolver)]

    def _system_resolver(self) -> IPv4Address | None:
        return network_facts.system_resolver() if self.resolver == "system" else None


def verbosity(help_text: str) -> tuple[str, ...]:
    """Return the options for "errors only, to stderr": newer builds log there anyway and dropped ``-e``."""
    return ("-q", "-e") if "--stderr" in help_text else ("-q",)


def template_interface() -> tuple[str, ...]:
    """Return the option that passt needs on a machine without a default route."""
    return () if network_facts.has_default_route() else ("-i", "lo")


def must_be_led_to(resolver: IPv4Address) -> bool:
    """Return whether guests may not reach ``resolver`` by themselves: it is behind the wall."""
    return resolver.is_link_local or network_facts.is_on_this_machine(resolver)


@contextlib.contextmanager
def fresh_log(directory: Path) -> Iterator[int]:
    """Yield a new log's descriptor; the log before is kept beside it. Raises OSError."""
    path = directory / LOG_NAME
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def last_words(directory: Path) -> str:
    """Return the end of what a helper said, for an error message; empty if it said nothing."""
    try:
        text = (directory / LOG_NAME).read_bytes()[-LAST_WORDS_BYTES:].decode(errors="replace")
    except OSError:
        return ""
    said = [line.strip() for line in text.splitlines() if "syslog" not in line and line.strip()]
    return f"Its last words: {' / '.join(said)}" if said else ""


async def await_listening(
    spec: NetworkSpec,
    bindings: Sequence[Binding],
    process: GuestProcess,
    is_ready: Callable[[GuestProcess], bool] = lambda _: True,
) -> None:
    """Return when all ``bindings`` are listened on. Raises GuestRefused if not in time or the helper died."""
    wanted = {binding.bound_port for binding in bindings}
    deadline = asyncio.get_running_loop().time() + START_LIMIT_SECONDS
    while not (wanted <= network_facts.listening_ports(spec.address) and is_ready(process)):
        if process.gone:
            raise GuestRefused(f"The network helper of Droplet {spec.droplet_id} ended at once.")
        if asyncio.get_running_loop().time() > deadline:
            ports = ", ".join(map(str, sorted(wanted)))
            raise GuestRefused(
                f"The network helper of Droplet {spec.droplet_id} does not listen on {spec.address} "
                f"({ports}) after {START_LIMIT_SECONDS:.0f} s."
            )
        await asyncio.sleep(POLL_SECONDS)


async def output_of(command: Sequence[str], standard_input: str = "") -> str:
    """Return what a small program printed, errors included. Raises StepFailed when it fails or hangs."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PROGRAM_LIMIT_SECONDS):
            printed, _ = await process.communicate(standard_input.encode())
    except TimeoutError as error:
        raise StepFailed(f"`{' '.join(command)}` gave no answer in {PROGRAM_LIMIT_SECONDS:.0f} s.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = printed.decode(errors="replace").strip()
    if process.returncode != 0:
        raise StepFailed(f"`{' '.join(command)}` failed: {text or process.returncode}")
    return text
