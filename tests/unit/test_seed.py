"""The seed tells a guest who it is, and no value in it can mean anything but itself."""

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pycdlib
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dew.compute import seed
from dew.compute.seed import Seed
from dew.model.errors import Invalid, StepFailed

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO4nHcb6DDLKOWyqLyQ someone's laptop"
HASH = "$6$a3QlflQYairU$x/y.z"


def make(**changes: object) -> Seed:
    facts: dict[str, object] = {
        "instance_id": "dew-7",
        "hostname": "web-1.example.org",
        "public_keys": (KEY,),
        "password_hash": None,
        "user_data": "",
        "mac": "52:54:00:12:34:56",
    }
    return Seed(**{**facts, **changes})  # type: ignore[arg-type]


def read_back(image: bytes) -> dict[str, str]:
    disk = pycdlib.PyCdlib()
    disk.open_fp(io.BytesIO(image))
    contents = {}
    for folder, _, names in disk.walk(rr_path="/"):
        for name in names:
            output = io.BytesIO()
            disk.get_file_from_iso_fp(output, rr_path=f"{folder.rstrip('/')}/{name}")
            contents[f"{folder}/{name}".lstrip("/")] = output.getvalue().decode()
    disk.close()
    return contents


def test_every_file_is_on_the_disk_under_its_own_name() -> None:
    one = make(password_hash=HASH, user_data="#!/bin/sh\necho hello\n")
    assert read_back(seed.iso(one)) == seed.files(one)


def test_the_disk_is_labelled_where_the_guest_looks() -> None:
    assert seed.iso(make())[32808:32814].lower() == b"cidata"


def test_password_and_user_data_files_exist_only_if_given() -> None:
    names = set(seed.files(make()))
    assert not names & {"dew/password-hash", "dew/user-data-given"}


def test_user_data_is_passed_on_unchanged() -> None:
    text = "#cloud-config\nruncmd: ['echo \"ünï\" $HOME']\n"
    assert read_back(seed.iso(make(user_data=text)))["user-data"] == text


def test_cloud_init_reads_what_was_meant() -> None:
    facts = yaml.safe_load(seed.meta_data(make()))
    assert facts == {"instance-id": "dew-7", "local-hostname": "web-1.example.org", "public-keys": [KEY]}
    network = yaml.safe_load(seed.network_config(make()))
    assert network["ethernets"]["droplet"]["match"] == {"macaddress": "52:54:00:12:34:56"}
    assert network["ethernets"]["droplet"]["dhcp4"] is True


@pytest.mark.parametrize("given_hash", [None, HASH])
def test_vendor_data_asks_for_root_login_and_new_host_keys(given_hash: str | None) -> None:
    text = seed.vendor_data(make(password_hash=given_hash))
    header, _, archive = text.partition("\n")
    hook, config = json.loads(archive)
    asked = yaml.safe_load(config["content"])
    assert header == "#cloud-config-archive"
    assert hook["type"] == "text/cloud-boothook"
    assert asked["disable_root"] is False
    assert asked["ssh_deletekeys"] is True
    assert asked["ssh_pwauth"] is (given_hash is not None)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_the_boothook_is_a_script_that_knows_its_droplet() -> None:
    hook = seed.boothook(make(password_hash=HASH))
    subprocess.run(["sh", "-n"], input=hook, text=True, check=True)
    assert "\ninstance_id=dew-7\n" in hook
    assert f"\npassword_hash='{HASH}'\n" in hook
    assert not re.search(r"@[A-Z_]+@", hook)


@pytest.mark.parametrize(
    "changes",
    [
        {"instance_id": ""},
        {"instance_id": "7\n8"},
        {"instance_id": "$(reboot)"},
        {"hostname": "-web"},
        {"hostname": "web\n1"},
        {"hostname": "web 1"},
        {"hostname": "a" * 64},
        {"hostname": "a." * 127 + "a"},
        {"public_keys": (KEY + "\nssh-ed25519 AAAA other",)},
        {"public_keys": ('command="reboot" ' + KEY,)},
        {"public_keys": ("not a key\r",)},
        {"public_keys": (KEY + "\u2028ssh-ed25519 AAAA other",)},
        {"public_keys": (KEY + "\ud800",)},
        {"user_data": "\ud800"},
        {"password_hash": "plain"},
        {"password_hash": HASH + ":0:\nroot2:x"},
        {"password_hash": HASH + "'"},
        {"mac": "52:54:00:12:34"},
        {"mac": "52:54:00:12:34:56\n"},
        {"user_data": "x" * 65537},
    ],
)
def test_what_could_mean_something_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        make(**changes)


@given(st.text(max_size=40))
def test_no_comment_of_a_key_reaches_beyond_its_line(comment: str) -> None:
    try:
        one = make(public_keys=(f"ssh-ed25519 AAAA {comment}",))
    except Invalid:
        return
    lines = seed.files(one)["dew/authorized_keys"].split("\n")
    assert len(lines) == 2
    assert json.loads(seed.meta_data(one))["public-keys"] == [f"ssh-ed25519 AAAA {comment}"]


def test_generated_passwords_differ_and_are_long() -> None:
    passwords = {seed.generate_password() for _ in range(100)}
    assert len(passwords) == 100
    assert min(map(len, passwords)) >= 20


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
async def test_a_password_is_hashed_in_the_form_the_seed_takes() -> None:
    hashed = await seed.hash_password("päss wörd")
    assert hashed.startswith("$6$")
    assert make(password_hash=hashed).password_hash == hashed
    assert hashed != await seed.hash_password("päss wörd")


@pytest.mark.parametrize("hurried", [False, True])
async def test_a_hash_that_nobody_waits_for_any_more_leaves_no_program_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hurried: bool
) -> None:
    openssl, started = tmp_path / "openssl", tmp_path / "started"
    os.mkfifo(started)
    openssl.write_text(f"#!/bin/sh\necho $$ >{started}\nexec sleep 60\n")
    openssl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    if hurried:
        monkeypatch.setattr(seed, "HASH_SECONDS", 1.0)
    hashing = asyncio.create_task(seed.hash_password("secret"))
    pid = int(await asyncio.to_thread(started.read_text))
    if not hurried:
        hashing.cancel()
    with pytest.raises(StepFailed if hurried else asyncio.CancelledError):
        await hashing
    assert not Path(f"/proc/{pid}").exists()
