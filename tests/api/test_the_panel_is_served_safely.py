"""What a browser gets of the control panel, and what it is told never to do."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from dew.api import panel
from tests.api.house import House, client_of, open_house

INDEX = (
    b'<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__"><script src="/assets/a-1.js"></script>'
)
SCRIPT = b"console.log('dew');" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What a build leaves."""
    (tmp_path / "built/assets").mkdir(parents=True)
    (tmp_path / "built/index.html").write_bytes(INDEX)
    (tmp_path / "built/drop.svg").write_bytes(b"<svg/>")
    (tmp_path / "built/assets/a-1.js").write_bytes(SCRIPT)
    (tmp_path / "built/assets/a-1.js.br").write_bytes(b"brotli")
    return tmp_path / "built"


@pytest_asyncio.fixture
async def house(built: Path, directory: Path) -> AsyncIterator[House]:
    files = panel.read(built)
    panel.pack(files)
    async with open_house(directory, panel=files) as opened:
        yield opened


@pytest_asyncio.fixture
async def visitor(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that nobody has signed in."""
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        yield client


def policy_of(answer: httpx2.Response) -> dict[str, str]:
    rules = answer.headers["content-security-policy"].split(";")
    return {name: value for name, _, value in (rule.strip().partition(" ") for rule in rules)}


async def test_every_path_that_is_nobody_elses_is_a_page(visitor: httpx2.AsyncClient) -> None:
    for path in ("/", "/droplets", "/droplets/12/console", "/index.html", "/v2x", "/..%2f..%2fetc/passwd"):
        answer = await visitor.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "/assets/a-1.js" in answer.text
    assert (await visitor.head("/droplets")).status_code == 200


async def test_what_is_an_error_elsewhere_stays_one(house: House, visitor: httpx2.AsyncClient) -> None:
    assert (await visitor.get("/v2/droplets")).status_code == 401
    for path in ("/v2/nothing", "/dew/v1/nothing", "/v1/nothing", "/dew/nothing"):
        answer = await house.get(path)
        assert (answer.status_code, answer.json()["id"]) == (404, "not_found"), path
    assert (await visitor.get("/healthz")).json() == {"status": "ok"}
    assert "dew_tasks" in (await visitor.get("/metrics")).text
    for method in ("POST", "DELETE"):
        assert (await visitor.request(method, "/droplets")).json()["id"] == "not_found"
    assert (await house.client.put("/v2/droplets")).status_code == 405


async def test_what_the_page_loads_is_kept_for_good_and_packed(visitor: httpx2.AsyncClient) -> None:
    plain = await visitor.get("/assets/a-1.js", headers={"accept-encoding": "identity"})
    assert plain.content == SCRIPT
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "accept-encoding" in plain.headers["vary"]
    async with visitor.stream("GET", "/assets/a-1.js", headers={"accept-encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join([part async for part in packed.aiter_raw()])) == SCRIPT
    async with visitor.stream("GET", "/assets/a-1.js", headers={"accept-encoding": "gzip, br"}) as packed:
        assert packed.headers["content-encoding"] == "br"
    gone = await visitor.get("/assets/of-an-older-build.js")
    assert (gone.status_code, gone.json()["id"]) == (404, "not_found")


async def test_what_has_no_name_of_its_own_is_asked_for_again(visitor: httpx2.AsyncClient) -> None:
    icon = await visitor.get("/drop.svg")
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")
    same = await visitor.get("/drop.svg", headers={"if-none-match": icon.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert (await visitor.get("/")).headers["cache-control"] == "no-cache"


async def test_no_script_runs_but_our_own_and_nothing_is_asked_of_others(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.get("/", headers={"host": "localhost:8080"})
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://localhost:8080"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "*" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_each_page_has_a_nonce_of_its_own(visitor: httpx2.AsyncClient) -> None:
    seen = set()
    for _ in range(3):
        answer = await visitor.get("/")
        found = re.search(r'content="([\w-]{16,})"', answer.text)
        assert found is not None
        assert policy_of(answer)["style-src"] == f"'self' 'nonce-{found[1]}'"
        seen.add(found[1])
    assert len(seen) == 3


async def test_a_panel_under_tls_opens_its_consoles_under_tls(visitor: httpx2.AsyncClient) -> None:
    answer = await visitor.get("https://localhost/")
    assert policy_of(answer)["connect-src"] == "'self' wss://localhost"


async def test_a_page_whose_name_points_here_gets_no_panel(visitor: httpx2.AsyncClient) -> None:
    assert (await visitor.get("/", headers={"host": "evil.example"})).status_code == 403


async def test_a_panel_that_was_not_built_says_how_to_build_it(directory: Path) -> None:
    async with open_house(directory, panel=panel.read(directory / "absent")) as house:
        answer = await house.get("/droplets")
        assert answer.status_code == 503
        assert "./dew setup" in answer.text
        assert (await house.get("/assets/a-1.js")).status_code == 404


def test_what_is_too_large_to_be_a_panel_is_not_held_in_memory(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "PANEL_LIMIT_BYTES", 100)
    assert panel.read(built) == {}


async def test_answers_of_the_api_are_never_taken_for_pages(house: House) -> None:
    for path in ("/v2/droplets", "/v2/nothing", "/healthz"):
        assert (await house.client.get(path)).headers["x-content-type-options"] == "nosniff"
