"""The wall, tried by a guest's root with forced routes. Real guests do the same in tests/guest."""

import os
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.network.stage import CLOSED, STAND_IN, STUB, USER_ID, WORLD, eventually

HOW = ("tcp", "udp", "ping")


def ways(*places, how=HOW):
    return {f"{each} {place}" for place in places for each in how}


def harmless(as_root):
    """In a namespace of its own, a guest's ping of 127.x is answered by that namespace."""
    return set() if as_root else ways("127.0.0.1:7000", STUB, how=("ping",))


def start(stage, as_root, *numbers):
    owner = 0 if as_root else USER_ID
    guests = [stage.guest(number, owner) for number in numbers]
    daemon = stage.daemon(as_root=as_root)
    daemon.ask("prepare")
    for guest in guests:
        daemon.connect(guest)
    return daemon, *guests


def test_nothing_of_the_machine_answers_and_the_world_does(stage, as_root):
    assert ways(*CLOSED, STUB, WORLD) - ways(
        *(place for place in CLOSED if place.count(":") > 1), how=("ping",)
    ) <= (stage.reached(stage.machine, *CLOSED, STUB, WORLD)), (
        "all that a guest may not reach is there, and the machine itself reaches it"
    )
    _, guest = start(stage, as_root, 1)
    assert guest.reached(*CLOSED, STUB, WORLD) - harmless(as_root) == ways(WORLD)


def test_a_guest_does_not_reach_another_one(stage, as_root):
    _, first, second = start(stage, as_root, 1, 2)
    port = 22 if as_root else 2222
    for guest in (first, second):
        assert stage.probe(stage.machine, [f"{guest.address}:{port}"], "tcp")[
            f"tcp {guest.address}:{port}"
        ] == (f"guest {guest.spec['droplet_id']}")
    bound = ("127.66.0.3:2222", "127.66.0.3:8081", f"127.66.0.3:{port}")
    assert first.reached(*bound) - ways(*bound, how=("ping",)) == set()


def test_the_machines_resolver_answers_though_it_is_behind_the_wall(stage, as_root):
    _, guest = start(stage, as_root, 1)
    assert guest.lease()["dns"] == STAND_IN.partition(":")[0]
    tcp_too = {f"tcp {STAND_IN}"} if as_root else set()  # pasta of 2023 forwards only UDP
    assert guest.reached(STAND_IN) >= {f"udp {STAND_IN}"} | tcp_too
    assert guest.probe(STAND_IN)[f"udp {STAND_IN}"] == "stub"


def test_a_resolver_that_guests_reach_anyway_is_given_to_them_as_it_is(stage, as_root):
    stage.set_resolver("198.51.100.5")
    _, guest = start(stage, as_root, 1)
    assert guest.lease()["dns"] == "198.51.100.5"


def test_a_guest_gets_no_resolver_where_none_is_wanted(stage, as_root):
    guest = stage.guest(1, 0 if as_root else USER_ID)
    daemon = stage.daemon(as_root=as_root, resolver=None)
    daemon.connect(guest)
    assert "dns" not in guest.lease()
    assert guest.reached(STAND_IN) - ways(STAND_IN, how=("ping",)) == set()


def test_these_tests_would_notice_a_missing_firewall(stage):
    daemon, guest = start(stage, True, 1)
    daemon.kill()  # or it would put the wall up again
    stage.run(stage.machine, ["nft", "delete", "table", "inet", "dew"])
    closed = [place for place in CLOSED if place.count(":") == 1]  # IPv6 has passt against it, too
    assert guest.reached(*closed) >= ways(*closed, how=("tcp", "udp"))


def test_these_tests_would_notice_missing_routes(stage):
    daemon, guest = start(stage, False, 1)
    daemon.kill()
    (passt,) = [pid for pid in stage.helpers() if pid != guest.pid]
    for network in ("192.0.2.10", "172.20.0.1", "169.254.0.0/16"):
        inside = ["nsenter", "-t", str(passt), "-n", "ip", "route", "del", "unreachable", network]
        subprocess.run(inside, check=True)
    opened = ("192.0.2.10:7000", "172.20.0.1:7000", "169.254.7.7:7000")
    assert guest.reached(*opened) >= ways(*opened, how=("tcp", "udp"))


def test_a_flushed_firewall_is_put_up_again_at_once(stage):
    daemon, guest = start(stage, True, 1)
    stage.run(stage.machine, ["nft", "flush", "ruleset"])
    eventually(lambda: "jump asked" in stage.run(stage.machine, ["nft", "list", "ruleset"]), 2)
    eventually(lambda: "tcp 127.66.0.2:22" in stage.reached(stage.machine, "127.66.0.2:22"))
    assert guest.reached(*CLOSED, STUB) == set()
    assert daemon.ask("lost") == []


def test_a_wall_that_cannot_be_put_up_again_cuts_the_guests_off(stage):
    broken = stage.directory / "bin"
    broken.mkdir()
    (broken / "nft").symlink_to("/usr/sbin/nft")
    guest = stage.guest(1)
    daemon = stage.daemon(as_root=True, PATH=f"{broken}:{os.environ['PATH']}")
    daemon.connect(guest)
    (broken / "nft").unlink()
    (broken / "nft").write_text("#!/bin/sh\nexit 1\n")
    (broken / "nft").chmod(0o755)
    stage.run(stage.machine, ["nft", "delete", "table", "inet", "dew"])
    eventually(lambda: stage.helpers() == [])
    assert daemon.refusal("connect", guest.spec, str(guest.socket))["error"] == "StepFailed"


def test_an_address_the_machine_gets_later_is_closed_too(stage, as_root):
    _, guest = start(stage, as_root, 1)
    place = "172.21.0.1:7000"
    stage.ip(stage.machine, "address add 172.21.0.1/32 dev lo\n")
    stage.serve(stage.machine, {place: "new address"})
    assert stage.reached(stage.machine, place) == ways(place)
    eventually(lambda: guest.reached(place) == set(), 5)


def test_a_closed_address_that_the_machine_gives_up_is_open_again(stage):
    _, guest = start(stage, False, 1)
    stage.ip(stage.machine, "address del 172.20.0.1/32 dev lo\n")
    stage.ip(stage.world, "address add 172.20.0.1/32 dev lo\n")
    stage.serve(stage.world, {"172.20.0.1:7001": "moved"})
    eventually(lambda: guest.reached("172.20.0.1:7001") >= ways("172.20.0.1:7001", how=("tcp", "udp")), 5)


def test_passt_has_no_privileges(stage, as_root):
    _, guest = start(stage, as_root, 1)
    for pid in stage.helpers():
        assert status_of(pid)["NoNewPrivs"] == "1"
        assert status_of(pid)["Uid"].split()[0] == str(guest.spec["user_id"] or USER_ID)
        if as_root or pid != guest.pid:  # pasta keeps what it needs over its own namespace
            # While passt shuts itself in, it has all capabilities over the empty namespace it does that with.
            eventually(partial(has_no_capability, pid), 5)


def status_of(pid):
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())


def has_no_capability(pid):
    status = status_of(pid)
    return int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0


@pytest.mark.parametrize(
    ("as_root", "program", "hint"), [(True, "nft", "nftables"), (False, "pasta", "user namespaces")]
)
def test_without_a_wall_there_is_no_network_and_the_error_says_what_to_do(stage, as_root, program, hint):
    broken = stage.directory / "bin"
    broken.mkdir()
    (broken / program).write_text("#!/bin/sh\nexit 1\n")
    (broken / program).chmod(0o755)
    guest = stage.guest(1, 0 if as_root else USER_ID)
    daemon = stage.daemon(as_root=as_root, PATH=f"{broken}:{os.environ['PATH']}")
    assert hint in daemon.refusal("prepare")["message"]
    assert hint in daemon.refusal("connect", guest.spec, str(guest.socket))["message"]
    assert stage.helpers() == []


def test_a_namespace_without_its_device_is_no_network(stage):
    (stage.directory / "tun").chmod(0o600)
    daemon = stage.daemon(as_root=False)
    refusal = daemon.refusal("prepare")
    assert refusal["error"] == "StepFailed"
    assert "/dev/net/tun" in refusal["message"]


def test_a_user_id_outside_the_wall_gets_no_network(stage):
    guest = stage.guest(1)
    guest.spec["user_id"] = 1000
    assert stage.daemon(as_root=True).refusal("connect", guest.spec, str(guest.socket))["error"] == "Broken"
    assert stage.helpers() == []
