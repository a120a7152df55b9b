"""The daemon itself."""

from typing import Any

from dew.client.answers import decode
from dew.client.errors import ClientError
from dew.client.requests import Requests

HEALTH_TIMEOUT_SECONDS = 6.0  # the server gives its database 5 s


class Daemon(Requests):
    """One dewd, and its machine."""

    def status(self) -> dict[str, Any]:
        """Return what the daemon says of itself and its machine."""
        return self._document("GET", "/dew/v1/status")

    def logs(self, lines: int) -> list[str]:
        """Return the last lines of the daemon's log."""
        return self._one("GET", f"/dew/v1/logs?lines={lines}", "lines", list[str])

    def stop(self, guests: bool) -> dict[str, Any]:
        """Ask the daemon to end, and to shut the guests down too if ``guests``."""
        return self._document("POST", "/dew/v1/stop", {"guests": guests})

    def healthy(self) -> bool:
        """Whether the daemon answers; needs no token."""
        try:
            content = self._send_once("GET", "/healthz", None, HEALTH_TIMEOUT_SECONDS)
            return decode(content, dict[str, Any], self.url).get("status") == "ok"
        except ClientError:
            return False
