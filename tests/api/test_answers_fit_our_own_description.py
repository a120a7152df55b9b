"""What ``python -m dew.api.describe`` says of every operation, held against what a Dew answers and reads."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, TypedDict

import httpx2
import pytest
import schemathesis
from sqlalchemy import update
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from dew.api import describe, fields, nouns
from dew.api.routing import Router
from dew.database.tables import actions
from dew.model.errors import Broken
from tests.api.house import SIZE, SLUG, House, client_of
from tests.api.own_description import DESCRIPTION
from tests.api.test_answers_fit_digitaloceans_description import use_everything
from tests.api.test_snapshots_travel_as_files import exported, uploaded

ENDLESS = ("GET", "/dew/v1/events")  # tests/api/house.py holds every event to the description instead
Operation = tuple[str, str]  # method, path pattern
CREATE = ("POST", "/v2/droplets")
DESTROY = ("DELETE", "/v2/droplets/{droplet_id}/destroy_with_associated_resources/selective")
REFUSED: dict[Operation, dict[str, Any]] = {
    CREATE: {"volumes": [1], "public_networking": False},
    DESTROY: {name: ["1"] for name in ("reserved_ips", "floating_ips", "volumes", "volume_snapshots")},
}
"""What a body does not tell of, and is read only to be refused: who sends it counts on it."""


class Used:
    """What the clients of a house have asked for, and what was read of their bodies and queries."""

    def __init__(self) -> None:
        self.answers: set[tuple[str, str, str]] = set()
        self.members: dict[Operation, set[str]] = {}
        self.parameters: dict[Operation, set[str]] = {}

    async def see(self, response: httpx2.Response) -> None:
        method, path = response.request.method, response.request.url.path
        if found := DESCRIPTION.find(method, path):
            self.answers.add((method, found[0], str(response.status_code)))

    def body(self, request: Request, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body that tells what is read of it."""
        return Read(content, self.members.setdefault(_operation(request), set()))

    def query(self, request: Request) -> QueryParams:
        """Return a query that tells what is read of it."""
        return ReadQuery(request.url.query, self.parameters.setdefault(_operation(request), set()))


def _operation(request: Request) -> Operation:
    found = DESCRIPTION.find(request.method, request.url.path)
    return request.method, found[0] if found else ""


class Read(dict[str, Any]):
    """A JSON object that notes which members somebody wanted of it."""

    def __init__(self, content: Mapping[str, Any], wanted: set[str]) -> None:
        super().__init__(content)
        self._wanted = wanted

    def get(self, name: str, default: Any = None) -> Any:
        self._wanted.add(name)
        return super().get(name, default)


class ReadQuery(QueryParams):
    """A query that notes which parameters somebody wanted of it."""

    def __init__(self, query: str, wanted: set[str]) -> None:
        super().__init__(query)
        self._wanted = wanted

    def get(self, key: Any, default: Any = None) -> Any:
        self._wanted.add(key)
        return super().get(key, default)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Used:
    used, read_object = Used(), fields.read_object

    async def read(request: Request) -> dict[str, Any]:
        return used.body(request, await read_object(request))

    monkeypatch.setattr(fields, "read_object", read)
    monkeypatch.setattr(Request, "query_params", property(used.query))
    return used


async def test_every_operation_answers_and_reads_as_described(house: House, used: Used) -> None:
    house.client.event_hooks["response"].append(used.see)
    await use_everything(house)
    await _act_by_tag(house)
    await _use_what_is_dews_own(house, used)
    assert _successes() - used.answers == set(), "extend what this test or use_everything does"
    read = {each: names - REFUSED.get(each, {}).keys() for each, names in used.members.items() if names}
    assert dict(_bodies()) == read
    assert dict(_queries()) == {each: names for each, names in used.parameters.items() if names}


def _successes() -> set[tuple[str, str, str]]:
    return {
        (method, path, status)
        for method, path, operation in DESCRIPTION.operations
        for status in operation["responses"]
        if status != "default" and (method, path) != ENDLESS
    }


def _bodies() -> Iterator[tuple[Operation, set[str]]]:
    """Yield each operation that takes JSON, and the members it says it reads."""
    for method, path, operation in DESCRIPTION.operations:
        if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
            yield (method, path), set(DESCRIPTION.members(content["schema"]))


def _queries() -> Iterator[tuple[Operation, set[str]]]:
    """Yield each operation that takes parameters in its query, and their names."""
    for method, path, operation in DESCRIPTION.operations:
        names = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        if names and (method, path) != ENDLESS:
            yield (method, path), names


async def _act_by_tag(house: House) -> None:
    await house.create(tags=["all"], ssh_keys=[])
    for type_ in ("snapshot", "enable_backups"):
        await house.ok("POST", "/v2/droplets/actions?tag_name=all", {"type": type_})
        await house.settled()


async def _use_what_is_dews_own(house: House, used: Used) -> None:
    droplet_id = (await house.create(ssh_keys=[]))["id"]
    await _look_and_change(house, droplet_id)
    snapshot_id = await house.snapshot(droplet_id)
    await _carry_away_and_back(house, snapshot_id)
    await _images_and_uploads(house)
    await _daemon_and_store(house)
    await _tokens_and_sessions(house, used)


async def _look_and_change(house: House, droplet_id: int) -> None:
    path = f"/dew/v1/droplets/{droplet_id}"
    await house.ok("POST", f"{path}/snapshots", {"off": True, "name": "by the way"})
    await house.settled()
    await house.act(droplet_id, "rebuild", image=SLUG)
    await house.ok("POST", f"{path}/undo", {"disk": (await _kept(house, path))[0]["id"]})
    await house.settled()
    await house.ok("POST", f"{path}/ports", {"port": 8080, "address": "127.0.0.1", "guest_port": 80})
    await house.settled()
    for part in ("", "/ports", "/history", "/metrics"):
        await house.ok("GET", f"{path}{part}")
    await house.ok("POST", f"{path}/password")
    await house.ok("DELETE", f"{path}/ports/127.0.0.1/8080")
    await house.settled()
    for each in (
        "droplets",
        "backups",
        "backups/plans",
        "backups/schedules",
        "costs",
        "costs/items",
        f"sizes?droplet_id={droplet_id}",
        "storage",
    ):
        await house.ok("GET", f"/dew/v1/{each}")
    for of in (f"droplet_id={droplet_id}", f"image_id={house.image_id}"):
        await house.ok("GET", f"/dew/v1/actions?{of}")


async def _kept(house: House, path: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = (await house.ok("GET", path))["droplet"]["kept_disks"]
    assert kept
    return kept


async def _carry_away_and_back(house: House, snapshot_id: int) -> None:
    path = f"/dew/v1/snapshots/{snapshot_id}"
    manifest = await exported(house, snapshot_id)
    disk = await house.get(f"{path}/export/disk")
    assert (await house.get(f"{path}/export/disk", headers={"range": "bytes=0-9"})).status_code == 206
    upload_id = await uploaded(house, disk.content)
    await house.ok("POST", "/dew/v1/snapshots/import", {**manifest, "upload_id": upload_id})
    await house.settled()
    await house.ok("DELETE", f"{path}/export")
    await house.ok("GET", path)
    await house.ok("GET", "/dew/v1/snapshots")


async def _images_and_uploads(house: House) -> None:
    for each in ("recipes", "catalogue", "images"):
        await house.ok("GET", f"/dew/v1/{each}")
    made = await house.ok("POST", "/dew/v1/images", {"name": SLUG})
    await house.settled()
    await house.ok("DELETE", f"/dew/v1/images/{made['image_id']}")
    body = {"file_name": "disk.raw", "size_bytes": 4}
    upload_id = (await house.ok("POST", "/dew/v1/uploads", body))["upload"]["id"]
    path = f"/dew/v1/uploads/{upload_id}"
    sent = await house.client.patch(path, content=b"disk", headers={"upload-offset": "0"})
    assert sent.is_success, sent.text
    assert (await house.client.head(path)).headers["upload-offset"] == "4"
    await house.ok("GET", path)
    await house.ok("GET", "/dew/v1/uploads")
    await house.ok("POST", "/dew/v1/images/import", {"name": "mine", "upload_id": upload_id})
    await house.settled()
    await house.refused("POST", "/dew/v1/images/import", {"name": "mine", "url": "file:///etc/passwd"})
    await house.ok("DELETE", path)


async def _daemon_and_store(house: House) -> None:
    checked = (await house.ok("POST", "/dew/v1/store/checks"))["action"]["id"]
    await house.finished(checked)
    async with house.database.write() as tx:  # what gets stuck in earnest needs a machine that fails
        await tx.execute(update(actions).where(actions.c.id == checked).values(state="stuck"))
    await house.ok("POST", f"/dew/v1/actions/{checked}/retry")
    await house.finished(checked)
    for each in (f"actions/{checked}", "store", "status", "logs?lines=2", "doctor"):
        await house.ok("GET", f"/dew/v1/{each}")
    await house.ok("GET", "/dew/v1/simulate")
    await house.ok("PUT", "/dew/v1/simulate", {"failures": [{"kind": "resize", "times": 1}]})
    await house.ok("POST", "/dew/v1/stop", {"guests": False})


async def _tokens_and_sessions(house: House, used: Used) -> None:
    token = (await house.ok("POST", "/dew/v1/tokens", {"name": "spare"}))["token"]
    await house.ok("GET", "/dew/v1/tokens")
    link = (await house.ok("POST", "/dew/v1/session/links"))["link"]["secret"]
    async with client_of(house.app, "") as browser:
        browser.event_hooks["response"].append(used.see)
        browser.headers["origin"] = str(browser.base_url)
        del browser.headers["authorization"]
        for body in ({"link": link}, {"token": house.token}):
            assert (await browser.post("/dew/v1/session", json=body)).status_code == 201
        await browser.get("/dew/v1/session")
        for each in (await browser.get("/dew/v1/sessions")).json()["sessions"]:
            if not each["current"]:
                await browser.delete(f"/dew/v1/sessions/{each['id']}")
        await browser.delete("/dew/v1/session")
    await house.ok("DELETE", f"/dew/v1/tokens/{token['id']}")


async def test_what_a_body_does_not_tell_of_is_read_only_to_be_refused(house: House) -> None:
    droplet_id = (await house.create())["id"]
    for name, value in REFUSED[CREATE].items():
        body = {"name": "web", "size": SIZE, "image": SLUG, name: value}
        assert "not available" in await house.refused("POST", "/v2/droplets", body)
    for name, value in REFUSED[DESTROY].items():
        await house.refused("DELETE", DESTROY[1].format(droplet_id=droplet_id), {name: value}, status=404)
    assert len((await house.ok("GET", "/v2/droplets"))["droplets"]) == 1


def test_the_description_is_openapi() -> None:
    schemathesis.openapi.from_dict(describe.document()).validate()


def test_it_is_printed_alike_each_time_and_needs_no_dewd(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "dew.api.describe"],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(printed.stdout) == describe.document()
    assert printed.stdout.decode() == json.dumps(describe.document(), indent=2) + "\n"


async def test_it_is_served_to_whoever_asks_as_it_is_printed(house: House) -> None:
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        answer = await client.get("/dew/v1/openapi.json")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == describe.document()
        for method, path in (("POST", "/dew/v1/openapi.json"), ("GET", "/dew/v1/openapi.json/status")):
            assert (await client.request(method, path)).status_code in (401, 404, 405)


async def _quiet(_request: Request) -> Response:
    """A route."""
    return Response()


def test_a_route_that_is_not_described_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    router.get("/secrets")(_quiet)
    monkeypatch.setattr(describe, "OWN_NOUNS", (*nouns.OWN_NOUNS, SimpleNamespace(router=router)))
    with pytest.raises(Broken, match="GET /dew/v1/secrets is not described"):
        describe.document()


def test_two_shapes_with_one_name_fail_the_build() -> None:
    schemas = describe.Schemas()
    schemas.of(TypedDict("Shape", {"a": int}))  # type: ignore[operator]
    with pytest.raises(Broken, match="Shape"):
        schemas.of(TypedDict("Shape", {"b": int}))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("shape", "type_"),
    [
        (Literal[0, 4, 20], "integer"),
        (Literal["off", "on"], "string"),
        (Literal[True], "boolean"),
        (Literal[1, "all"], ["integer", "string"]),
    ],
)
def test_an_enumeration_says_what_it_is_of(shape: Any, type_: object) -> None:
    assert describe.Schemas().of({"it": list[shape]})["properties"]["it"]["items"]["type"] == type_
