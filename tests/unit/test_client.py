"""The client of the HTTP API, against a small server that answers from a script."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.certificate import own_certificate

from dew.cli import home
from dew.client import ApiError, Client, Unreachable, WaitedTooLong
from dew.client import actions as client_actions
from dew.client import requests as client_requests

NOW = "2026-01-02T03:04:05Z"


@dataclass
class Script:
    """What the server answers, by method and path without its query, and what it was asked."""

    answers: dict[tuple[str, str], Callable[["Handler"], None]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, authorization
    bodies: list[Any] = field(default_factory=list)

    def on(self, method: str, path: str, *contents: Any, status: int = 200) -> None:
        """Answer with each of ``contents`` in turn, and then with the last again and again."""
        left = list(contents)

        def answer(handler: "Handler") -> None:
            handler.answer(status, left.pop(0) if len(left) > 1 else left[0])

        self.answers[method, path] = answer

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    """Plays the script."""

    script: Script

    def answer(self, status: int, content: Any, **headers: str) -> None:
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def play(self) -> None:
        script, path = self.script, self.path.partition("?")[0]
        script.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        if length := int(self.headers.get("Content-Length", 0)):
            script.bodies.append(json.loads(self.rfile.read(length)))
        found = script.answers.get((self.command, path))
        if found is None:
            self.answer(404, {"id": "not_found", "message": "It is not here.", "request_id": "r1"})
        else:
            found(self)

    do_GET = do_POST = do_PUT = do_DELETE = play  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def client(script: Script) -> Iterator[Client]:
    handler = type("Scripted", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Client(f"http://127.0.0.1:{server.server_address[1]}", "secret")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (client_actions, client_requests):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(client_actions, "RESTART_PATIENCE_SECONDS", 0.5)


def droplet(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"web-{number}",
        "status": "active",
        "locked": False,
        "created_at": NOW,
        "memory": 1024,
        "vcpus": 1,
        "disk": 25,
        "size_slug": "s-1vcpu-1gb",
        "region": {"slug": "nyc3", "name": "New York 3"},
        "networks": {
            "v4": [
                {"ip_address": "10.0.0.2", "type": "private"},
                {"ip_address": "127.66.0.2", "type": "public"},
            ]
        },
        "nobody_knows_this_member": {"yet": 1},
        **changes,
    }


def action(status: str = "completed", **changes: Any) -> dict[str, Any]:
    return {"action": {"id": 7, "status": status, "type": "snapshot", "started_at": NOW, **changes}}


def stream(*events: str) -> Callable[[Handler], None]:
    """A stream of server-sent events that ends after ``events``."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for event in events:
            handler.wfile.write(event.encode())
            handler.wfile.flush()

    return answer


def changed(action_id: int) -> str:
    return f'event: action\nid: 9\ndata: {{"action_id": {action_id}}}\n\n'


def test_a_droplets_public_address_is_its_address(client: Client, script: Script) -> None:
    script.on("GET", "/v2/droplets/1", {"droplet": droplet(1)})
    found = client.droplet(1)
    assert (found.name, found.address) == ("web-1", "127.66.0.2")


def test_the_token_is_sent_with_every_request(client: Client, script: Script) -> None:
    script.on("GET", "/v2/sizes", {"sizes": [], "links": {}})
    client.sizes()
    assert script.asked[0][2] == "Bearer secret"


def test_every_page_of_a_list_is_read(client: Client, script: Script) -> None:
    more = {"pages": {"next": "http://elsewhere.invalid/v2/droplets?page=2"}}
    pages = [{"droplets": [droplet(1)], "links": more}, {"droplets": [droplet(2)], "links": {}}]
    script.on("GET", "/v2/droplets", *pages)
    assert [each.id for each in client.droplets()] == [1, 2]
    assert [path.partition("?")[2] for path in script.paths()] == [
        "page=1&per_page=200",
        "page=2&per_page=200",
    ]


def test_a_link_to_another_host_never_gets_the_token(client: Client, script: Script) -> None:
    elsewhere = {"pages": {"next": "http://127.0.0.1:1/v2/droplets?page=2"}}
    script.on("GET", "/v2/droplets", {"droplets": [], "links": elsewhere}, {"droplets": [], "links": {}})
    assert client.droplets() == []  # port 1 refuses: following the link would have failed


def test_a_refusal_keeps_what_the_server_said(client: Client, script: Script) -> None:
    said = {
        "id": "unprocessable_entity",
        "message": "Droplet already has a pending event.",
        "request_id": "r2",
    }
    script.on("POST", "/v2/droplets/1/actions", said, status=422)
    with pytest.raises(ApiError) as caught:
        client.act(1, "power_on")
    assert (caught.value.status, caught.value.id, caught.value.request_id) == (422, said["id"], "r2")
    assert str(caught.value) == said["message"]


def test_an_error_page_of_a_proxy_is_told_in_a_sentence(client: Client, script: Script) -> None:
    script.on("POST", "/v2/droplets/1/actions", b"<html>Bad Gateway</html>", status=502)
    with pytest.raises(ApiError, match="The server answered 502 Bad Gateway"):
        client.act(1, "power_on")


def test_what_is_no_dew_is_called_so(client: Client, script: Script) -> None:
    script.on("GET", "/v2/droplets/1", b"<html>Welcome to nginx!</html>")
    with pytest.raises(Unreachable, match="does not speak as Dew does"):
        client.droplet(1)


def test_nobody_at_the_address_is_told_with_the_address() -> None:
    with pytest.raises(Unreachable, match=r"Nobody answers at http://127\.0\.0\.1:1 \(connection refused\)"):
        Client("http://127.0.0.1:1", "").droplets()


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "http://127.0.0.1:http", "ftp://127.0.0.1", ""])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(Unreachable, match="is not an address"):
        Client(url, "").droplets()


def test_reading_is_tried_again_when_a_proxy_says_so(client: Client, script: Script) -> None:
    tries: list[int] = []

    def answer(handler: Handler) -> None:
        tries.append(1)
        handler.answer(503, {}) if len(tries) == 1 else handler.answer(200, {"droplet": droplet(1)})

    script.answers["GET", "/v2/droplets/1"] = answer
    assert client.droplet(1).id == 1
    assert len(tries) == 2


def test_what_changes_something_is_sent_once(client: Client, script: Script) -> None:
    script.on("POST", "/v2/droplets/1/actions", {}, status=503)
    with pytest.raises(ApiError):
        client.act(1, "power_on")
    assert len(script.asked) == 1


def too_fast(times: int, retry_after: str) -> Callable[[Handler], None]:
    """An answer that comes only after the client was sent away so many times."""
    left = [None] * times

    def answer(handler: Handler) -> None:
        if left:
            left.pop()
            handler.answer(429, {"id": "too_many_requests", "message": "Slow down."}, retry_after=retry_after)
        else:
            handler.answer(200, action("in-progress"))

    return answer


def test_who_comes_too_fast_comes_again_when_told(client: Client, script: Script) -> None:
    script.answers["POST", "/v2/droplets/1/actions"] = too_fast(5, "0")
    assert client.act(1, "power_on").id == 7
    assert len(script.asked) == 6


def test_an_hour_is_not_waited_for(client: Client, script: Script) -> None:
    script.answers["POST", "/v2/droplets/1/actions"] = too_fast(1, "3600")
    with pytest.raises(ApiError, match="Slow down"):
        client.act(1, "power_on")
    assert len(script.asked) == 1


def test_waiting_to_be_let_in_is_bounded(client: Client, script: Script) -> None:
    client.patience_seconds = 0.3
    script.answers["GET", "/v2/droplets/1"] = too_fast(1000, "0")
    begun = time.monotonic()
    with pytest.raises(ApiError, match="Slow down"):
        client.droplet(1)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("retry_after", ["soon", "-1", "", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_limit_without_an_end_is_told_at_once(client: Client, script: Script, retry_after: str) -> None:
    script.answers["GET", "/v2/droplets/1"] = too_fast(1, retry_after)
    with pytest.raises(ApiError, match="Slow down"):
        client.droplet(1)


def test_creating_returns_the_droplet_and_its_action(client: Client, script: Script) -> None:
    links = {"actions": [{"id": 7, "rel": "create", "href": "http://127.0.0.1/v2/actions/7"}]}
    script.on("POST", "/v2/droplets", {"droplet": droplet(1, status="new"), "links": links}, status=202)
    created = client.create_droplet({"name": "web-1"})
    assert (created.droplet.id, created.action_id) == (1, 7)
    assert script.bodies == [{"name": "web-1"}]


def test_watching_ends_with_the_action(client: Client, script: Script) -> None:
    script.answers["GET", "/dew/v1/events"] = stream(": hello\n\n", changed(7), changed(8), changed(7))
    steps = [action("in-progress", progress=each) for each in (0, 0, 50)]
    script.on("GET", "/dew/v1/actions/7", *steps, action(progress=100))
    assert [each.progress for each in client.watch(7)] == [0, 50, 100]
    assert script.paths().count("/dew/v1/events") == 1


def test_watching_goes_on_without_the_event_stream(client: Client, script: Script) -> None:
    script.on("GET", "/dew/v1/events", {}, status=500)
    steps = [action("in-progress", progress=each) for each in (0, 30, 60)]
    script.on("GET", "/dew/v1/actions/7", *steps, action(progress=100))
    assert [each.progress for each in client.watch(7)] == [0, 30, 60, 100]


def test_watching_survives_a_stream_that_breaks(client: Client, script: Script) -> None:
    script.answers["GET", "/dew/v1/events"] = stream("event: action\ndata: {not json}\n\n")
    script.on("GET", "/dew/v1/actions/7", action("in-progress"), action("in-progress"), action())
    assert [each.status for each in client.watch(7)][-1] == "completed"


def test_watching_has_a_time_limit(client: Client, script: Script) -> None:
    script.on("GET", "/dew/v1/actions/7", action("in-progress"))
    begun = time.monotonic()
    with pytest.raises(WaitedTooLong, match="It goes on"):
        list(client.watch(7, timeout_seconds=0.3))
    assert time.monotonic() - begun < 3


def test_a_silent_stream_does_not_outlast_the_time_limit(client: Client, script: Script) -> None:
    def silent(handler: Handler) -> None:
        stream()(handler)
        handler.wfile.flush()
        time.sleep(2)

    script.answers["GET", "/dew/v1/events"] = silent
    script.on("GET", "/dew/v1/actions/7", action("in-progress"))
    begun = time.monotonic()
    with pytest.raises(WaitedTooLong):
        list(client.watch(7, timeout_seconds=0.3))
    assert time.monotonic() - begun < 1.5


@pytest.fixture
def secure_port(script: Script, tmp_path: Path) -> Iterator[int]:
    """The port of a server that speaks TLS, with a certificate of its own in ``tmp_path``."""
    handler = type("Scripted", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_certificate_that_dewd_wrote_down_is_trusted(
    secure_port: int, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEW_URL", raising=False)
    monkeypatch.setenv("DEW_DATA", str(tmp_path))
    url = f"https://127.0.0.1:{secure_port}"
    (tmp_path / "address").write_text(url)
    script.on("GET", "/healthz", {"status": "ok"})
    assert home.anonymous_client().healthy()
    monkeypatch.setenv("DEW_URL", url)  # an address somebody typed has to convince the system
    assert not home.anonymous_client().healthy()


def test_a_certificate_nobody_vouches_for_gets_no_token(secure_port: int, script: Script) -> None:
    with pytest.raises(Unreachable, match="certificate"):
        Client(f"https://127.0.0.1:{secure_port}", "secret").droplets()
    assert script.asked == []


def test_the_certificate_that_dewd_wrote_down_stands_for_itself_by_whatever_name(
    secure_port: int, script: Script, tmp_path: Path
) -> None:
    script.on("GET", "/healthz", {"status": "ok"})
    assert Client(f"https://localhost:{secure_port}", "", tmp_path / "certificate.pem").healthy()
    (tmp_path / "other").mkdir()
    other, _ = own_certificate(tmp_path / "other")
    with pytest.raises(Unreachable, match="certificate"):
        Client(f"https://127.0.0.1:{secure_port}", "secret", other).droplets()
    assert ("GET", "/v2/droplets") not in [asked[:2] for asked in script.asked]


def test_a_certificate_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "certificate.pem").write_text("nothing")
    with pytest.raises(Unreachable, match="cannot be used"):
        Client("https://127.0.0.1:1", "", tmp_path / "certificate.pem").droplets()


def test_health_is_asked_without_raising(client: Client, script: Script) -> None:
    assert not client.healthy()
    script.on("GET", "/healthz", {"status": "ok"})
    assert client.healthy()
    assert not Client("http://127.0.0.1:1", "").healthy()
