"""Root in a real Droplet, with routes forced, against the wall; the daemon as root and as an ordinary user.

dewd and the tests live in a pretend machine made of network namespaces (tests/network/stage.py), so that a
hole in the wall leads nowhere. tests/network tries far more, with a stand-in for the guest.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.guest.dewd import START_SECONDS, Dewd, Guest, dewd_on, eventually
from tests.network.stage import METADATA, USER_ID, WORLD, Stage, missing

pytestmark = pytest.mark.guest

MACHINE = ("127.0.0.1:7000", "192.0.2.10:7000", "172.20.0.1:7000")

CLONE_NEWNET = 0x40000000

FORCE_ROUTES = """
router=$(ip route show default | cut -d' ' -f3)
echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
ip route del table local 127.0.0.0/8; ip route del table local 127.0.0.1; ip addr del 127.0.0.1/8 dev lo
ip route replace 127.0.0.0/8 via "$router"
"""

TRY_TCP = "echo '?' | timeout 10 nc -w 5 {host} {port}"

TRY_UDP = "timeout 10 nslookup -type=a nobody.test {host}:{port} | grep NXDOMAIN"  # its nc has no UDP


class OrdinaryDewd(Dewd):
    """dewd run by a user without privileges, with the device that such a user may open on most machines."""

    stage: Stage

    def start(self) -> Dewd:
        """As Dewd.start."""
        (self.data / "address").unlink(missing_ok=True)
        os.chown(self.data, USER_ID, USER_ID)
        user = ("--reuid", str(USER_ID), "--regid", str(USER_ID), "--clear-groups", "--bounding-set=-all")
        become = (
            f'mount --bind "{self.stage.directory}/tun" /dev/net/tun && exec setpriv {" ".join(user)} "$@"'
        )
        command = ["unshare", "-m", "sh", "-c", become, "sh", sys.executable, "-m", "dew.daemon"]
        environment = {**self.environment, "HOME": str(self.data)}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        eventually("dewd answers", self._answers, START_SECONDS)
        return self


@dataclass(frozen=True)
class Scene:
    """An intruder, its neighbour, and the machine they are on."""

    stage: Stage
    intruder: Guest
    neighbour: Guest

    def from_machine(self, *places: str) -> set[str]:
        """Return the places that answer the machine itself, by TCP."""
        answers = self.stage.probe(self.stage.machine, places, "tcp,udp")
        return {how for how, answer in answers.items() if answer is not None}

    def from_intruder(self, *places: str) -> set[str]:
        """Return the places that answer the intruder's root."""
        found = set()
        for place in places:
            host, _, port = place.rpartition(":")
            for way, attempt in (("tcp", TRY_TCP), ("udp", TRY_UDP)):
                if self.intruder.try_ssh(attempt.format(host=host, port=port)).stdout.strip():
                    found.add(f"{way} {place}")
        return found


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Move this thread, and the processes it starts, into a network namespace and back again."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as home, Path(f"/run/netns/{namespace}").open() as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNET) == 0


@contextmanager
def ordinary_dewd_on(stage: Stage, micro_image: Path) -> Iterator[Dewd]:
    data, cache = stage.directory / "dewd", stage.directory / "images"
    for directory in (data, cache):
        directory.mkdir()
        os.chown(directory, USER_ID, USER_ID)
    data.chmod(0o700)
    shutil.copy(micro_image, cache)
    (cache / micro_image.name).chmod(0o644)
    dewd = OrdinaryDewd(data, cache)
    dewd.stage = stage
    try:
        yield dewd.start()
    finally:
        dewd.end()


@pytest.fixture(scope="module", params=["root", "an ordinary user"])
def scene(request: pytest.FixtureRequest, image_cache: Path, micro_image: Path) -> Iterator[Scene]:
    if reason := missing():
        pytest.skip(reason)
    with Stage() as stage, inside(stage.machine):
        as_root = request.param == "root"
        with dewd_on(image_cache) if as_root else ordinary_dewd_on(stage, micro_image) as dewd:
            dewd.image("dew-micro")
            intruder, neighbour = dewd.create("intruder"), dewd.create("neighbour")
            neighbour.ssh("true")
            intruder.ssh("true")
            intruder.try_ssh(FORCE_ROUTES)
            yield Scene(stage, intruder, neighbour)


def ways(*places: str) -> set[str]:
    return {f"{way} {place}" for place in places for way in ("tcp", "udp")}


def test_nothing_of_the_machine_answers_root_in_a_guest_but_the_world_does(scene: Scene) -> None:
    places = (*MACHINE, METADATA, WORLD)
    assert scene.from_machine(*places) == ways(*places), "what a guest may not reach must be there at all"
    assert scene.from_intruder(*places) == ways(WORLD)


def test_root_in_a_guest_does_not_reach_another_droplet(scene: Scene) -> None:
    port = scene.neighbour.dewd.client.droplet_detail(scene.neighbour.id).ssh_port or 22
    assert scene.neighbour.ssh("hostname") == "neighbour"
    assert (
        scene.from_intruder(f"{scene.neighbour.address}:{port}", f"{scene.neighbour.address}:2222") == set()
    )


def test_ssh_is_back_soon_after_the_network_helper_was_killed(scene: Scene) -> None:
    record = json.loads((scene.neighbour.directory / "network.json").read_text())
    os.kill(record["process"]["pid"], signal.SIGKILL)
    began = time.monotonic()
    assert scene.neighbour.ssh("hostname", within_seconds=30) == "neighbour"
    print(f"ssh was back after {time.monotonic() - began:.1f} s")
