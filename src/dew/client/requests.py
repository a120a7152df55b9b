"""How requests are made: one connection each, time limits, repeating what may be repeated."""

import ssl
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from dew.client.answers import decode, has_next, reason, refusal, worth_repeating
from dew.client.errors import ApiError, Unreachable

T = TypeVar("T")

REQUEST_TIMEOUT_SECONDS = 30.0  # the server answers everything long with an Action, so more means trouble
POLL_SECONDS = 1.0
ATTEMPTS = 3  # of a request that may be repeated
TOO_FAST_PATIENCE_SECONDS = 70.0  # a minute's allowance is there again by then; an hour's is not waited for
PAGE_SIZE = 200  # the most that DigitalOcean's API gives at once
MAX_PAGES = 1000  # a server that always names a next page must not hold us for ever


class Requests:
    """One address and one token, and how a request is sent there. Every method raises ClientError."""

    def __init__(self, url: str, token: str, certificate: Path | None = None) -> None:
        """``certificate`` is a PEM file that is trusted besides what the system trusts."""
        self.url = url.rstrip("/")
        self.patience_seconds = TOO_FAST_PATIENCE_SECONDS
        self._token = token
        self._certificate = certificate

    def _one(self, method: str, path: str, key: str, type_: type[T], body: Any = None) -> T:
        answer = self._send(method, path, body)
        if key not in answer:
            raise Unreachable(f"What answers at {self.url} does not speak as Dew does: no {key} in {path}.")
        return decode(answer[key], type_, self.url)

    def _document(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._send(method, path, body)
        return {key: decode(value, Any, self.url) for key, value in answer.items()}

    def _list(self, path: str, key: str, type_: type[T], filters: Mapping[str, str] | None = None) -> list[T]:
        """Return the items of every page. Pages are counted, never followed: a link could lead elsewhere."""
        found: list[T] = []
        asked = {name: value for name, value in (filters or {}).items() if value}
        for page in range(1, MAX_PAGES + 1):
            query = urlencode({**asked, "page": page, "per_page": PAGE_SIZE})
            answer = self._send("GET", f"{path}?{query}")
            found += decode(answer.get(key, msgspec.Raw(b"[]")), list[type_], self.url)  # type: ignore[valid-type]
            if not has_next(answer, self.url):
                break
        return found

    def _send(self, method: str, path: str, body: Any = None) -> dict[str, msgspec.Raw]:
        """Send a request, again if it may be repeated; return the members of the answer."""
        payload = None if body is None else msgspec.json.encode(body)
        tries = ATTEMPTS if method in ("GET", "PUT") else 1
        for attempt in range(1, tries + 1):
            try:
                content = self._send_in_time(method, path, payload)
                return decode(content, dict[str, msgspec.Raw], self.url) if content else {}
            except (Unreachable, ApiError) as error:
                if attempt == tries or not worth_repeating(error):
                    raise
                time.sleep(0.1 * 2**attempt)
        raise AssertionError("the loop returns or raises")

    def _send_in_time(self, method: str, path: str, payload: bytes | None) -> bytes:
        """Send a request, again while the server says that we come too fast and when we may come."""
        patience = time.monotonic() + self.patience_seconds
        while True:
            try:
                return self._send_once(method, path, payload)
            except ApiError as error:
                wait = error.retry_after_seconds
                if error.status != 429 or wait is None or time.monotonic() + wait > patience:
                    raise
                time.sleep(max(wait, POLL_SECONDS))

    def _send_once(
        self,
        method: str,
        path: str,
        payload: bytes | None,
        timeout_seconds: float = REQUEST_TIMEOUT_SECONDS,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        connection = self._connection(timeout_seconds)
        try:
            return self._exchange(connection, method, path, payload, "application/json", headers).read()
        except (OSError, HTTPException) as error:
            raise Unreachable(f"Nobody answers at {self.url} ({reason(error)}).") from error
        finally:
            connection.close()

    def _connection(self, timeout_seconds: float) -> HTTPConnection:
        parts = urlsplit(self.url)
        try:
            port = parts.port
        except ValueError as error:
            raise Unreachable(f"{self.url} is not an address: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unreachable(f"{self.url} is not an address; write it as http://127.0.0.1:8080.")
        if parts.scheme == "http":
            return HTTPConnection(parts.hostname, port, timeout=timeout_seconds)
        return HTTPSConnection(parts.hostname, port, timeout=timeout_seconds, context=self._trust())

    def _trust(self) -> ssl.SSLContext:
        """What a server has to show: a certificate for its name, from who the system trusts, or our own.

        Our own proves by its key alone who it is: only dewd has that, whatever the address is called.
        """
        if self._certificate is None:
            return ssl.create_default_context()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(self._certificate)
        except (OSError, ValueError) as error:
            raise Unreachable(f"The certificate {self._certificate} cannot be used: {error}.") from error
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it is no root: itself is what is trusted
        context.check_hostname = False
        return context

    def _exchange(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        payload: bytes | None,
        accept: str,
        more_headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        """Send on an open connection; return the answer, unread. Raises ApiError unless it is a success."""
        headers = {"Accept": accept, "Connection": "close", "User-Agent": "dew"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if payload is not None:
            headers["Content-Type"] = "application/json"
        headers |= more_headers or {}
        connection.request(method, urlsplit(self.url).path + path, payload, headers)
        response = connection.getresponse()
        if response.status >= 300:
            raise refusal(response)
        return response
