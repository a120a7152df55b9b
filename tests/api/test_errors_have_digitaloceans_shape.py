"""Whatever goes wrong, clients get {id, message, request_id}, and never our insides."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import structlog
from starlette.types import Message

from dew.actions.kind import Request
from dew.model import errors
from tests.api.house import House
from tests.api.test_events_tell_of_every_change import served


@pytest.mark.parametrize(
    "path", ["/v2/nothing", "/v2/droplets/x", "/v2/droplets/0x10", "/v2/droplets/²", "/dew/v1/x"]
)
async def test_an_unknown_path_is_not_found(house: House, path: str) -> None:
    message = await house.refused("GET", path, status=404)
    assert message == "The resource you were accessing could not be found."


async def test_a_path_outside_the_api_has_the_same_shape(house: House) -> None:
    await house.refused("GET", "/favicon.ico", status=404)


async def test_a_wrong_method_is_refused_and_the_right_ones_are_named(house: House) -> None:
    response = await house.client.delete("/v2/account")
    assert (response.status_code, response.json()["id"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    several = (await house.client.put("/v2/droplets", json={})).headers["allow"]
    assert several == "GET, POST, DELETE"


async def test_head_tells_what_get_would_without_the_bytes(house: House) -> None:
    headers = {"authorization": f"Bearer {house.token}"}
    async with served(house) as (url, _), httpx2.AsyncClient(base_url=url, headers=headers) as client:
        for path, status in (("/v2/droplets", 200), ("/v2/droplets/1", 404), ("/v2/account", 200)):
            told, got = await client.head(path), await client.get(path)
            assert (told.status_code, told.content, got.status_code) == (status, b"", status)
            assert told.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    "content",
    [
        *(b"{", b"[1]", b'"x"', b"null", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1e999}', b"[" * 100_000, b"\0"),
        *(b'{"name": "\xff"}', b'{"\xc3(": 1}', b'{"unknown": "\xed\xa0\x80"}'),  # not in UTF-8
    ],
)
async def test_malformed_json_is_a_bad_request(house: House, content: bytes) -> None:
    for path in ("/v2/droplets", "/v2/account/keys", "/dew/v1/tokens", "/dew/v1/stop"):
        response = await house.client.post(path, content=content)
        assert (response.status_code, response.json()["id"]) == (400, "bad_request")
    assert house.stops == []


async def test_slashes_too_many_are_accepted_without_a_redirect(house: House) -> None:
    response = await house.client.get("http://localhost//v2/droplets")
    assert response.json()["droplets"] == []
    assert (await house.ok("GET", "/v2/droplets/"))["droplets"] == []
    assert (await house.ok("POST", "/dew/v1/tokens/", {"name": "x"}))["token"]["name"] == "x"


async def test_a_body_larger_than_a_mebibyte_is_refused_before_it_is_read(house: House) -> None:
    response = await house.client.post("/v2/droplets", content=b" " * (2**20 + 1))
    assert (response.status_code, response.json()["id"]) == (413, "payload_too_large")


async def test_a_body_that_hides_its_length_is_bounded_too(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    async with asyncio.timeout(5):
        response = await house.client.post("/v2/droplets", content=endless())
    assert response.status_code == 413
    assert sent < 2**21


@pytest.mark.parametrize(
    ("error", "status", "id_"),
    [
        (errors.Invalid("why"), 422, "unprocessable_entity"),
        (errors.Busy("why"), 422, "unprocessable_entity"),
        (errors.NotFound("why"), 404, "not_found"),
        (errors.Forbidden("why"), 403, "forbidden"),
        (errors.LimitReached("why"), 429, "too_many_requests"),
        (errors.NoSpace("why"), 422, "unprocessable_entity"),
        (errors.DatabaseBusy("why"), 503, "service_unavailable"),
    ],
)
async def test_each_class_of_error_has_its_answer(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, id_: str
) -> None:
    _fail(house, monkeypatch, error)
    response = await house.client.delete("/v2/droplets/1")
    assert (response.status_code, response.json()["id"], response.json()["message"]) == (status, id_, "why")
    assert ("retry-after" in response.headers) == (status == 503)


@pytest.mark.parametrize("error", [errors.Broken("secret"), KeyError("secret"), RuntimeError("secret")])
async def test_our_own_faults_are_logged_once_and_do_not_leak(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    _fail(house, monkeypatch, error)
    with structlog.testing.capture_logs() as logged:
        response = await house.client.delete("/v2/droplets/1")
    assert response.status_code == 500
    assert response.json()["id"] == "server_error"
    assert "secret" not in response.text
    (entry,) = [entry for entry in logged if entry["log_level"] == "error"]
    assert entry["request_id"] == response.json()["request_id"] == response.headers["x-request-id"]


def _fail(house: House, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def accept(*requests: Request) -> Any:
        raise error

    monkeypatch.setattr(house.engine, "accept", accept)


EVIL: list[Any] = [
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    "",
    " ",
    "\0",
    "\ud7ff",
    "../../etc/passwd",
    "' OR 1=1 --",
    "x" * 70_000,
    [],
    [[]],
    [None],
    {},
    {"id": {}},
]
POSTS = {
    "/v2/droplets": ("name", "names", "size", "image", "region", "ssh_keys", "tags", "user_data", "volumes"),
    "/v2/account/keys": ("name", "public_key"),
    "/v2/droplets/1/actions": ("type", "name", "image"),
    "/v2/droplets/actions?tag_name=x": ("type", "name"),
    "/v2/images/1/actions": ("type",),
    "/dew/v1/tokens": ("name", "scopes"),
    "/dew/v1/images": ("name",),
    "/dew/v1/droplets/1/ports": ("address", "port", "guest_port", "reconnect"),
    "/dew/v1/stop": ("guests",),
}
VALID = {
    "/v2/droplets": {"name": "a", "size": "s-1vcpu-1gb", "image": "dew-micro", "ssh_keys": [1]},
    "/v2/account/keys": {"name": "a"},
    "/v2/droplets/1/actions": {"type": "snapshot"},
    "/dew/v1/tokens": {"name": "a"},
    "/dew/v1/droplets/1/ports": {"port": 8080},
}


@pytest.mark.parametrize("path", POSTS)
async def test_no_value_anywhere_is_our_fault(house: House, path: str) -> None:
    await house.create()
    for name in POSTS[path]:
        for evil in EVIL:
            response = await house.client.post(path, json={**VALID.get(path, {}), name: evil})
            assert response.status_code < 500, (name, evil, response.text)
            if not response.is_success:
                assert set(response.json()) == {"id", "message", "request_id"}


PLACES = (
    "droplets/{}",
    "droplets/{}/actions",
    "droplets/{}/snapshots",
    "images/{}",
    "snapshots/{}",
    "actions/{}",
    "account/keys/{}",
    "droplets?name={}",
    "droplets?tag_name={}",
    "droplets?page={}",
    "images?private={}",
    "images?type={}",
)


@pytest.mark.parametrize("place", PLACES)
async def test_no_path_or_filter_is_our_fault(house: House, place: str) -> None:
    for evil in (
        "0",
        "-1",
        "9" * 25,
        "9" * 5000,
        "%00",
        "%ff",
        "%2e%2e%2f",
        "%27",
        "x%0ay",
        "१",
        "1e3",
        "+1",
    ):
        for prefix in ("/v2", "/dew/v1"):
            response = await house.get(f"{prefix}/{place.format(evil)}")
            assert response.status_code < 500, (evil, response.text)


async def test_a_client_that_leaves_in_the_middle_is_no_fault_of_ours(house: House) -> None:
    came = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    said: list[Message] = []

    async def receive() -> Message:
        return next(came)

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {house.token}".encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v2/droplets",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    with structlog.testing.capture_logs() as logged:
        await house.app(scope, receive, send)
    assert said[0]["status"] == 400
    assert logged == []
