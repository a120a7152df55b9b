"""The serial console and the screen of a real Droplet, as the panel shows them: over WebSockets."""

import os
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from websockets.sync.client import ClientConnection, connect

from dew.compute.monitor import Monitor
from dew.compute.qemu_guest import QemuGuest
from dew.model.errors import GuestRefused
from tests.guest.dewd import BOOT_SECONDS, Dewd, Guest, eventually

pytestmark = pytest.mark.guest


def sit_at(guest: Guest, what: str) -> ClientConnection:
    client = guest.dewd.client
    url = f"{client.url.replace('http', 'ws', 1)}/dew/v1/droplets/{guest.id}/{what}"
    token = (guest.dewd.data / "token").read_text().strip()
    return connect(url, additional_headers={"authorization": f"Bearer {token}"}, proxy=None)


def until(console: ClientConnection, wanted: bytes, within_seconds: float = 30.0) -> bytes:
    """Read until something was said."""
    said = b""
    while wanted not in said:
        said += console.recv(within_seconds, decode=False)
    return said


def picture(screen: ClientConnection) -> bytes:
    """Return the pixels of the screen, as a viewer of RFB 3.8 gets them (RFC 6143)."""
    came = b""

    def take(size_bytes: int) -> bytes:
        nonlocal came
        while len(came) < size_bytes:
            came += screen.recv(30, decode=False)
        taken, came = came[:size_bytes], came[size_bytes:]
        return taken

    screen.send(take(12))  # the version, theirs
    take(take(1)[0])  # ways to prove who we are: dewd has seen to that
    screen.send(b"\1")  # none, then
    assert take(4) == bytes(4)
    screen.send(b"\1")  # others may look too
    width, height = int.from_bytes(take(2)), int.from_bytes(take(2))
    take(16)
    take(int.from_bytes(take(4)))  # its name
    size = width.to_bytes(2) + height.to_bytes(2)
    screen.send(b"\3\0" + bytes(4) + size)  # all of it, please
    assert take(2) == b"\0\0"
    pixels = b""
    for _ in range(int.from_bytes(take(2))):
        take(4)
        wide, high = int.from_bytes(take(2)), int.from_bytes(take(2))
        assert take(4) == bytes(4), "raw, as nothing else was asked for"
        pixels += take(4 * wide * high)
    return pixels


def test_who_types_poweroff_at_the_console_switches_the_droplet_off(dewd: Dewd) -> None:
    guest = dewd.create("typed-at", ssh_keys=[])
    try:
        password = dewd.client.reveal_password(guest.id)
        with sit_at(guest, "console") as console, sit_at(guest, "console") as other:
            until(console, b"typed-at login: ", BOOT_SECONDS)
            console.send(b"root\r")
            until(console, b"Password: ")
            console.send(f"{password}\r".encode())
            until(console, b"# ")
            with sit_at(guest, "screen") as screen:
                assert len(set(picture(screen))) > 1, "nothing is on the screen"
            console.send(b"poweroff\r")
            until(other, b"Power down")
            assert password.encode() not in (guest.directory / "console.log").read_bytes()
        eventually("it shows as off", lambda: guest.is_("off"))
        guest.act("power_on")
        with sit_at(guest, "console") as console:  # begins with what was said before
            assert b"Power down" in until(console, b"Power down")
    finally:
        guest.delete()


async def test_a_droplet_that_an_older_dew_started_says_how_it_gets_a_screen(tmp_path: Path) -> None:
    path = tmp_path / "monitor.sock"
    monitor = Monitor(path, lambda _: None, lambda: None)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(path))
        listener.listen(1)
        number = listener.fileno()
        command = [
            "qemu-system-x86_64",
            "-nodefaults",
            "-display",
            "none",
            "-S",
            "-machine",
            "pc",
            "-m",
            "64",
        ]
        command += ["-chardev", f"socket,id=monitor,fd={number},server=on,wait=off"]
        command += ["-mon", "chardev=monitor,mode=control"]
        with subprocess.Popen(command, pass_fds=[number]) as older:
            try:
                with pytest.raises(GuestRefused, match="power it off and on again"):
                    await QemuGuest.screen(SimpleNamespace(monitor=monitor))  # type: ignore[arg-type]
            finally:
                await monitor.close()
                older.kill()
