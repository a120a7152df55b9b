"""The seed: a small read-only disk that tells a guest who it is, in cloud-init's NoCloud form.

    /meta-data /user-data /vendor-data /network-config     what cloud-init reads, in any image that has it
    /dew/instance-id /dew/hostname /dew/authorized_keys    what the identity script in Dew's own images reads,
    /dew/password-hash /dew/user-data-given                a fact per file, the last two only if there is one

What cloud-init reads is JSON, which is YAML, so no value can break out of its place. Identity hangs on the
instance-id alone: a new one renews host keys, machine-id, host name and logins, a known one changes nothing.

Images that Dew did not build learn what cloud-init does not do by itself from the vendor-data: a new
machine-id, and root's login. Both are in a boothook, because that takes effect whatever the user's own
user-data says; a list such as `bootcmd` in the user-data would replace one in the vendor-data.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import pycdlib

from dew.model.errors import Invalid, StepFailed

LABEL = "cidata"

MAXIMUM_USER_DATA_BYTES = 64 * 1024
"""DigitalOcean's limit for a Droplet's user data."""

MAXIMUM_KEY_BYTES = 16 * 1024

HASH_SECONDS = 30.0  # a hundredth of one, unless the machine is out of breath

PASSWORD_BYTES = 18
"""144 random bits: 24 letters of URL-safe base64."""

INSTANCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
HOSTNAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
PASSWORD_HASH = re.compile(r"\$[0-9a-z]+\$[A-Za-z0-9./=,$-]{1,250}")
PUBLIC_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}( .*)?")


@dataclass(frozen=True)
class Seed:
    """Who a guest is. Raises Invalid if a value could mean anything but itself where it is used."""

    instance_id: str
    hostname: str
    public_keys: tuple[str, ...]  # one OpenSSH line each, without options
    password_hash: str | None  # crypt(3) form; None locks root's password
    user_data: str  # the user's own, passed on unchanged; may be empty
    mac: str  # of the network card, lower case with colons

    def __post_init__(self) -> None:
        _require(INSTANCE_ID, self.instance_id, "instance-id")
        _require(HOSTNAME, self.hostname, "host name")
        _require(MAC, self.mac, "MAC address")
        for key in self.public_keys:
            _require(PUBLIC_KEY, key, "SSH public key")
        if self.password_hash is not None:
            _require(PASSWORD_HASH, self.password_hash, "password hash")
        _require_user_data(self.user_data)


def _require(pattern: re.Pattern[str], value: str, what: str) -> None:
    """Beside the pattern, every character must be printable: no line separator or half a surrogate pair."""
    if len(value) > MAXIMUM_KEY_BYTES or not pattern.fullmatch(value) or not value.isprintable():
        raise Invalid(f"This {what} cannot be used: {value[:80]!r}.")


def _require_user_data(text: str) -> None:
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise Invalid("User data must be text that UTF-8 can write.") from error
    if size_bytes > MAXIMUM_USER_DATA_BYTES:
        raise Invalid(f"User data may have at most {MAXIMUM_USER_DATA_BYTES} bytes.")


def meta_data(seed: Seed) -> str:
    """The NoCloud meta-data."""
    return _json(
        {
            "instance-id": seed.instance_id,
            "local-hostname": seed.hostname,
            "public-keys": list(seed.public_keys),
        }
    )


def user_data(seed: Seed) -> str:
    """The user's own user-data, unchanged."""
    return seed.user_data


def vendor_data(seed: Seed) -> str:
    """What Dew asks of cloud-init in images it did not build; the user's own user-data takes precedence."""
    login = {
        "disable_root": False,
        "ssh_deletekeys": True,
        "ssh_pwauth": seed.password_hash is not None,
        "preserve_hostname": False,
    }
    parts = [
        {"type": "text/cloud-boothook", "content": boothook(seed)},
        {"type": "text/cloud-config", "content": "#cloud-config\n" + _json(login)},
    ]
    return "#cloud-config-archive\n" + _json(parts)


def boothook(seed: Seed) -> str:
    """A shell script for cloud-init's early boothook: acts once per instance-id, then records it."""
    script = resources.files("dew.compute").joinpath("boothook.sh").read_text()
    facts = {"@INSTANCE_ID@": seed.instance_id, "@PASSWORD_HASH@": seed.password_hash or ""}
    for placeholder, fact in facts.items():
        script = script.replace(placeholder, shlex.quote(fact))
    return script


def network_config(seed: Seed) -> str:
    """Network configuration, version 2: DHCP on the card with this MAC address."""
    card = {"match": {"macaddress": seed.mac}, "dhcp4": True, "dhcp-identifier": "mac"}
    return _json({"version": 2, "ethernets": {"droplet": card}})


def files(seed: Seed) -> dict[str, str]:
    """Every file of the seed, path to text."""
    contents = {
        "meta-data": meta_data(seed),
        "user-data": user_data(seed),
        "vendor-data": vendor_data(seed),
        "network-config": network_config(seed),
        "dew/instance-id": f"{seed.instance_id}\n",
        "dew/hostname": f"{seed.hostname}\n",
        "dew/authorized_keys": "".join(f"{key}\n" for key in seed.public_keys),
    }
    if seed.password_hash is not None:
        contents["dew/password-hash"] = f"{seed.password_hash}\n"
    if seed.user_data.strip():
        contents["dew/user-data-given"] = "yes\n"
    return contents


def iso(seed: Seed) -> bytes:
    """The seed as an ISO 9660 image, Rock Ridge and Joliet. Takes 10 ms: call it off the event loop."""
    image = pycdlib.PyCdlib()
    image.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident=LABEL)
    image.add_directory("/DEW", rr_name="dew", joliet_path="/dew")
    for number, (path, text) in enumerate(sorted(files(seed).items())):
        _add_file(image, number, path, text.encode())
    output = io.BytesIO()
    image.write_fp(output)
    image.close()
    return output.getvalue()


def _add_file(image: pycdlib.PyCdlib, number: int, path: str, content: bytes) -> None:
    folder, _, name = path.rpartition("/")
    short = f"{'/DEW' if folder else ''}/F{number:07d}.;1"  # the plain ISO name, which nobody reads
    image.add_fp(io.BytesIO(content), len(content), short, rr_name=name, joliet_path=f"/{path}")


def generate_password() -> str:
    """A password with 144 random bits."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


async def hash_password(plain: str) -> str:
    """The password in sha512-crypt form, by openssl. Raises StepFailed."""
    process = await asyncio.create_subprocess_exec(
        *("openssl", "passwd", "-6", "-stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(HASH_SECONDS):
            output, _ = await process.communicate(plain.encode())
    except TimeoutError as error:
        raise StepFailed(f"openssl did not hash the password within {HASH_SECONDS:.0f} s.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode != 0:
        raise StepFailed("Hashing the password failed: openssl passwd -6 ended with an error.")
    return output.decode().strip()


def _json(value: Mapping[str, object] | list[dict[str, str]]) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
