"""How often one client may ask: DigitalOcean's sliding hour, and its shorter limit against bursts."""

import math
import time
from collections import deque
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from dew.model.errors import LimitReached

HOUR_SECONDS = 3600.0
MINUTE_SECONDS = 60.0
MOST_CLIENTS = 1000  # whose requests are remembered; each costs up to a few thousand numbers


MOST_GUESSES = 10  # wrong links and tokens of one client in a minute


class TooFast(LimitReached):
    """A client asks too often; it may try again in ``retry_after_seconds``."""

    def __init__(self, retry_after_seconds: float | None) -> None:
        super().__init__("API Rate limit exceeded.")
        self.retry_after_seconds = retry_after_seconds


@dataclass
class Window:
    """The times of the requests that still count; the oldest leaves it first."""

    limit: int | None
    seconds: float

    def __post_init__(self) -> None:
        self._times: deque[float] = deque()

    def full(self, now: float) -> bool:
        """Forget what no longer counts; say whether the limit is met."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return self.limit is not None and len(self._times) >= self.limit

    def note(self, now: float) -> None:
        """Count one more request."""
        if self.limit is not None:
            self._times.append(now)

    def resets_at(self, now: float) -> float:
        """When the oldest request stops counting."""
        return (self._times[0] if self._times else now) + self.seconds

    @property
    def remaining(self) -> int:
        """How many more requests there may be."""
        return 0 if self.limit is None else self.limit - len(self._times)


class Guesses:
    """Wrong secrets of clients that are not known yet, each known by its address."""

    def __init__(self) -> None:
        self._clients: dict[str, Window] = {}

    def require_few(self, client: str) -> None:
        """Raise TooFast for a client that guesses."""
        window, now = self._clients.get(client), time.time()
        if window is not None and window.full(now):
            raise TooFast(window.resets_at(now) - now)

    def note(self, client: str) -> None:
        """Count a wrong one."""
        if client not in self._clients and len(self._clients) >= MOST_CLIENTS:
            self._clients.pop(next(iter(self._clients)))
        window = self._clients.setdefault(client, Window(MOST_GUESSES, MINUTE_SECONDS))
        window.note(time.time())


class Limits:
    """The windows of all clients, each known by the id of its token, or by what else tells it from others."""

    def __init__(self, per_hour: int | None, per_minute: int | None) -> None:
        self._per_hour = per_hour
        self._per_minute = per_minute
        self._clients: dict[Hashable, tuple[Window, Window]] = {}

    def admit(self, client: Hashable) -> Mapping[str, str]:
        """Count a request; return the headers that tell the client where it stands. Raises TooFast."""
        now = time.time()
        hour, minute = self._windows(client)
        if hour.full(now):
            raise TooFast(None)
        if minute.full(now):
            raise TooFast(minute.resets_at(now) - now)
        hour.note(now)
        minute.note(now)
        return self.headers(client)

    def headers(self, client: Hashable | None) -> Mapping[str, str]:
        """Return DigitalOcean's three headers; none when nothing is limited."""
        if self._per_hour is None:
            return {}
        hour = Window(self._per_hour, HOUR_SECONDS) if client is None else self._windows(client)[0]
        return {
            "ratelimit-limit": str(self._per_hour),
            "ratelimit-remaining": str(hour.remaining),
            "ratelimit-reset": str(math.ceil(hour.resets_at(time.time()))),
        }

    def _windows(self, client: Hashable) -> tuple[Window, Window]:
        if client not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                self._clients.pop(next(iter(self._clients)))
            windows = (Window(self._per_hour, HOUR_SECONDS), Window(self._per_minute, MINUTE_SECONDS))
            self._clients[client] = windows
        return self._clients[client]
