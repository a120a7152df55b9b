"""Several clients that take turns, each request being the next one's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Running:
    """The Dew of a story; ``back_up`` makes a Backup, as the scheduler would, and returns its id."""

    url: str
    tokens: tuple[str, ...]
    key_id: int
    back_up: Callable[[int], int]


class Clients:
    """Sends what a story tells."""

    running: Running
    steps = 0  # requests that were sent in all

    def connect(self) -> None:
        self.turn = 0
        self.clients = [
            httpx2.Client(base_url=self.running.url, headers={"authorization": f"Bearer {token}"}, timeout=30)
            for token in self.running.tokens
        ]

    def disconnect(self) -> None:
        for client in self.clients:
            client.close()

    def send(self, method: str, path: str, status: int, body: Any = None) -> Any:
        """Send a request by the next client; return the answer, which must have this status."""
        self.turn += 1
        Clients.steps += 1
        client = self.clients[self.turn % len(self.clients)]
        answer = client.request(method, f"/v2/{path}", json=body, headers={"x-dangerous": "true"})
        assert answer.status_code == status, (method, path, body, answer.text)
        return answer.json() if answer.content else None

    def ended(self, action_id: int) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (action := self.send("GET", f"actions/{action_id}", 200)["action"])["completed_at"] is None:
            assert time.monotonic() < deadline, action
            time.sleep(0.002)
        return str(action["status"])

    def act(self, droplet_id: int, **body: Any) -> None:
        action = self.send("POST", f"droplets/{droplet_id}/actions", 201, body)["action"]
        assert self.ended(action["id"]) == "completed", body

    def refused(self, droplet_id: int, **body: Any) -> str:
        return str(self.send("POST", f"droplets/{droplet_id}/actions", 422, body)["message"])

    def act_on_image(self, image_id: int, **body: Any) -> None:
        action = self.send("POST", f"images/{image_id}/actions", 201, body)["action"]
        assert self.ended(action["id"]) == "completed", body

    def pages(self, path: str, name: str, size: int) -> list[Any]:
        found, page = [], self.send("GET", f"{path}&per_page={size}", 200)
        while True:
            found += page[name]
            following = page["links"].get("pages", {}).get("next")
            if following is None:
                assert len(found) == page["meta"]["total"]
                return found
            page = self.send("GET", following.partition("/v2/")[2], 200)
