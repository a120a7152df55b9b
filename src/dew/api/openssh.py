"""OpenSSH public keys: one line of ``type base64 comment``, checked before it goes into a Droplet.

What gets in here ends in root's authorized_keys, so a second line, an option or a truncated key must not.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from dew.model.errors import Invalid

LONGEST_LINE = 16_384  # RSA with 16384 bits has about 2800 characters
SMALLEST_RSA_BITS = 1024
ED25519_BYTES = 32
CURVES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}  # bytes of an uncompressed point
FIELDS = {  # how many strings follow the type
    "ssh-rsa": 2,
    "ssh-ed25519": 1,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519@openssh.com": 2,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
}


@dataclass(frozen=True)
class PublicKey:
    """A key that OpenSSH would accept."""

    line: str
    fingerprint: str  # MD5 with colons, as DigitalOcean shows it


def parse(given: str) -> PublicKey:
    """Return the key in ``given``. Raises Invalid."""
    line = given.strip()
    words = line.split()
    if len(line) > LONGEST_LINE or not line.isprintable() or len(words) < 2 or words[0] not in FIELDS:
        raise _invalid()
    blob = _decode(words[1])
    strings = _strings(blob)
    if len(strings) != FIELDS[words[0]] + 1 or strings[0] != words[0].encode():
        raise _invalid()
    if not _plausible(words[0], strings[1:]):
        raise _invalid()
    return PublicKey(line, _fingerprint(blob))


def _invalid() -> Invalid:
    return Invalid(
        "Key invalid, key should be of the format `ssh-ed25519 AAAA… comment` "
        f"and of one of the types {', '.join(FIELDS)}."
    )


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None


def _strings(blob: bytes) -> list[bytes]:
    """Return the length-prefixed strings that a key is made of; [] if it is cut short."""
    found = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size or len(blob) < 4:
            return []
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return found


def _plausible(type_: str, strings: list[bytes]) -> bool:
    if type_ == "ssh-rsa":
        return int.from_bytes(strings[1], "big").bit_length() >= SMALLEST_RSA_BITS
    if "ed25519" in type_:
        return len(strings[0]) == ED25519_BYTES
    curve = strings[0].decode(errors="replace")
    right_curve = curve in CURVES and f"ecdsa-sha2-{curve}" in type_
    return right_curve and len(strings[1]) == CURVES[curve] and strings[1][0] == 4


def _fingerprint(blob: bytes) -> str:
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))
