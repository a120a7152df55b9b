"""Getting a response: each hop's address is checked, each connection made to what was checked.

TLS is verified against the name in the URL, not the address. Proxies of the environment are not used: what a
proxy connects to can't be checked here.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

import httpx2

from dew.images.address_policy import Address, AddressPolicy
from dew.model.errors import StepFailed, Transient

MAX_REDIRECTS = 5
"""Distributions' mirrors take one or two."""


@dataclass(frozen=True)
class Patience:
    """How long a server is borne with."""

    connect_seconds: float = 10.0  # per address
    answer_seconds: float = 60.0  # until the headers are there, a slow mirror's disk included
    piece_seconds: float = 30.0  # for PIECE_BYTES: slower, 1 GB would take more than a day
    pause_seconds: float = 1.0  # before the second try; doubles each time
    fruitless_tries: int = 5  # one after the other


@dataclass(frozen=True)
class Route:
    """The way to a URL's bytes."""

    policy: AddressPolicy
    patience: Patience
    trust: ssl.SSLContext
    may_lose_encryption: bool  # from https to http: only where the bytes are verified in another way

    @contextlib.asynccontextmanager
    async def follow(self, url: httpx2.URL, headers: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        """Give the response that is no redirect any more. Raises Invalid, StepFailed, Transient."""
        following = url
        for _ in range(MAX_REDIRECTS + 1):
            async with self._hop(following, headers) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                following = self._next(following, response.headers["location"])
        raise StepFailed(f"{url} was redirected more than {MAX_REDIRECTS} times.")

    def _next(self, url: httpx2.URL, location: str) -> httpx2.URL:
        try:
            following = self.policy.check_url(str(url.join(location)))
        except httpx2.InvalidURL as error:
            raise StepFailed(f"{url} leads to {location!r}, which is no URL.") from error
        if url.scheme == "https" and following.scheme == "http" and not self.may_lose_encryption:
            raise StepFailed(f"{url} leads to {following}, where anybody on the way could change the bytes.")
        return following

    @contextlib.asynccontextmanager
    async def _hop(self, url: httpx2.URL, headers: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        addresses = await self.policy.resolve(url)
        timeout = httpx2.Timeout(self.patience.piece_seconds, connect=self.patience.connect_seconds)
        # One client a hop: a connection that was kept may have been verified for another name.
        async with httpx2.AsyncClient(verify=self.trust, trust_env=False, timeout=timeout) as client:
            with connection_errors(url):
                response = await self._ask(client, url, addresses, headers)
            try:
                yield response
            finally:
                await response.aclose()

    async def _ask(
        self,
        client: httpx2.AsyncClient,
        url: httpx2.URL,
        addresses: list[Address],
        headers: Mapping[str, str],
    ) -> httpx2.Response:
        for address in addresses[:-1]:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._send(client, url, address, headers)
        return await self._send(client, url, addresses[-1], headers)

    async def _send(
        self, client: httpx2.AsyncClient, url: httpx2.URL, address: Address, headers: Mapping[str, str]
    ) -> httpx2.Response:
        request = client.build_request(
            "GET",
            url.copy_with(host=str(address)),
            headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        async with asyncio.timeout(self.patience.answer_seconds):
            return await client.send(request, stream=True)


@contextlib.contextmanager
def connection_errors(url: httpx2.URL) -> Iterator[None]:
    """Turn what goes wrong on the way into Transient, and a wrong certificate into StepFailed."""
    try:
        yield
    except (httpx2.HTTPError, TimeoutError) as error:
        if isinstance(root := _root(error), ssl.SSLCertVerificationError):
            raise StepFailed(f"The server could not prove that it is {url.host}: {root}.") from error
        words = str(error) or "it took too long"
        raise Transient(f"The connection to {url.host} failed: {words}.") from error


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
