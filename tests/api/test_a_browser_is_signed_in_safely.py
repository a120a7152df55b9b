"""Sessions of the control panel: how they begin and end, and what other pages can't do with them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import select, update

from dew.api import auth, guard
from dew.database import sessions as kept
from dew.database.tables import session_links, sessions, tokens
from dew.database.tokens import forget
from tests.api.house import House, client_of
from tests.api.test_events_tell_of_every_change import LIMIT_SECONDS, Stream, url

__all__ = ["url"]

OWN = {"origin": "http://localhost"}
EVIL = {"origin": "https://evil.example"}
NEIGHBOUR = {"origin": "http://localhost:18080"}  # a Droplet's web server, say


@asynccontextmanager
async def browser(house: House, scheme: str = "http") -> AsyncIterator[httpx2.AsyncClient]:
    """A client that keeps cookies and has no token."""
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        client.base_url = httpx2.URL(f"{scheme}://localhost")
        yield client


async def link_of(house: House) -> str:
    made = (await house.ok("POST", "/dew/v1/session/links"))["link"]
    assert datetime.fromisoformat(made["expires_at"]) < datetime.now(UTC) + timedelta(seconds=61)
    return str(made["secret"])


async def signed_in(client: httpx2.AsyncClient, **body: str) -> httpx2.Response:
    return await client.post("/dew/v1/session", json=body, headers=OWN)


@pytest_asyncio.fixture
async def page(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that is signed in."""
    async with browser(house) as client:
        assert (await signed_in(client, token=house.token)).status_code == 201
        yield client


async def test_a_link_signs_one_browser_in_once(house: House) -> None:
    link = await link_of(house)
    async with browser(house) as client:
        assert (await client.get("/dew/v1/session")).status_code == 401
        made = await signed_in(client, link=link)
        assert made.status_code == 201
        session = made.json()["session"]
        assert session["token_name"] == "tests"
        assert session["scopes"] == ["read", "write"]
        assert (await client.get("/dew/v1/session")).json()["session"] == session
        assert (await client.get("/v2/droplets")).status_code == 200
        assert (await client.post("/v2/tags", json={}, headers=OWN)).status_code != 403
        again = await signed_in(client, link=link)
    assert (again.status_code, again.json()["id"]) == (401, "unauthorized")
    assert "dew panel" in again.json()["message"]


async def test_of_two_who_use_a_link_at_once_one_gets_in(house: House) -> None:
    link = await link_of(house)
    async with browser(house) as one, browser(house) as two:
        tried = await asyncio.gather(signed_in(one, link=link), signed_in(two, link=link))
    assert sorted(each.status_code for each in tried) == [201, 401]


async def test_a_link_that_nobody_opened_in_time_is_worthless(house: House) -> None:
    link = await link_of(house)
    async with house.database.write() as tx:
        await tx.execute(update(session_links).values(expires_at=datetime.now(UTC)))
    async with browser(house) as client:
        assert (await signed_in(client, link=link)).status_code == 401


async def test_no_script_can_read_the_cookie_and_under_tls_no_other_host_can_set_it(house: House) -> None:
    async with browser(house) as client:
        cookie = (await signed_in(client, token=house.token)).headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("dew-session=")
    assert parts == {"httponly", "samesite=strict", "path=/", f"max-age={30 * 86400}"}
    async with browser(house, "https") as client:
        headers = {"origin": "https://localhost"}
        made = await client.post("/dew/v1/session", json={"token": house.token}, headers=headers)
        assert made.headers["set-cookie"].startswith("__Host-dew-session=")
        assert "; secure" in made.headers["set-cookie"].lower()
        assert (await client.get("/dew/v1/session")).status_code == 200


async def test_only_digests_of_secrets_are_kept(house: House, page: httpx2.AsyncClient) -> None:
    link = await link_of(house)
    async with house.database.read() as tx:
        rows = str([*(await tx.execute(select(sessions))), *(await tx.execute(select(session_links)))])
    assert link not in rows
    assert page.cookies["dew-session"] not in rows


async def test_no_other_page_changes_anything_with_the_cookie(page: httpx2.AsyncClient) -> None:
    sites = [{"sec-fetch-site": site} for site in ("cross-site", "same-site", "none")]
    others = [{}, EVIL, NEIGHBOUR, {"origin": "null"}, {"origin": "https://localhost"}, *sites]
    for sent in (*others, {**OWN, "sec-fetch-site": "same-site"}):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await page.request(method, "/v2/droplets", headers=sent)
            assert (answer.status_code, answer.json()["id"]) == (403, "forbidden"), (method, sent)
            assert "token" in answer.json()["message"]
    for sent in (OWN, {"sec-fetch-site": "same-origin"}):
        assert (await page.post("/v2/droplets", json={}, headers=sent)).status_code == 422, sent


async def test_no_other_page_reads_with_the_cookie(page: httpx2.AsyncClient) -> None:
    sites = {None: 200, "same-origin": 200, "none": 200, "same-site": 403, "cross-site": 403}
    for site, status in sites.items():  # none: it was typed into the address bar
        sent = {} if site is None else {"sec-fetch-site": site}
        assert (await page.get("/v2/droplets", headers=sent)).status_code == status, site
    assert (await page.get("/v2/droplets", headers=NEIGHBOUR)).status_code == 403


async def test_a_token_is_let_in_from_everywhere_whatever_cookie_comes_with_it(
    house: House, page: httpx2.AsyncClient
) -> None:
    token = {"authorization": f"Bearer {house.token}"}
    assert (await page.post("/v2/droplets", json={}, headers={**EVIL, **token})).status_code == 422
    wrong = {"authorization": "Bearer wrong"}
    assert (await page.get("/v2/droplets", headers=wrong)).status_code == 401


async def test_no_other_page_signs_a_browser_in(house: House) -> None:
    async with browser(house) as client:
        for sent in (EVIL, NEIGHBOUR, {"sec-fetch-site": "cross-site"}):
            answer = await client.post("/dew/v1/session", json={"token": house.token}, headers=sent)
            assert answer.status_code == 403, sent
            assert "set-cookie" not in answer.headers


async def test_who_signs_out_is_out(house: House, page: httpx2.AsyncClient) -> None:
    left = await page.delete("/dew/v1/session", headers=OWN)
    assert left.status_code == 204
    assert "max-age=0" in left.headers["set-cookie"].lower()
    assert (await page.get("/dew/v1/session")).status_code == 401
    assert (await house.ok("GET", "/dew/v1/sessions"))["sessions"] == []


async def test_a_token_that_may_only_look_makes_such_a_session_and_can_sign_out(house: House) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "viewer", "scopes": ["read"]}))["token"]
    async with client_of(house.app, made["token"]) as looker:
        link = (await looker.post("/dew/v1/session/links")).json()["link"]["secret"]
    async with browser(house) as client:
        assert (await signed_in(client, link=link)).json()["session"]["scopes"] == ["read"]
        assert (await client.get("/v2/droplets")).status_code == 200
        assert (await client.post("/v2/droplets", json={}, headers=OWN)).status_code == 403
        assert (await client.delete("/dew/v1/session", headers=OWN)).status_code == 204


async def test_a_revoked_token_ends_its_sessions_and_links(house: House) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "ci"}))["token"]
    async with client_of(house.app, made["token"]) as asking:
        link = (await asking.post("/dew/v1/session/links")).json()["link"]["secret"]
    async with browser(house) as client:
        await signed_in(client, token=made["token"])
        assert (await client.get("/v2/droplets")).status_code == 200
        await house.ok("DELETE", f"/dew/v1/tokens/{made['id']}")
        assert (await client.get("/v2/droplets")).status_code == 401
        assert (await signed_in(client, link=link)).status_code == 401
        assert (await signed_in(client, token=made["token"])).status_code == 401


async def test_a_session_ends_when_its_token_expires(house: House, page: httpx2.AsyncClient) -> None:
    async def expire(left: timedelta) -> str:
        at = datetime.now(UTC) + left
        async with house.database.write() as tx:
            await tx.execute(update(tokens).values(expires_at=at))
        return f"{at:%Y-%m-%dT%H:%M:%SZ}"

    at = await expire(timedelta(hours=1))
    assert (await page.get("/dew/v1/session")).json()["session"]["expires_at"] == at
    await expire(timedelta())
    assert (await page.get("/dew/v1/session")).status_code == 401
    async with house.database.write() as tx:
        assert await forget(tx, datetime.now(UTC), "", 10) == 1
        assert (await tx.execute(select(sessions))).all() == []


async def test_a_session_can_be_ended_from_elsewhere(house: House, page: httpx2.AsyncClient) -> None:
    (session,) = (await page.get("/dew/v1/sessions")).json()["sessions"]
    assert session["current"]
    await house.ok("DELETE", f"/dew/v1/sessions/{session['id']}")
    assert (await page.get("/dew/v1/session")).status_code == 401
    await house.refused("DELETE", f"/dew/v1/sessions/{session['id']}", status=404)


async def test_a_session_can_not_prolong_itself(page: httpx2.AsyncClient) -> None:
    answer = await page.post("/dew/v1/session/links", headers=OWN)
    assert answer.status_code == 403
    assert "dew panel" in answer.json()["message"]


@pytest.mark.parametrize(
    ("column", "days"), [("created_at", kept.KEPT_DAYS), ("last_used_at", kept.KEPT_UNUSED_DAYS)]
)
async def test_a_session_ends_by_age_and_when_nobody_uses_it(
    house: House, page: httpx2.AsyncClient, column: str, days: int
) -> None:
    async def grow(age: timedelta) -> int:
        async with house.database.write() as tx:
            await tx.execute(update(sessions).values({column: datetime.now(UTC) - age}))
        return (await page.get("/dew/v1/session")).status_code

    assert await grow(timedelta(days=days, minutes=-1)) == 200
    assert await grow(timedelta(days=days, minutes=1)) == 401


async def test_a_session_that_is_used_goes_on(
    house: House, page: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "NOTE_USE_EVERY_SECONDS", 0.0)
    nearly = datetime.now(UTC) - timedelta(days=kept.KEPT_UNUSED_DAYS, minutes=-1)
    async with house.database.write() as tx:
        await tx.execute(update(sessions).values(last_used_at=nearly))
    await page.get("/v2/account")
    session = (await page.get("/dew/v1/session")).json()["session"]
    assert datetime.fromisoformat(session["last_used_at"]) > datetime.now(UTC) - timedelta(minutes=1)


async def test_beyond_the_bound_the_session_that_was_used_longest_ago_makes_room(
    house: House, page: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_SESSIONS", 2)
    async with browser(house) as other, browser(house) as third:
        await signed_in(other, token=house.token)
        await signed_in(third, token=house.token)
        statuses = [(await each.get("/dew/v1/session")).status_code for each in (page, other, third)]
    assert statuses == [401, 200, 200]


async def test_links_that_wait_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_LINKS", 1)
    await link_of(house)
    await house.refused("POST", "/dew/v1/session/links", status=429)


async def test_who_guesses_has_to_wait(house: House) -> None:
    async with browser(house) as client:
        for _ in range(10):
            assert (await signed_in(client, link="wrong")).status_code == 401
        answer = await signed_in(client, token=house.token)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    async with client_of(house.app, house.token, address="127.0.0.2") as elsewhere:
        assert (await elsewhere.post("/dew/v1/session", json={"token": house.token})).status_code == 201


async def test_signing_in_takes_a_link_or_a_token(house: House) -> None:
    for body in ({}, {"link": "x", "token": "y"}, {"link": 5}, {"token": "x" * 999}):
        await house.refused("POST", "/dew/v1/session", body)


async def test_a_page_is_not_counted_with_its_token_but_may_not_run_wild(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_OWN_REQUESTS", 2)
    async with browser(house) as client:
        await signed_in(client, token=house.token)
        answers = [await client.get("/v2/account") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "ratelimit-limit" not in answers[0].headers
    assert (await house.get("/v2/account")).headers["ratelimit-remaining"] == "4999"


async def test_events_come_with_a_cookie_and_end_with_its_session(house: House, url: str) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=LIMIT_SECONDS) as client:
        made = await client.post("/dew/v1/session", json={"token": house.token}, headers={"origin": url})
        async with client.stream("GET", "/dew/v1/events") as response:
            assert response.status_code == 200
            told = Stream(response)
            await told.until("ready")
            await house.ok("DELETE", f"/dew/v1/sessions/{made.json()['session']['id']}")
            while (await told.next())[0]:
                pass
