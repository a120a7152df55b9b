"""The demo's way into its guests, with a stand-in for ssh: it claims nothing that did not happen."""

import os
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from dew.cli import demo_guest
from dew.cli.demo import _size
from dew.cli.demo_guest import Guest, Unfulfilled, first_contact
from dew.cli.demo_story import STORY, free_name
from dew.client import Client, Image


@pytest.fixture
def guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(demo_guest, "RETRY_SECONDS", 0.01)
    door = first_contact(12, "127.66.0.2", 22, tmp_path / "key", tmp_path / "known_hosts")
    return Guest("demo", door)


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    """The stand-in; a test writes what it does."""
    program = tmp_path / "ssh"
    program.touch(mode=0o755)
    return program


def plays(ssh: Path, script: str) -> None:
    ssh.write_text(f"#!/bin/sh\ncd {ssh.parent}\n{script}\n")


def test_a_guest_that_boots_is_waited_for(guest: Guest, ssh: Path) -> None:
    plays(ssh, "echo x >> tries; [ $(wc -l < tries) -ge 3 ] || { echo Connection refused >&2; exit 255; }")
    guest.wait_until_in()
    assert (ssh.parent / "tries").read_text() == "x\nx\nx\n"


def test_after_the_first_contact_the_host_key_is_insisted_on(guest: Guest, ssh: Path) -> None:
    plays(ssh, "exit 0")
    assert "StrictHostKeyChecking=accept-new" in guest.door.options
    assert "StrictHostKeyChecking=yes" in guest.wait_until_in().door.options


def test_another_host_key_ends_the_demo_at_once(guest: Guest, ssh: Path) -> None:
    plays(ssh, "echo x >> tries; echo 'Host key verification failed.' >&2; exit 255")
    with pytest.raises(Unfulfilled, match="Expected: the host key that was recorded"):
        guest.wait_until_in()
    assert (ssh.parent / "tries").read_text() == "x\n"


def test_a_guest_that_never_answers_is_given_up(
    guest: Guest, ssh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_guest, "BOOT_TIMEOUT_SECONDS", 0.1)
    plays(ssh, "echo 'No route to host' >&2; exit 255")
    with pytest.raises(Unfulfilled, match="No route to host") as caught:
        guest.wait_until_in()
    assert "dew droplet show demo" in caught.value.message


def test_a_command_that_fails_inside_says_what_was_seen(guest: Guest, ssh: Path) -> None:
    plays(ssh, "echo 'sha256sum: not found' >&2; exit 127")
    with pytest.raises(Unfulfilled, match=r"exit code 127\. sha256sum: not found"):
        guest.checksums()


def test_a_guest_that_does_not_halt_is_no_success(
    guest: Guest, ssh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_guest, "COMMAND_TIMEOUT_SECONDS", 0.2)
    plays(ssh, "exec sleep 5")
    with pytest.raises(Unfulfilled, match="to close by itself"):
        guest.power_off_inside()


def test_host_keys_are_read_by_droplet(guest: Guest) -> None:
    assert guest.door.known_hosts is not None
    guest.door.known_hosts.write_text("dew-1 ssh-ed25519 AAAA\ndew-12 ssh-ed25519 BBBB\n")
    assert guest.host_key() == "ssh-ed25519 BBBB"
    with pytest.raises(Unfulfilled):
        replace(guest, door=replace(guest.door, droplet_id=2)).host_key()


def test_the_demo_takes_the_smallest_size_that_its_image_fits_on() -> None:
    assert _size(Image(1, "micro", min_disk_size=1), 256) == "s-1vcpu-256mb-2gb"
    assert _size(Image(1, "debian", min_disk_size=3), 512) == "s-1vcpu-512mb-10gb"
    assert _size(Image(1, "big", min_disk_size=20), 512) == "s-1vcpu-1gb"


def test_the_demo_leaves_the_names_of_others_alone() -> None:
    class Droplets:
        def droplets(self) -> list[Image]:
            return [Image(1, "demo"), Image(2, "demo-2")]

    assert free_name(cast(Client, Droplets()), "demo") == "demo-3"
    assert free_name(cast(Client, Droplets()), "demo-copy") == "demo-copy"


def test_every_scene_says_what_it_does_and_what_that_proves() -> None:
    assert all(scene.title and scene.proves.endswith(".") for scene in STORY)
    assert len({scene.title for scene in STORY}) == len(STORY)
