"""The demo inside its guests: real ssh; host keys are recorded at first contact, then insisted on."""

import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from dew.cli.failure import Failure
from dew.cli.show import waiting
from dew.cli.ssh import Door

BOOT_TIMEOUT_SECONDS = 600.0  # software emulation on a machine ten times overloaded took three minutes
COMMAND_TIMEOUT_SECONDS = 120.0
RETRY_SECONDS = 1.0
TOOK_TOO_LONG = 124  # the exit code that timeout(1) gives, and ssh does not
CONFIGURATION = "/etc/dew-demo.conf"
DATA = "/root/dew-demo.data"
MEBIBYTES = 4  # of random data: enough to be no accident, little enough for software emulation

_OPTIONS = (
    "BatchMode=yes",
    "ConnectTimeout=15",
    "IdentitiesOnly=yes",
    "HashKnownHosts=no",  # the demo reads the file to compare host keys
    "UpdateHostKeys=no",  # so that the one key of the first contact stays the one
    "LogLevel=ERROR",
)
_HOST_KEY_REFUSED = ("Host key verification failed", "IDENTIFICATION HAS CHANGED")


class Unfulfilled(Failure):
    """The demo claims something, and it did not happen."""

    def __init__(self, expected: str, seen: str, look: str) -> None:
        super().__init__(f"Expected: {expected}\nSeen:     {seen}\nLook:     {look}")


@dataclass(frozen=True)
class Identity:
    """What makes one guest itself."""

    host_name: str
    machine_id: str
    boot_id: str  # another one after every boot


@dataclass(frozen=True)
class Guest:
    """One guest of the demo and the way into it."""

    name: str
    door: Door

    def run(self, command: str, timeout_seconds: float = COMMAND_TIMEOUT_SECONDS) -> str:
        """Run a command inside and return what it printed. Raises Unfulfilled."""
        done = self._ssh(command, timeout_seconds)
        if done.returncode != 0:
            seen = f"exit code {done.returncode}. {done.stderr.strip()}"
            raise Unfulfilled(f"this to work inside {self.name}: {command}", seen, self.by_hand())
        return done.stdout.strip()

    def wait_until_in(self) -> "Guest":
        """Try to log in until the guest answers; a host key that is not the known one ends it at once.

        The first answer's host key is recorded. Returns the guest as it is to be spoken with from then on.
        """
        with waiting(f"Waiting until {self.name} answers"):
            self._knock(time.monotonic() + BOOT_TIMEOUT_SECONDS)
        return replace(self, door=replace(self.door, options=(*_OPTIONS, "StrictHostKeyChecking=yes")))

    def _knock(self, deadline: float) -> None:
        while True:
            done = self._ssh("true", COMMAND_TIMEOUT_SECONDS)
            if done.returncode == 0:
                return
            if any(words in done.stderr for words in _HOST_KEY_REFUSED):
                raise Unfulfilled("the host key that was recorded", done.stderr.strip(), self.by_hand())
            if time.monotonic() > deadline:
                seen = f"{done.stderr.strip()} (for {BOOT_TIMEOUT_SECONDS:.0f} seconds)"
                raise Unfulfilled(f"{self.name} to answer at {self.door.address}", seen, self.by_hand())
            time.sleep(RETRY_SECONDS)

    def power_off_inside(self) -> None:
        """Run ``sudo poweroff``; returns when the connection has closed by itself. Raises Unfulfilled."""
        with waiting(f"Waiting until {self.name} has halted"):
            done = self._ssh("sudo poweroff; sleep 600", COMMAND_TIMEOUT_SECONDS)
        if done.returncode == TOOK_TOO_LONG:
            raise Unfulfilled("the SSH connection to close by itself", done.stderr, self.by_hand())

    def identity(self) -> Identity:
        """Ask the guest who it is."""
        asked = self.run("hostname; cat /etc/machine-id /proc/sys/kernel/random/boot_id")
        host_name, machine_id, boot_id = asked.splitlines()
        return Identity(host_name, machine_id, boot_id)

    def write_data(self) -> str:
        """Write a configuration file and random data; return their checksums."""
        self.run(
            f"printf 'colour = blue\\n' > {CONFIGURATION} && "
            f"dd if=/dev/urandom of={DATA} bs=1M count={MEBIBYTES} 2>/dev/null && sync"
        )
        return self.checksums()

    def checksums(self) -> str:
        """Return the SHA-256 sums of the configuration and the data, as sha256sum prints them."""
        return self.run(f"sha256sum {CONFIGURATION} {DATA}")

    def destroy_data(self) -> None:
        """Remove the configuration and overwrite the data."""
        zeros = f"dd if=/dev/zero of={DATA} bs=1M count={MEBIBYTES} 2>/dev/null"
        self.run(f"rm {CONFIGURATION} && {zeros} && sync")

    def host_key(self) -> str:
        """Return the host key that was recorded at the first contact."""
        assert self.door.known_hosts is not None
        for line in self.door.known_hosts.read_text().splitlines():
            name, _, key = line.partition(" ")
            if name == f"dew-{self.door.droplet_id}":
                return key
        raise Unfulfilled(f"a host key of {self.name} on record", "none", f"cat {self.door.known_hosts}")

    def by_hand(self) -> str:
        """How a person looks further."""
        return f"dew droplet ssh {self.name} -i {self.door.identity}; dew droplet show {self.name}; dew logs"

    def _ssh(self, command: str, timeout_seconds: float) -> "subprocess.CompletedProcess[str]":
        """Run ssh; a time limit that passes is one more way for it to fail."""
        words = self.door.words([command])
        try:
            return subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired:
            said = f"ssh had not ended after {timeout_seconds:.0f} seconds."
            return subprocess.CompletedProcess(words, TOOK_TOO_LONG, "", said)


def first_contact(droplet_id: int, address: str, port: int, identity: Path, known_hosts: Path) -> Door:
    """Return the way into a guest whose host key nobody has seen yet."""
    options = (*_OPTIONS, "StrictHostKeyChecking=accept-new")
    return Door(droplet_id, address, port, "root", identity, known_hosts, options)
