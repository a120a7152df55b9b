"""A program that is written with pydo, as it is published."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydo import Client

PATIENCE_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.02


def eventually(what: str, holds: Callable[[], Any], within_seconds: float = PATIENCE_SECONDS) -> Any:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(LOOK_EVERY_SECONDS)
    raise AssertionError(f"{what} never came true")


class Pydo:
    """What it says, and waits for."""

    def __init__(
        self, url: str, token: str, trusted: Path, size: str, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.client = Client(token, endpoint=url, connection_verify=str(trusted))
        self._size = size
        self._patience_seconds = patience_seconds

    def done(self, action: dict[str, Any]) -> None:
        def ended() -> bool:
            now = self.client.actions.get(action_id=action["id"])["action"]
            assert now["status"] != "errored"
            return bool(now["completed_at"])

        eventually(f"{action['type']} is done", ended, self._patience_seconds)

    def act(self, droplet_id: int, **body: Any) -> None:
        self.done(self.client.droplet_actions.post(droplet_id=droplet_id, body=body)["action"])

    def create(self, **body: Any) -> dict[str, Any]:
        made = self.client.droplets.create(body={"region": "nyc3", "size": self._size, **body})
        assert made["droplet"]["status"] == "new"
        self.done({"id": made["links"]["actions"][0]["id"], "type": "create"})
        return self.droplet(made["droplet"]["id"])

    def droplet(self, droplet_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.droplets.get(droplet_id=droplet_id)["droplet"]
        return found
