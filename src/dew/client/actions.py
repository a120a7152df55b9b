"""Actions, and waiting for them."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from dew.client.errors import ClientError, Unreachable, WaitedTooLong
from dew.client.events import Events
from dew.client.requests import PAGE_SIZE, POLL_SECONDS

RESTART_PATIENCE_SECONDS = 30.0  # a wait survives a restart of dewd that is not longer than this
WAIT_TIMEOUT_SECONDS = 3600.0  # building an image under software emulation takes tens of minutes


class Action(msgspec.Struct, frozen=True):
    """A long-running change. What follows ``resource_type`` is known only to ``/dew/v1``."""

    id: int
    status: str  # in-progress, completed or errored
    type: str
    started_at: datetime
    completed_at: datetime | None = None
    resource_id: int | None = None
    resource_type: str = ""
    kind: str = ""  # Dew's name for what it does: import_image …
    state: str = ""
    step: str = ""
    progress: int = 0  # percent
    message: str = ""
    error: str = ""
    name: str | None = None  # of what it makes, changes or deletes, as it was then
    image_name: str | None = None  # of the Image that it takes the disk from
    size_slug: str | None = None
    port: int | None = None

    @property
    def what(self) -> str:
        """What it does, in words: Dew's, which tell more apart than DigitalOcean's."""
        return (self.kind or self.type).replace("_", " ")

    @property
    def open(self) -> bool:
        """Whether somebody still works on it."""
        return self.status == "in-progress"


class Actions(Events):
    """The Actions of one Dew."""

    def actions(self, droplet_id: int | None = None, limit: int = 20) -> list[Action]:
        """Return the newest Actions, at most 200, of everything or of one Droplet."""
        query = {"per_page": str(min(limit, PAGE_SIZE))}
        if droplet_id is not None:
            query["droplet_id"] = str(droplet_id)
        return self._one("GET", f"/dew/v1/actions?{urlencode(query)}", "actions", list[Action])[:limit]

    def action(self, action_id: int) -> Action:
        """Return one Action, with its progress."""
        return self._one("GET", f"/dew/v1/actions/{action_id}", "action", Action)

    def retry_action(self, action_id: int) -> Action:
        """Ask for another try of an Action that is stuck."""
        return self._one("POST", f"/dew/v1/actions/{action_id}/retry", "action", Action)

    def watch(self, action_id: int, timeout_seconds: float = WAIT_TIMEOUT_SECONDS) -> Iterator[Action]:
        """Yield an Action now and whenever it changed, until it has ended.

        The event stream only says when to look, so a lost event costs a second and never the truth.
        Raises WaitedTooLong; a restart of the server is waited for.
        """
        deadline = time.monotonic() + timeout_seconds
        last: Action | None = None
        for action in self._looks(action_id, deadline):
            if action != last:
                yield action
            last = action
            if not action.open:
                return
        limit = f"{timeout_seconds:.0f} seconds"
        raise WaitedTooLong(f"Action {action_id} did not end within {limit}. It goes on.")

    def _looks(self, action_id: int, deadline: float) -> Iterator[Action]:
        """Yield the Action again and again: by the event stream while it holds, else every second."""
        yield self.action(action_id)
        while time.monotonic() < deadline:
            with suppress(ClientError):
                for event in self.events(deadline):
                    if event in (None, action_id):
                        yield self.action(action_id)
            time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
            yield self._action_after_restart(action_id)

    def _action_after_restart(self, action_id: int) -> Action:
        """Return the Action, waiting a bounded time for a server that is being restarted."""
        patience = time.monotonic() + RESTART_PATIENCE_SECONDS
        while True:
            try:
                return self.action(action_id)
            except Unreachable:
                if time.monotonic() > patience:
                    raise
                time.sleep(POLL_SECONDS)
