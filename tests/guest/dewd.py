"""A real dewd with real guests as users meet it: started as a process, asked over HTTP, entered by SSH."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dew.client import Action, ApiError, Client, Droplet

REPOSITORY = Path(__file__).parents[2]
SIZE = "s-1vcpu-256mb-2gb"

START_SECONDS = 60.0
BOOT_SECONDS = 120.0  # a micro guest takes 6 s on an idle machine
ACTION_SECONDS = 180.0
LOOK_EVERY_SECONDS = 0.1


def eventually(what: str, holds: Callable[[], bool], within_seconds: float = 30.0) -> float:
    """Return the seconds until ``holds``; fail, saying ``what`` did not come true, if it never does."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < within_seconds, f"not within {within_seconds:.0f} s: {what}"
        time.sleep(LOOK_EVERY_SECONDS)
    return time.monotonic() - begun


@dataclass
class Dewd:
    """One data directory and the dewd that may run on it."""

    data: Path
    image_cache: Path
    network: str = "127.77.0.0/16"
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    program: str = "dew.daemon"  # what Python runs

    @property
    def environment(self) -> dict[str, str]:
        """How this dewd, and commands that speak to it, are configured: nothing leaves the machine."""
        return os.environ | {
            "DEW_DATA": str(self.data),
            "DEW_LISTEN": "127.0.0.1:0",
            "DEW_NETWORK": self.network,
            "DEW_RESOLVER": "none",
            "DEW_ACCELERATOR": "tcg",
            "DEW_IMAGE_CACHE": str(self.image_cache),
            "DEW_RESERVE_GIGABYTES": "0.5",
            "DEW_REQUESTS_PER_MINUTE": "0",
            "DEW_REQUESTS_PER_HOUR": "0",
            "PYTHONPATH": str(REPOSITORY / "src"),
            **self.settings,
        }

    def start(self) -> "Dewd":
        """Start dewd and wait until it answers."""
        (self.data / "address").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.program], env=self.environment, start_new_session=True
        )
        eventually("dewd answers", self._answers, START_SECONDS)
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "dewd ended by itself"
        return (self.data / "address").exists() and self.client.healthy()

    @property
    def client(self) -> Client:
        """A client with the first token."""
        url, token = ((self.data / name).read_text().strip() for name in ("address", "token"))
        return Client(url, token, self.data / "certificate.pem" if url.startswith("https") else None)

    def kill(self) -> None:
        """``kill -9``."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        self.process = None

    def stop(self, *, guests: bool = False) -> None:
        """Stop dewd as ``dew down`` does."""
        if self.process is None:
            return
        self.client.stop(guests)
        self.process.wait(120)
        self.process = None

    def end(self) -> None:
        """Stop dewd and pull the cord of every guest."""
        if self.process is None and any((self.data / "run").glob("*/guest.json")):
            self.start()
        if self.process is not None:
            with suppress(Exception):
                for droplet in self.client.droplets():
                    self.client.delete_droplet(droplet.id)
                eventually("all guests are gone", lambda: not self.guest_pids(), 60)
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        for pid in self.guest_pids():
            os.kill(pid, signal.SIGKILL)

    def guest_pids(self) -> list[int]:
        """Return the pids of the QEMU processes whose sockets are in this data directory."""
        mark = str(self.data / "run").encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (process / "cmdline").read_bytes()
                if command.startswith(b"qemu-system") and mark in command:
                    found.append(int(process.name))
        return found

    def wait(self, action: Action | int) -> Action:
        """Wait for an Action's end and return it."""
        action_id = action if isinstance(action, int) else action.id
        return list(self.client.watch(action_id, ACTION_SECONDS))[-1]

    def done(self, action: Action | int) -> Action:
        """Wait for an Action and insist that it completed."""
        ended = self.wait(action)
        assert ended.status == "completed", f"{ended.type}: {ended.error}"
        return ended

    def image(self, name: str) -> int:
        """Return the id of a distribution Image, building it if it is not there yet."""
        with suppress(ApiError):
            return self.client.image(name).id
        action = self.done(self.client.build_image(name))
        assert action.resource_id is not None
        return action.resource_id

    def create(self, name: str, image: int | str = "dew-micro", size: str = SIZE, **more: object) -> "Guest":
        """Create a Droplet that the tests' key opens; return when its Action has completed."""
        wanted = {"name": name, "size": size, "image": image, "ssh_keys": [self.key_id()], **more}
        created = self.client.create_droplet(wanted)
        self.done(created.action_id)
        return Guest(self, created.droplet.id)

    def key_id(self) -> int:
        """Return the id of the tests' SSH key, registering it first if need be."""
        if not self.key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        public = self.key.with_suffix(".pub").read_text().strip()
        for known in self.client.ssh_keys():
            if known.public_key.split()[:2] == public.split()[:2]:
                return known.id
        return self.client.add_key("tests", public).id

    @property
    def key(self) -> Path:
        return self.data / "test_key"

    def layers(self) -> dict[int, Path]:
        """Return the Layers in the store, by id."""
        files = (self.data / "store" / "layers").glob("layer-*.qcow2")
        return {int(path.stem.removeprefix("layer-")): path for path in files}


@dataclass(frozen=True)
class Guest:
    """A Droplet and the way into it."""

    dewd: Dewd
    id: int

    @property
    def droplet(self) -> Droplet:
        return self.dewd.client.droplet(self.id)

    @property
    def address(self) -> str:
        return self.droplet.address

    @property
    def directory(self) -> Path:
        """Where the Host keeps this guest's sockets and logs."""
        return self.dewd.data / "run" / str(self.id)

    @property
    def known_hosts(self) -> Path:
        """Where its host key is written down at first contact, to be insisted on afterwards."""
        return self.dewd.data / f"known_hosts-{self.id}"

    @property
    def pid(self) -> int:
        """The pid of its QEMU process."""
        record = json.loads((self.directory / "guest.json").read_text())
        return int(record["process"]["pid"])

    def ssh(self, command: str, *, stdin: bytes = b"", within_seconds: float = BOOT_SECONDS) -> str:
        """Run ``command`` as root, waiting for the guest to answer if it boots; return what it printed."""
        done = self.try_ssh(command, stdin=stdin, within_seconds=within_seconds)
        assert done.returncode == 0, f"{command!r} failed ({done.returncode}): {done.stderr.decode()}"
        return done.stdout.decode().strip()

    def try_ssh(
        self, command: str, *, stdin: bytes = b"", within_seconds: float = BOOT_SECONDS
    ) -> subprocess.CompletedProcess[bytes]:
        """As ssh, but return the finished process however the command ended."""
        deadline = time.monotonic() + within_seconds
        while True:
            done = self._ssh_once(command, stdin, deadline)
            answered = done.returncode != 255 or b"Permission denied" in done.stderr  # 255: ssh itself failed
            if answered or time.monotonic() > deadline:
                return done
            time.sleep(0.5)

    def _ssh_once(self, command: str, stdin: bytes, deadline: float) -> subprocess.CompletedProcess[bytes]:
        full = self.ssh_command(command)
        limit = max(1.0, deadline - time.monotonic())
        try:
            return subprocess.run(full, input=stdin, capture_output=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired as expired:
            return subprocess.CompletedProcess(full, 255, expired.stdout or b"", b"timed out")

    def ssh_command(self, command: str) -> list[str | Path]:
        """Return what runs ``command`` as root, once; dewd must be there to say where the Droplet is."""
        detail = self.dewd.client.droplet_detail(self.id)
        options = {
            "ConnectTimeout": "15",
            "BatchMode": "yes",
            "StrictHostKeyChecking": "accept-new",
            "UserKnownHostsFile": str(self.known_hosts),
            "HostKeyAlias": f"droplet-{self.id}",
            "ServerAliveInterval": "5",
            "ServerAliveCountMax": "12",
        }
        flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
        where = ["-p", str(detail.ssh_port or 22), f"root@{detail.address}"]
        return ["ssh", "-i", self.dewd.key, *flags, *where, command]

    def log_in_with(self, password: str) -> str:
        """Return what ``echo in`` prints when logging in with ``password``; "" if that is refused."""
        self.try_ssh("true", within_seconds=BOOT_SECONDS)  # refused for want of a key, but it answers by then
        ask = self.dewd.data / "ask"
        ask.write_text('#!/bin/sh\necho "$PASSWORD"\n')
        ask.chmod(0o700)
        options = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "ConnectTimeout": "30",
            "NumberOfPasswordPrompts": "1",
            "PreferredAuthentications": "password,keyboard-interactive",
        }
        flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
        port = str(self.dewd.client.droplet_detail(self.id).ssh_port or 22)
        done = subprocess.run(
            ["setsid", "ssh", *flags, "-p", port, f"root@{self.address}", "echo in"],
            env=os.environ | {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "PASSWORD": password},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=90,
            check=False,
        )
        return done.stdout.decode().strip()

    def act(self, type_: str, **params: object) -> Action:
        """Do an Action and insist that it completed."""
        return self.dewd.done(self.dewd.client.act(self.id, type_, **params))

    def snapshot(self, name: str) -> int:
        """Take a Snapshot; return its id."""
        self.act("snapshot", name=name)
        found = [each.id for each in self.dewd.client.snapshots() if each.name == name]
        return found[-1]

    def restore(self, snapshot_id: int) -> None:
        self.act("restore", image=snapshot_id)

    def is_(self, status: str) -> bool:
        return self.droplet.status == status

    def delete(self) -> None:
        """Delete it and wait until nothing of its guest is left."""
        self.dewd.client.delete_droplet(self.id)
        eventually("the guest's directory is gone", lambda: not self.directory.exists(), 60)


def identity(guest: Guest) -> list[str]:
    """Return host name, machine-id and host key as they are now."""
    guest.known_hosts.unlink(missing_ok=True)
    name, machine_id = guest.ssh("hostname; cat /etc/machine-id").split()
    return [name, machine_id, guest.known_hosts.read_text().split()[2]]


@contextmanager
def dewd_on(image_cache: Path, program: str = "dew.daemon", **settings: str) -> Iterator[Dewd]:
    """A dewd on a new data directory; everything is gone afterwards."""
    # Guests run under user ids of their own, so each directory above theirs must let them pass.
    data = Path(tempfile.mkdtemp(prefix="dew-test-", dir="/var/tmp"))
    data.chmod(0o711)
    dewd = Dewd(data, image_cache, settings=settings, program=program)
    try:
        yield dewd.start()
    finally:
        dewd.end()
        shutil.rmtree(data, ignore_errors=True)
