"""Whether the user or the machine switched a Droplet off is never confused, with dewd running or not."""

import json
import os
import signal
import time
from contextlib import suppress
from functools import partial

import pytest

from tests.guest.dewd import Dewd, Guest, eventually

pytestmark = pytest.mark.guest


@pytest.fixture
def guest(own_dewd: Dewd) -> Guest:
    made = own_dewd.create("power")
    made.ssh("true")
    return made


def is_back(guest: Guest, former_pid: int) -> bool:
    """Whether the guest runs again, in another process than before."""
    with suppress(OSError, ValueError):
        return guest.is_("active") and guest.pid != former_pid
    return False


def test_poweroff_while_dewd_is_stopped_is_seen_when_it_is_back(own_dewd: Dewd, guest: Guest) -> None:
    pid = guest.pid
    address, port = guest.address, own_dewd.client.droplet_detail(guest.id).ssh_port
    own_dewd.stop()
    os.system(  # dewd can't be asked where the guest is just now
        f"ssh -i {own_dewd.key} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
        f"-p {port} root@{address} sudo poweroff >/dev/null 2>&1"
    )
    time.sleep(3)  # whether it has halted by the time dewd is back makes no difference to what must hold
    own_dewd.start()
    eventually("the Droplet shows as off", lambda: guest.is_("off"), 60)
    assert own_dewd.client.droplet_detail(guest.id).desired_power == "off"
    eventually("its process has ended", lambda: pid not in own_dewd.guest_pids(), 30)


def test_a_guest_whose_process_is_killed_comes_back(own_dewd: Dewd, guest: Guest) -> None:
    guest.ssh("echo kept > /root/kept && sync")
    pid = guest.pid
    os.kill(pid, signal.SIGKILL)
    eventually("the guest runs again", lambda: is_back(guest, pid), 60)
    assert guest.ssh("cat /root/kept") == "kept"


def test_a_guest_that_is_killed_again_and_again_is_left_off(own_dewd: Dewd, guest: Guest) -> None:
    for _ in range(3):
        pid = guest.pid
        os.kill(pid, signal.SIGKILL)
        eventually("it comes back", partial(is_back, guest, pid), 60)
    os.kill(guest.pid, signal.SIGKILL)
    eventually("it is left off", lambda: own_dewd.client.droplet_detail(guest.id).desired_power == "off", 60)
    assert "4 accidents" in own_dewd.client.droplet_detail(guest.id).reason
    guest.act("power_on")
    assert guest.is_("active")


def test_guests_that_a_reboot_of_the_machine_ended_come_back(own_dewd: Dewd, guest: Guest) -> None:
    guest.ssh("echo kept > /root/kept && sync")
    pid = guest.pid
    own_dewd.kill()
    os.kill(pid, signal.SIGKILL)
    record = guest.directory / "guest.json"
    content = json.loads(record.read_text())
    content["process"]["boot_id"] = (
        "00000000-0000-0000-0000-000000000000"  # as if the machine had been booted since
    )
    record.write_text(json.dumps(content))
    own_dewd.start()
    eventually("the guest runs again", lambda: is_back(guest, pid), 60)
    assert guest.ssh("cat /root/kept") == "kept"


def test_guests_survive_a_restart_and_a_kill_of_dewd_and_are_taken_up_again(
    own_dewd: Dewd, guest: Guest
) -> None:
    pid = guest.pid
    own_dewd.stop()
    own_dewd.start()
    assert guest.ssh("echo here") == "here"
    own_dewd.kill()
    own_dewd.start()
    assert guest.ssh("echo still here") == "still here"
    assert guest.pid == pid
    own_dewd.stop(guests=True)
    assert not own_dewd.guest_pids()
    own_dewd.start()
    eventually("what was on is on again", lambda: is_back(guest, pid), 60)
