"""Consoles of Droplets."""

from typing import TYPE_CHECKING

import msgspec

from dew.client.errors import ApiError, Unreachable
from dew.client.requests import REQUEST_TIMEOUT_SECONDS, Requests

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection


class Consoles(Requests):
    """The serial consoles of one Dew's Droplets."""

    def open_console(self, droplet_id: int) -> "ClientConnection":
        """Sit at a Droplet's serial console: messages of bytes both ways, until the connection is closed."""
        from websockets.exceptions import InvalidHandshake, InvalidStatus
        from websockets.sync.client import connect

        url = f"{self.url.replace('http', 'ws', 1)}/dew/v1/droplets/{droplet_id}/console"
        try:
            return connect(
                url,
                ssl=self._trust() if url.startswith("wss:") else None,
                additional_headers={"Authorization": f"Bearer {self._token}"},
                user_agent_header="dew",
                compression=None,
                proxy=None,
                open_timeout=REQUEST_TIMEOUT_SECONDS,
            )
        except InvalidStatus as error:
            raise _refusal(error.response.status_code, error.response.body) from error
        except (OSError, InvalidHandshake) as error:
            raise Unreachable(f"Nobody answers at {self.url} ({error}).") from error


def _refusal(status: int, body: bytes | bytearray) -> ApiError:
    try:
        told = msgspec.json.decode(body, type=dict[str, str])
    except msgspec.MsgspecError:
        told = {}
    return ApiError(status, told.get("id", ""), told.get("message", f"The server answered {status}."))
