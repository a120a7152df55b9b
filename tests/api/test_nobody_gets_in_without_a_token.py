"""Tokens, scopes, hosts and origins: who is let in, and what strangers can make a browser do."""

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dew.api import auth
from dew.database.tables import tokens
from tests.api.house import ED25519, House, client_of, open_house

HEADERS = (None, "", "Bearer", "Bearer x", "Basic abc", "bearer  ", "Bearer " + "x" * 9999)
PATHS = ("/v2/droplets", "/v2/nothing", "/dew/v1/status", "/dew/v1/events", "/v2", "/v2/", "/v2/droplets/")


async def test_without_a_token_nothing_answers(house: House) -> None:
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        for path in PATHS:
            for header in HEADERS:
                headers = {} if header is None else {"authorization": header}
                response = await client.get(path, headers=headers)
                assert response.status_code == 401, (path, header)
                assert response.json()["id"] == "unauthorized"
                assert response.json()["message"] == "Unable to authenticate you."


async def test_only_a_digest_of_the_secret_is_kept(house: House) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "ci"}))["token"]
    assert made["token"].startswith("dop_v1_")
    assert len(made["token"]) == 71  # doctl accepts no other
    async with house.database.read() as tx:
        row = (await tx.execute(select(tokens).where(tokens.c.id == made["id"]))).one()
    assert row.digest == hashlib.sha256(made["token"].encode()).hexdigest()
    assert made["token"] not in str(row)
    assert all("token" not in token for token in (await house.ok("GET", "/dew/v1/tokens"))["tokens"])


async def test_a_token_to_read_cannot_change_anything(house: House) -> None:
    droplet = await house.create()
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "viewer", "scopes": ["read"]}))["token"]
    assert made["scopes"] == ["read"]
    async with client_of(house.app, made["token"]) as client:
        assert (await client.get("/v2/droplets")).status_code == 200
        for method, path in (
            ("POST", "/v2/droplets"),
            ("DELETE", f"/v2/droplets/{droplet['id']}"),
            ("PUT", "/v2/account/keys/1"),
            ("POST", f"/dew/v1/droplets/{droplet['id']}/password"),
            ("POST", "/dew/v1/tokens"),
            ("POST", "/dew/v1/stop"),
            ("PATCH", "/v2/droplets"),
        ):
            response = await client.request(method, path)
            assert (response.status_code, response.json()["id"]) == (403, "forbidden")
    assert house.stops == []


async def test_a_revoked_token_is_refused_from_the_next_request_on(house: House) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "ci"}))["token"]
    async with client_of(house.app, made["token"]) as client:
        assert (await client.get("/v2/account")).status_code == 200
        await house.ok("DELETE", f"/dew/v1/tokens/{made['id']}")
        assert (await client.get("/v2/account")).status_code == 401
    await house.refused("DELETE", f"/dew/v1/tokens/{made['id']}", status=404)


@pytest.mark.parametrize("body", [{}, {"name": "x", "scopes": ["root"]}, {"name": "x", "scopes": [[]]}])
async def test_a_token_needs_a_name_and_known_scopes(house: House, body: dict[str, object]) -> None:
    await house.refused("POST", "/dew/v1/tokens", body)


async def test_the_use_of_a_token_is_noted_at_most_once_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ok("GET", "/v2/account")
    (first,) = (await house.ok("GET", "/dew/v1/tokens"))["tokens"]
    assert first["last_used_at"] is not None
    long_ago = datetime.now(UTC) - timedelta(days=1)
    async with house.database.write() as tx:
        await tx.execute(update(tokens).values(last_used_at=long_ago))
    committed = house.database.next_commit()
    await house.ok("GET", "/v2/account")
    assert not committed.is_set()
    monkeypatch.setattr(auth, "NOTE_USE_EVERY_SECONDS", 0.0)
    await house.ok("GET", "/v2/account")
    assert committed.is_set()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.0.2.1", "[::2]"]
)
async def test_a_page_whose_name_points_here_gets_nothing(house: House, host: str) -> None:
    """DNS rebinding: also where no token is needed."""
    async with client_of(house.app, house.token) as client:
        for path in ("/v2/droplets", "/healthz", "/metrics"):
            response = await client.get(path, headers={"host": host})
            assert (response.status_code, response.json()["id"]) == (403, "forbidden")


async def test_a_dewd_that_listens_everywhere_goes_by_every_address_and_by_no_name(tmp_path: Path) -> None:
    async with open_house(tmp_path, any_address=True, allowed_hosts=("[2001:db8::1]",)) as house:
        for host in ("192.0.2.1:8080", "[2001:db8::2]:8080", "[2001:db8::1]"):
            assert (await house.client.get("/v2/account", headers={"host": host})).status_code == 200, host
        for host in ("evil.example", "192.0.2.1.evil.example", ""):
            assert (await house.client.get("/v2/account", headers={"host": host})).status_code == 403, host


async def test_this_machines_own_names_are_known_with_any_port(house: House) -> None:
    for host in ("localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]:8080", "[::1]", "localhost."):
        response = await house.client.get("/v2/account", headers={"host": host})
        assert response.status_code == 200, host


async def test_a_scripts_origin_is_answered_but_never_with_credentials(house: House) -> None:
    origin = {"origin": "https://panel.example"}
    asked = {
        **origin,
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "authorization",
    }
    async with client_of(house.app, "") as client:
        client.headers.pop("authorization")
        preflight = await client.options("/v2/droplets/1", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "authorization" in preflight.headers["access-control-allow-headers"]
        refused = await client.get("/v2/droplets", headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"  # so that the script can read why
    for response in (preflight, refused):
        assert "access-control-allow-credentials" not in response.headers


async def test_tokens_and_keys_are_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dew.database.tokens.MOST_TOKENS", 1)
    monkeypatch.setattr("dew.database.keys.MOST_KEYS", 1)
    await house.refused("POST", "/dew/v1/tokens", {"name": "x"}, status=429)
    await house.refused("POST", "/v2/account/keys", {"name": "x", "public_key": ED25519}, status=429)


async def test_a_token_that_has_expired_is_refused_like_one_that_never_was(house: House) -> None:
    body = {"name": "ci", "expires_in_seconds": "3600"}
    made = (await house.ok("POST", "/dew/v1/tokens", body))["token"]
    assert made["expires_at"] is not None
    async with client_of(house.app, made["token"]) as client:
        assert (await client.get("/v2/account")).status_code == 200
        info = (await client.get("/v1/oauth/token/info")).json()
        assert 3590 < info["expires_in_seconds"] <= 3600
        async with house.database.write() as tx:
            just_now = datetime.now(UTC) - timedelta(seconds=1)
            await tx.execute(update(tokens).where(tokens.c.id == made["id"]).values(expires_at=just_now))
        for path in ("/v2/account", "/v1/oauth/token/info"):
            assert (await client.get(path)).status_code == 401
    listed = (await house.ok("GET", "/dew/v1/tokens"))["tokens"]
    assert made["id"] not in [token["id"] for token in listed]


async def test_a_token_ends_at_its_time_though_nothing_is_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = (await house.ok("POST", "/dew/v1/tokens", {"name": "ci", "expires_in_seconds": 3600}))["token"]

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Later":
            return cls.fromtimestamp(datetime.now(tz).timestamp() + 3601, tz)

    async with client_of(house.app, made["token"]) as client:
        for _ in range(2):
            assert (await client.get("/v2/account")).status_code == 200
        monkeypatch.setattr(auth, "datetime", Later)
        monkeypatch.setattr("dew.database.tokens.datetime", Later)
        assert (await client.get("/v2/account")).status_code == 401


@pytest.mark.parametrize("seconds", [0, -1, "soon", 10**12, True, [1]])
async def test_a_token_expires_at_a_time_that_makes_sense(house: House, seconds: object) -> None:
    await house.refused("POST", "/dew/v1/tokens", {"name": "x", "expires_in_seconds": seconds})


async def test_doctl_can_ask_what_a_token_may(house: House) -> None:
    body = {"name": "viewer", "scopes": ["read"]}
    secret = (await house.ok("POST", "/dew/v1/tokens", body))["token"]["token"]
    async with client_of(house.app, secret) as client:
        info = (await client.get("/v1/oauth/token/info")).json()
    assert (info["scopes"], info["expires_in_seconds"]) == (["read"], None)
    assert all(
        type(info[name]) is int for name in ("resource_owner_id", "created_at")
    )  # doctl reads no other
    assert set(info["application"]) == {"uid"}
    async with client_of(house.app, "nobody") as client:
        assert (await client.get("/v1/oauth/token/info")).status_code == 401
