"""AddressPolicy: which addresses dewd may be sent to by a URL that somebody gave it.

A URL is a way to have this machine speak to whom its author can't: services on loopback, the home router, a
cloud's metadata service. So only addresses of the public Internet are allowed, unless the configuration
names a network. A name is resolved once and the connection goes to an address that was looked at; asked
twice, a hostile name server could answer the check with one address and the connection with another.
"""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2

from dew.model.errors import Invalid, StepFailed, Transient

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_LIMIT = 2048
"""Characters in a URL; what is longer is no address of an image."""

RESOLVE_SECONDS = 15.0
"""Three tries of the resolver's own 5 s."""

PUBLIC_V6 = IPv6Network("2000::/3")
"""All that was ever given out; what embeds an IPv4 address as ::ffff:0:0/96 or NAT64 does lies outside."""

NOT_PUBLIC = (
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("2001::/23"),  # protocols, Teredo (which embeds an IPv4 address) among them
    IPv6Network("2002::/16"),  # 6to4, the same
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("3fff::/20"),  # documentation
    IPv6Network("5f00::/16"),  # segment routing
)


@dataclass(frozen=True)
class AddressPolicy:
    """What may be reached: the public Internet, and the networks ``allowed`` besides."""

    allowed: tuple[Network, ...] = ()

    def check_url(self, text: str) -> httpx2.URL:
        """Return the URL taken apart. Raises Invalid for one that is never fetched."""
        if len(text) > URL_LIMIT:
            raise Invalid(f"The URL is longer than {URL_LIMIT} characters.")
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL as error:
            raise Invalid(f"{text!r} is no URL: {error}") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise Invalid(f"{text!r} must begin with https:// or http:// and name a host.")
        if url.userinfo:
            raise Invalid("The URL holds a user name or password; give a URL that needs none.")
        return url

    async def resolve(self, url: httpx2.URL) -> list[Address]:
        """Return the addresses to connect to for ``url``, the preferred first; at least one.

        Raises Invalid when all are refused, StepFailed when the name does not exist, Transient when nobody
        could say.
        """
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await _look_up(url.raw_host.decode("ascii"), port)
        permitted = [address for address in found if self.permits(address)]
        if not permitted:
            itself = url.host.strip("[]") == str(found[0])
            what = f"{url.host} is" if itself else f"{url.host} is at {found[0]}, which is"
            raise Invalid(
                f"{what} no public address of another machine. To allow it, name its network in the setting "
                "fetch_networks."
            )
        return permitted

    def permits(self, address: Address) -> bool:
        """Whether a connection to ``address`` may be made."""
        if any(address in network for network in self.allowed):
            return True
        return _is_public(address) and not is_on_this_machine(address)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in PUBLIC_V6:
        return False
    special = any(address in network for network in NOT_PUBLIC)
    return address.is_global and not address.is_multicast and not special


def is_on_this_machine(address: Address) -> bool:
    """Whether packets to ``address`` stay here: only such an address can be bound."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((str(address), 0))
    except OSError:
        return False
    return True


async def _look_up(host: str, port: int) -> Sequence[Address]:
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise Transient(f"No name server said within {RESOLVE_SECONDS:.0f} s where {host} is.") from error
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise Transient(f"No name server says where {host} is: {error.strerror}.") from error
        raise StepFailed(f"There is no host {host}: {error.strerror}. Check the URL.") from error
    except UnicodeError as error:
        raise Invalid(f"{host!r} is no host name: {error}.") from error
    return list(dict.fromkeys(ip_address(answer[4][0]) for answer in answers))
