"""The story that must always work, by pydo over TLS, on a real Droplet; what is inside is seen over SSH."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.pydo_program import Pydo
from tests.guest.dewd import ACTION_SECONDS, SIZE, Dewd, Guest, dewd_on, eventually

pytestmark = [pytest.mark.guest, pytest.mark.filterwarnings("ignore")]  # the client's own

NETWORK = "127.78.0.0/16"


@pytest.fixture
def tls_dewd(image_cache: Path, micro_image: Path) -> Iterator[Dewd]:
    with dewd_on(image_cache, DEW_NETWORK=NETWORK, DEW_TLS="1") as running:
        running.image("dew-micro")
        yield running


def test_a_droplet_is_powered_off_inside_snapshotted_broken_restored_and_copied(tls_dewd: Dewd) -> None:
    dewd = tls_dewd
    url, token = ((dewd.data / name).read_text().strip() for name in ("address", "token"))
    pydo = Pydo(url, token, dewd.data / "tls" / "authority.pem", SIZE, ACTION_SECONDS)
    droplet = pydo.create(name="web", image="dew-micro", ssh_keys=[dewd.key_id()])
    guest = Guest(dewd, droplet["id"])
    assert droplet["networks"]["v4"][0]["ip_address"] == guest.address
    guest.ssh("echo healthy > /root/note && sync")

    begun = time.monotonic()
    guest.try_ssh("sudo poweroff")
    assert time.monotonic() - begun < 30, "the connection closes by itself"
    console = guest.directory / "console.log"  # its last word marks the moment when it halts
    eventually("it powers down", lambda: "Power down" in console.read_text("utf-8", "replace"))
    assert eventually("it shows as off", lambda: pydo.droplet(guest.id)["status"] == "off") < 2
    assert dewd.client.droplet_detail(guest.id).desired_power == "off"

    pydo.act(guest.id, type="snapshot", name="2024-05-01")
    (snapshot,) = pydo.client.snapshots.list(resource_type="droplet")["snapshots"]
    assert (snapshot["name"], snapshot["resource_id"]) == ("2024-05-01", str(guest.id))
    assert dewd.client.snapshot(int(snapshot["id"])).consistency == "off"
    assert pydo.droplet(guest.id)["status"] == "off"

    pydo.act(guest.id, type="power_on")
    assert guest.ssh("rm /root/note && sync && ls /root") == ""
    pydo.act(guest.id, type="restore", image=int(snapshot["id"]))
    copy = pydo.create(name="copy", image=int(snapshot["id"]), ssh_keys=[dewd.key_id()])
    for each in (guest, Guest(dewd, copy["id"])):
        assert each.ssh("cat /root/note") == "healthy"
    assert Guest(dewd, copy["id"]).ssh("hostname") == "copy"
