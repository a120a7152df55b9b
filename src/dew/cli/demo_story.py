"""The story of the demo, scene by scene. Each scene does something real and checks what it claims."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dew.cli import show
from dew.cli.demo_guest import Guest, Identity, Unfulfilled, first_contact
from dew.cli.follow import follow
from dew.cli.snapshot import newest, todays_name
from dew.client import ApiError, Client, Droplet, Image, Snapshot

OFF_TIMEOUT_SECONDS = 60.0  # from the closed connection to off: the guest first ends its services
GONE_TIMEOUT_SECONDS = 90.0
LOOK_SECONDS = 0.1


@dataclass
class Stage:
    """What the story plays on, and what it has made so far."""

    client: Client
    image: Image
    size: str
    key_id: int
    identity: Path
    known_hosts: Path
    first: Guest | None = None
    second: Guest | None = None
    snapshot: Snapshot | None = None
    sums: str = ""
    self_of_first: Identity | None = None
    made: list[str] = field(default_factory=list)  # names of the Droplets, the failed ones too

    def create(self, name: str, image_id: int) -> tuple[Droplet, Guest]:
        """Create a Droplet with the demo's key and log in to it for the first time."""
        wanted = {"name": name, "image": image_id, "size": self.size, "ssh_keys": [self.key_id]}
        created = self.client.create_droplet({**wanted, "tags": ["dew-demo"]})
        self.made.append(name)
        follow(self.client, created.action_id, f"Creating {name}")
        droplet = self.client.droplet(created.droplet.id)
        port = self.client.droplet_detail(droplet.id).ssh_port or 22
        door = first_contact(droplet.id, droplet.address, port, self.identity, self.known_hosts)
        return droplet, Guest(name, door)

    def act(self, guest: Guest, type_: str, doing: str, **params: object) -> None:
        """Run an Action on a guest's Droplet to its end."""
        started = self.client.act(guest.door.droplet_id, type_, **params)
        follow(self.client, started.id, f"{doing} {guest.name}")

    def status(self, guest: Guest) -> str:
        """What DigitalOcean's API says of a guest's Droplet."""
        return self.client.droplet(guest.door.droplet_id).status


@dataclass(frozen=True)
class Scene:
    """One step: what is done, what that proves, and how; ``play`` returns what was seen."""

    title: str
    proves: str
    play: Callable[[Stage], str]


def create(stage: Stage) -> str:
    droplet, guest = stage.create(free_name(stage.client, "demo"), stage.image.id)
    stage.first = guest.wait_until_in()
    return f"{guest.name} answers at {droplet.address}"


def write(stage: Stage) -> str:
    guest = _first(stage)
    stage.sums = guest.write_data()
    stage.self_of_first = guest.identity()
    _expect_equal("its host name to be its name", guest.name, stage.self_of_first.host_name, guest)
    return f"SHA-256 of the data: {_short(stage.sums)}"


def power_off(stage: Stage) -> str:
    guest = _first(stage)
    begun = time.monotonic()
    guest.power_off_inside()
    closed = time.monotonic()
    while stage.client.droplet_detail(guest.door.droplet_id).status != "off":
        if time.monotonic() > closed + OFF_TIMEOUT_SECONDS:
            seen = f"{stage.status(guest)} {OFF_TIMEOUT_SECONDS:.0f} seconds after the connection closed"
            raise Unfulfilled(f"{guest.name} to show off", seen, guest.by_hand())
        time.sleep(LOOK_SECONDS)
    off = time.monotonic()
    _expect_equal("off in DigitalOcean's API too", "off", stage.status(guest), guest)
    _expect_untold(stage, guest)
    return f"connection closed after {show.seconds(closed - begun)}, off {show.seconds(off - closed)} later"


def take_snapshot(stage: Stage) -> str:
    guest = _first(stage)
    droplet = stage.client.droplet(guest.door.droplet_id)
    name = todays_name(stage.client, droplet)
    stage.act(guest, "snapshot", f"Taking Snapshot {name} of", name=name)
    stage.snapshot = newest(stage.client, droplet, name)
    _expect_equal("the Droplet to be off still", "off", stage.status(guest), guest)
    held = show.bytes_as_gib(stage.snapshot.used_bytes)
    return f"Snapshot {name} (id {stage.snapshot.id}) holds {held}"


def power_on(stage: Stage) -> str:
    guest = _first(stage)
    stage.act(guest, "power_on", "Switching on")
    guest.wait_until_in()
    _expect_equal("the data as it was", stage.sums, guest.checksums(), guest)
    return "it booted from its own disk, with its data"


def destroy(stage: Stage) -> str:
    guest = _first(stage)
    guest.destroy_data()
    left = guest.run("cat /etc/dew-demo.conf 2>&1 || true")
    if "No such file" not in left:
        raise Unfulfilled("the configuration to be gone", left, guest.by_hand())
    return "the configuration is gone, the data is zeros"


def restore(stage: Stage) -> str:
    guest, snapshot = _first(stage), _snapshot(stage)
    address = guest.door.address
    stage.act(guest, "restore", "Restoring", image=snapshot.id)
    after = stage.client.droplet(guest.door.droplet_id)
    _expect_equal("the same address", address, after.address, guest)
    return f"the disk is that of {snapshot.name}; the address is {after.address} as before"


def look_after_restore(stage: Stage) -> str:
    guest = _first(stage).wait_until_in()
    _expect_equal("the data of the Snapshot", stage.sums, guest.checksums(), guest)
    now, before = guest.identity(), stage.self_of_first
    assert before is not None
    same = (before.host_name, before.machine_id)
    _expect_equal("the same host name and machine-id", same, (now.host_name, now.machine_id), guest)
    return f"checksums hold: {_short(stage.sums)}; same host key, host name and machine-id"


def create_second(stage: Stage) -> str:
    first, snapshot = _first(stage), _snapshot(stage)
    droplet, guest = stage.create(free_name(stage.client, "demo-copy"), snapshot.id)
    stage.second = guest = guest.wait_until_in()
    _expect_equal("the data of the Snapshot", stage.sums, guest.checksums(), guest)
    own, others = guest.identity(), stage.self_of_first
    assert others is not None
    _expect_equal("a host name of its own", guest.name, own.host_name, guest)
    _expect_different("machine-id", others.machine_id, own.machine_id, guest)
    _expect_different("SSH host key", first.host_key(), guest.host_key(), guest)
    _expect_different("address", first.door.address, droplet.address, guest)
    return f"{guest.name} answers at {droplet.address}, with the data and an identity of its own"


def delete_first(stage: Stage) -> str:
    first, second, snapshot = _first(stage), _second(stage), _snapshot(stage)
    stage.client.delete_droplet(first.door.droplet_id)
    _wait_until_gone(stage, first)
    stage.made.remove(first.name)
    kept = [each.id for each in stage.client.snapshots()]
    if snapshot.id not in kept:
        raise Unfulfilled(f"Snapshot {snapshot.id} to stay", f"Snapshots {kept}", "dew snapshot list")
    _expect_equal("the second Droplet unharmed", stage.sums, second.checksums(), second)
    return f"{first.name} is gone; the Snapshot and {second.name} are unharmed"


def delete_snapshot(stage: Stage) -> str:
    second, snapshot = _second(stage), _snapshot(stage)
    stage.client.delete_snapshot(snapshot.id)
    before = second.identity()
    stage.act(second, "reboot", "Restarting")
    second.wait_until_in()
    after = second.identity()
    _expect_different("boot after the restart", before.boot_id, after.boot_id, second)
    _expect_equal("its data", stage.sums, second.checksums(), second)
    return f"{second.name} restarted and holds its data: {_short(stage.sums)}"


STORY = (
    Scene("Create a Droplet with a public key", "One command makes a server one can log in to.", create),
    Scene(
        "Log in, write a configuration file and random data",
        "It is a real machine, under its own name, with a disk.",
        write,
    ),
    Scene(
        "Power it off from inside: sudo poweroff",
        "The connection closes by itself and Dew sees that it is off. Nobody tells it.",
        power_off,
    ),
    Scene("Take a Snapshot, named by today's date", "It takes an instant and leaves it off.", take_snapshot),
    Scene("Power it on", "A Snapshot changes nothing for its Droplet.", power_on),
    Scene("Destroy the data", "Something bad happens.", destroy),
    Scene("Restore it from the Snapshot", "The same Droplet, at the same address, as it was.", restore),
    Scene(
        "Log in again, insisting on the known host key",
        "Configuration and data are back, byte for byte.",
        look_after_restore,
    ),
    Scene(
        "Create a second Droplet from the Snapshot",
        "The same data, but a machine of its own.",
        create_second,
    ),
    Scene("Delete the first Droplet", "Snapshots outlive their Droplet.", delete_first),
    Scene(
        "Delete the Snapshot, restart the second Droplet",
        "What was made from a Snapshot does not need it any more.",
        delete_snapshot,
    ),
)


def free_name(client: Client, wanted: str) -> str:
    """Return a name that no Droplet has: ``demo``, then ``demo-2`` …"""
    taken = {each.name for each in client.droplets()}
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name


def _first(stage: Stage) -> Guest:
    assert stage.first is not None, "the first scene creates it"
    return stage.first


def _second(stage: Stage) -> Guest:
    assert stage.second is not None, "an earlier scene creates it"
    return stage.second


def _snapshot(stage: Stage) -> Snapshot:
    assert stage.snapshot is not None, "an earlier scene takes it"
    return stage.snapshot


def _expect_equal(what: str, expected: object, seen: object, guest: Guest) -> None:
    if expected != seen:
        raise Unfulfilled(f"{what}: {expected}", str(seen), guest.by_hand())


def _expect_different(what: str, others: str, own: str, guest: Guest) -> None:
    if others == own:
        raise Unfulfilled(f"another {what} than {others}", "the same", guest.by_hand())


def _expect_untold(stage: Stage, guest: Guest) -> None:
    """Nobody may have asked Dew to switch it off: its only Action is the one that made it."""
    types = [each.type for each in stage.client.actions(guest.door.droplet_id)]
    _expect_equal("no Action but the one that created it", ["create"], types, guest)


def _wait_until_gone(stage: Stage, guest: Guest) -> None:
    deadline = time.monotonic() + GONE_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            stage.client.droplet(guest.door.droplet_id)
        except ApiError as error:
            if error.status == 404:
                return
            raise
        time.sleep(0.5)
    raise Unfulfilled(f"{guest.name} to be gone", "it is still listed", "dew droplet list; dew action list")


def _short(sums: str) -> str:
    """The first part of the data's checksum: enough to compare by eye."""
    return sums.splitlines()[-1][:16]
