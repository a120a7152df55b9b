"""``dew droplet ssh``: real ssh, at the right address and port, with host keys known by Droplet.

An address is given to another Droplet once its first one is deleted; ids never are. So each Droplet's host
key is remembered under ``dew-<id>``, and a reused address never raises ssh's alarm. A rebuild renews the host
key, and its undo brings the old one back: the number of the rebuild is then part of the name.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dew.cli import names
from dew.cli.failure import Exit, Failure
from dew.cli.home import data_directory, open_client
from dew.cli.parameters import DropletName
from dew.client import Client, Droplet

User = Annotated[str, Parameter(help="Who to log in as.")]
Identity = Annotated[Path | None, Parameter(name=("--identity", "-i"), help="A private key file.")]
Command = Annotated[
    str,
    Parameter(name="COMMAND", allow_leading_hyphen=True, help="What to run instead of a shell, after --."),
]


@dataclass(frozen=True)
class Door:
    """Where and how to get in to one Droplet."""

    droplet_id: int
    address: str
    port: int = 22
    user: str = "root"
    identity: Path | None = None
    known_hosts: Path | None = None  # None: the user's own file
    options: tuple[str, ...] = ("StrictHostKeyChecking=accept-new",)
    incarnation: int = 0  # of the Droplet: another one has another host key

    def words(self, command: Sequence[str] = ()) -> list[str]:
        """Return the words of the ssh command line."""
        alias = f"dew-{self.droplet_id}" + (f"-{self.incarnation}" if self.incarnation else "")
        options = (f"HostKeyAlias={alias}", *self.options)
        if self.known_hosts is not None:
            options += (f"UserKnownHostsFile={self.known_hosts}",)
        words = ["ssh", "-p", str(self.port)]
        for option in options:
            words += ["-o", option]
        if self.identity is not None:
            words += ["-i", str(self.identity)]
        return [*words, f"{self.user}@{self.address}", *command]


def ssh(droplet: DropletName, /, *command: Command, user: User = "root", identity: Identity = None) -> None:
    """Log in to a Droplet, or run a command in it: dew droplet ssh web -- uptime"""
    client = open_client()
    found = names.droplet(client, droplet)
    if shutil.which("ssh") is None:
        raise Failure("There is no ssh program on this machine. Install it: it is in openssh-client.")
    words = door(client, found, user, identity).words(command)
    os.execvp("ssh", words)  # noqa: S606 -- ssh takes over, with the terminal and its exit code


def door(client: Client, droplet: Droplet, user: str = "root", identity: Path | None = None) -> Door:
    """Return the way in to a Droplet. Raises Failure if it is not on."""
    if droplet.status != "active":
        hint = f" Switch it on with: dew power on {droplet.name}" if droplet.status == "off" else ""
        raise Failure(f"{droplet.name} is {droplet.status}, so nobody can log in.{hint}", Exit.FAILED)
    if not droplet.address:
        raise Failure(f"{droplet.name} has no address. See: dew droplet show {droplet.name}", Exit.FAILED)
    detail = client.droplet_detail(droplet.id)
    if detail.ssh_port is None:  # port 22 of its address may be this machine's own: never fall back to it
        raise Failure(
            f"No port leads to SSH in {droplet.name} now: it is simulated, or its network is being connected "
            f"anew. See: dew droplet show {droplet.name}"
        )
    port, known_hosts = detail.ssh_port, _known_hosts()
    return Door(
        droplet.id, droplet.address, port, user, identity, known_hosts, incarnation=detail.incarnation
    )


def _known_hosts() -> Path | None:
    """The file of host keys in the data directory, if this user may write there."""
    directory = data_directory()
    return directory / "known_hosts" if os.access(directory, os.W_OK) else None
