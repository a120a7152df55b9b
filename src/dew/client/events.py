"""The stream of events: which Action changed."""

import time
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from dew.client.answers import decode, server_sent, until
from dew.client.errors import Unreachable
from dew.client.requests import Requests


class Events(Requests):
    """The events of one Dew."""

    def events(self, deadline: float) -> Iterator[int | None]:
        """Yield the id of each Action that changes from now on; None first, once the stream is open.

        Ends when the server ends it or ``deadline`` (of time.monotonic) passes. Raises Unreachable, ApiError.
        """
        connection = self._connection(until(deadline))
        try:
            response = self._exchange(connection, "GET", "/dew/v1/events", None, "text/event-stream")
            yield None
            for event, data in server_sent(response):
                if time.monotonic() >= deadline:
                    return
                if connection.sock is not None:
                    connection.sock.settimeout(until(deadline))
                if event == "action":
                    yield int(decode(data.encode(), dict[str, Any], self.url).get("action_id", 0))
        except (OSError, HTTPException) as error:
            raise Unreachable(f"The event stream of {self.url} broke: {error}") from error
        finally:
            connection.close()
