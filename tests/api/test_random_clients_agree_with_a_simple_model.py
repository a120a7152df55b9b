"""Several clients do random things to a simulated Dew, beside a model of a few dictionaries that must agree.

``--steps 20000`` for a night; the build server does a few hundred.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.api.beside import house_beside
from tests.api.house import SIZE, SLUG, House
from tests.conftest import STEPS

CLIENTS = 3
STEPS_OF_ONE_STORY = 40
STEPS_BY_DEFAULT = 240  # what the build server has time for
PATIENCE_SECONDS = 20.0
TAGS = ("web", "db")
NAMES = ("web", "db.example", "A-1")
POWER = ("power_on", "power_off", "shutdown", "reboot", "power_cycle")


@dataclass
class Known:
    """What the model knows of a Droplet."""

    name: str
    power: str = "active"
    tags: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Running:
    url: str
    tokens: tuple[str, ...]
    key_id: int


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    async def furnish(house: House, url: str) -> Running:
        wishes = [{"name": f"client {number}"} for number in range(CLIENTS)]
        made = [await house.ok("POST", "/dew/v1/tokens", wish) for wish in wishes]
        return Running(url, tuple(each["token"]["token"] for each in made), house.key_id)

    with house_beside(tmp_path_factory.mktemp("model"), furnish) as found:
        yield found


class Story(RuleBasedStateMachine):
    """One story from an empty Dew to an empty Dew."""

    running: Running
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.clients = [
            httpx2.Client(base_url=self.running.url, headers={"authorization": f"Bearer {token}"}, timeout=30)
            for token in self.running.tokens
        ]
        self.droplets: dict[int, Known] = {}
        self.snapshots: dict[int, int] = {}  # to the Droplet each was taken of, which may be gone
        self.turn = 0

    def send(self, method: str, path: str, status: int, body: Any = None) -> Any:
        """Send a request by the next client; return the answer, which must have this status."""
        self.turn += 1
        Story.steps += 1
        answer = self.clients[self.turn % CLIENTS].request(method, f"/v2/{path}", json=body)
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

    def one(self, data: st.DataObject, among: Any) -> int:
        return int(data.draw(st.sampled_from(sorted(among))))

    @precondition(lambda self: len(self.droplets) < 4)
    @rule(
        data=st.data(),
        name=st.sampled_from(["web", "db.example", "A-1"]),
        tags=st.sets(st.sampled_from(TAGS)),
    )
    def create(self, data: st.DataObject, name: str, tags: set[str]) -> None:
        image: Any = data.draw(st.sampled_from([SLUG, *sorted(self.snapshots)]))
        body = {"name": name, "size": SIZE, "image": image, "tags": sorted(tags)}
        made = self.send("POST", "droplets", 202, {**body, "ssh_keys": [self.running.key_id]})
        assert self.ended(made["links"]["actions"][0]["id"]) == "completed"
        self.droplets[made["droplet"]["id"]] = Known(name, tags=tags)

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), wish=st.sampled_from(POWER))
    def power(self, data: st.DataObject, wish: str) -> None:
        droplet_id = self.one(data, self.droplets)
        known = self.droplets[droplet_id]
        if known.power == "off" and wish in ("power_off", "reboot"):
            error = self.send("POST", f"droplets/{droplet_id}/actions", 422, {"type": wish})
            assert "Droplet is already powered off" in error["message"]
            return
        self.act(droplet_id, type=wish)
        known.power = "off" if wish in ("power_off", "shutdown") else "active"

    @precondition(lambda self: self.droplets and len(self.snapshots) < 6)
    @rule(data=st.data())
    def take_snapshot(self, data: st.DataObject) -> None:
        droplet_id = self.one(data, self.droplets)
        self.act(droplet_id, type="snapshot", name=f"of {droplet_id}")
        listed = self.send("GET", f"droplets/{droplet_id}/snapshots", 200)["snapshots"]
        (new,) = {each["id"] for each in listed} - set(self.snapshots)
        self.snapshots[new] = droplet_id

    @precondition(lambda self: self.droplets and self.snapshots)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        droplet_id, snapshot_id = self.one(data, self.droplets), self.one(data, self.snapshots)
        if self.snapshots[snapshot_id] == droplet_id:
            self.act(droplet_id, type="restore", image=snapshot_id)
        else:
            wish = {"type": "restore", "image": snapshot_id}
            self.send("POST", f"droplets/{droplet_id}/actions", 422, wish)

    @precondition(lambda self: self.droplets)
    @rule(data=st.data(), tag=st.sampled_from(TAGS), on=st.booleans())
    def tag(self, data: st.DataObject, tag: str, on: bool) -> None:
        droplet_id = self.one(data, self.droplets)
        self.send("POST", "tags", 201, {"name": tag})
        body = {"resources": [{"resource_id": str(droplet_id), "resource_type": "droplet"}]}
        self.send("POST" if on else "DELETE", f"tags/{tag}/resources", 204, body)
        (self.droplets[droplet_id].tags.add if on else self.droplets[droplet_id].tags.discard)(tag)

    @precondition(lambda self: self.droplets)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        droplet_id = self.one(data, self.droplets)
        self.send("DELETE", f"droplets/{droplet_id}", 204)
        self.send("GET", f"droplets/{droplet_id}", 404)
        del self.droplets[droplet_id]

    @precondition(lambda self: self.snapshots)
    @rule(data=st.data(), path=st.sampled_from(["snapshots", "images"]))
    def delete_snapshot(self, data: st.DataObject, path: str) -> None:
        snapshot_id = self.one(data, self.snapshots)
        self.send("DELETE", f"{path}/{snapshot_id}", 204)
        self.send("GET", f"{path}/{snapshot_id}", 404)
        del self.snapshots[snapshot_id]

    @rule(tag=st.sampled_from(TAGS))
    def list_by_tag(self, tag: str) -> None:
        found = self.send("GET", f"droplets?tag_name={tag}", 200)["droplets"]
        assert {each["id"] for each in found} == {id_ for id_, it in self.droplets.items() if tag in it.tags}

    @invariant()
    def what_is_listed_is_what_is_known(self) -> None:
        found = {each["id"]: each for each in self.send("GET", "droplets?per_page=200", 200)["droplets"]}
        assert set(found) == set(self.droplets)
        for droplet_id, known in self.droplets.items():
            shown = found[droplet_id]
            assert (shown["name"], shown["status"], shown["locked"]) == (known.name, known.power, False)
            assert set(shown["tags"]) == known.tags
            own = {id_ for id_, of in self.snapshots.items() if of == droplet_id}
            assert set(shown["snapshot_ids"]) == own
        listed = self.send("GET", "snapshots?per_page=200", 200)["snapshots"]
        assert {int(each["id"]) for each in listed} == set(self.snapshots)

    def teardown(self) -> None:
        for droplet_id in self.droplets:
            self.send("DELETE", f"droplets/{droplet_id}", 204)
        for snapshot_id in self.snapshots:
            self.send("DELETE", f"snapshots/{snapshot_id}", 204)
        for client in self.clients:
            client.close()


def test_random_clients_agree_with_a_simple_model(running: Running, request: pytest.FixtureRequest) -> None:
    asked: int = request.config.getoption("--steps")
    Story.running, Story.steps = running, 0
    stories = max((asked if asked != STEPS else STEPS_BY_DEFAULT) // STEPS_OF_ONE_STORY, 1)
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=stories,
            stateful_step_count=STEPS_OF_ONE_STORY,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Story.steps > stories * STEPS_OF_ONE_STORY
