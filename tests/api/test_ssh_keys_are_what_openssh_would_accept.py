"""SSH keys: they end in root's authorized_keys, so only whole, known, single ones get in."""

import base64

import pytest

from dew.api import openssh
from dew.model.errors import Invalid
from tests.api.house import ED25519, ED25519_MD5, House

P256 = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOdYcLlNLPdGXMSbA+pob+issgwSncE0"
    "PGemZ8QYG55XiB4lJGvCOGbX1Fkv3q5FPTSDwA+w/CrNtG/HE/pz2zw= c"
)
RSA = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDsHQTWNcmxYtlW8pPhrrlOUKlCw9EHxdp4r+S6fBHkkguhYWLC64DlS2LtOBsi8bc/"
    "6BqpIckzpC4ywtrATBSKNFi3onOxbZDgLXJ8SrbQ/2CeTUYHBoscXu2sddK8UztPvTrvh+/CsFpXr2jEQvVtDQH6YQ3m/WyR4ta5nveL"
    "OTxuR9ESiWGjDhZtRKaNy2nqmUdhvwSjOpoAj4O6Pdgmy9TIRopXjbF2q82um8/Fic2YeFl7a4g7hIAWTJLaLo0i7UpsJkPS922toJ5q"
    "x08IHSd/TdfELHge2rzeqjamWHwHL2cta9+V5u1lzOx4w8n+AsdkSzNlr4jP6WgZ+76Z c"
)
BLOB = base64.b64decode(ED25519.split()[1])


def _line(type_: str, blob: bytes) -> str:
    return f"{type_} {base64.b64encode(blob).decode()} comment"


@pytest.mark.parametrize(
    ("line", "fingerprint"),
    [
        (ED25519, ED25519_MD5),
        (P256, "73:30:b6:73:38:f1:29:2f:2d:0c:68:3d:f2:b4:21:05"),
        (RSA, "fd:e3:b3:ee:50:ef:56:a0:aa:a1:f5:fa:b8:51:92:42"),
        (f"  {ED25519.rsplit(' ', 1)[0]}\n", ED25519_MD5),
    ],
)
def test_fingerprints_are_those_of_ssh_keygen(line: str, fingerprint: str) -> None:
    key = openssh.parse(line)
    assert (key.fingerprint, key.line) == (fingerprint, line.strip())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "hello world",
        f"{ED25519}\n{P256}",
        f'command="rm -rf /" {ED25519}',
        ED25519.replace("AAAA", "AAAA!"),
        ED25519.replace("ssh-ed25519", "ssh-rsa"),
        _line("ssh-ed25519", BLOB[:-1]),
        _line("ssh-ed25519", BLOB + b"\0"),
        _line("ssh-ed25519", BLOB + b"\0\0\0\1x"),
        _line("ssh-rsa", b"\0\0\0\7ssh-rsa\0\0\0\1\3\0\0\0\1\7"),
        _line("ssh-dss", b"\0\0\0\7ssh-dss"),
        _line("ecdsa-sha2-nistp384", base64.b64decode(P256.split()[1])),
        "ssh-ed25519 " + "A" * 20_000,
    ],
)
def test_what_is_not_one_whole_key_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        openssh.parse(line)


async def test_a_key_is_known_by_its_id_and_by_its_fingerprint(house: House) -> None:
    made = (await house.ok("POST", "/v2/account/keys", {"name": "laptop", "public_key": ED25519}))["ssh_key"]
    assert (made["fingerprint"], made["public_key"]) == (ED25519_MD5, ED25519)
    for identifier in (made["id"], ED25519_MD5, ED25519_MD5.upper(), ED25519_MD5.replace(":", "%3A")):
        path = f"/v2/account/keys/{identifier}"
        assert (await house.ok("GET", path))["ssh_key"]["name"] == "laptop"
        assert (await house.ok("PUT", path, {"name": "desk"}))["ssh_key"]["name"] == "desk"
        await house.ok("PUT", path, {"name": "laptop"})
    assert (await house.client.delete(f"/v2/account/keys/{ED25519_MD5}")).status_code == 204
    await house.refused("GET", f"/v2/account/keys/{made['id']}", status=404)


async def test_the_same_key_is_not_added_twice(house: House) -> None:
    await house.ok("POST", "/v2/account/keys", {"name": "a", "public_key": ED25519})
    message = await house.refused("POST", "/v2/account/keys", {"name": "b", "public_key": ED25519})
    assert message == "SSH Key is already in use on your account"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "a"},
        {"public_key": ED25519},
        {"name": "", "public_key": ED25519},
        {"name": "two\nlines", "public_key": ED25519},
        {"name": "a", "public_key": 1},
    ],
)
async def test_a_key_needs_a_name_and_a_key(house: House, body: dict[str, object]) -> None:
    await house.refused("POST", "/v2/account/keys", body)
