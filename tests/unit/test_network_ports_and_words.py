"""What of the network can be told without one."""

import os
import socket
from ipaddress import IPv4Address

import pytest

from dew.compute import network_facts, network_passt, network_record
from dew.compute.host import PortForward
from dew.compute.network_passt import NetworkSpec, must_be_led_to, verbosity
from dew.compute.network_ports import Binding, choose_bindings, substitutes
from dew.compute.network_record import NetworkRecord
from dew.compute.qemu_process import ProcessIdentity
from dew.compute.wall_probe import expect_no_way_out
from dew.compute.wall_users import ruleset
from dew.model.errors import StepFailed

HERE = IPv4Address("127.77.0.2")


def spec(**changes):
    forwards = (PortForward(22, 22), PortForward(8080, 80))
    facts = {
        "droplet_id": 7,
        "address": HERE,
        "guest_address": IPv4Address("10.66.3.4"),
        "forwards": forwards,
    }
    return NetworkSpec(**{**facts, **changes})


def bound(forwards, floor):
    return [binding.bound_port for binding in choose_bindings(HERE, forwards, floor)]


def test_a_port_below_the_floor_has_a_familiar_substitute():
    assert bound((PortForward(22, 22), PortForward(80, 80), PortForward(443, 443)), 1024) == [
        2222,
        8080,
        8443,
    ]


def test_a_substitute_is_never_a_port_that_was_asked_for():
    assert bound((PortForward(22, 22), PortForward(2222, 2222)), 1024) == [10_022, 2222]
    assert bound((PortForward(2222, 2222), PortForward(22, 22)), 1024) == [2222, 10_022]


def test_a_port_that_somebody_has_on_all_addresses_gets_a_substitute():
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert bound((PortForward(taken, 22),), 1024) != [taken]


def test_when_every_substitute_is_taken_the_error_names_the_port():
    with pytest.raises(StepFailed, match=r"Port 22 of 127\.77\.0\.2"):
        choose_bindings(HERE, (PortForward(22, 22),), floor=65_536)


def test_no_substitute_lies_beyond_the_last_port():
    assert all(port <= 65_535 for asked in range(1, 65_536, 97) for port in substitutes(asked))


def test_a_record_is_read_as_it_was_written(tmp_path):
    process = ProcessIdentity(4, 5, "boot")
    record = NetworkRecord(
        process, spec(), (Binding(PortForward(22, 22), 2222),), (ProcessIdentity(5, 6, "boot"),)
    )
    network_record.write(tmp_path, record)
    assert network_record.read(tmp_path) == record
    assert (tmp_path / network_record.RECORD_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [network_record.RECORD_NAME]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"process": {}, "spec": {}, "bindings": []}', "\0"]
)
def test_a_record_that_makes_no_sense_is_no_record(tmp_path, content):
    (tmp_path / network_record.RECORD_NAME).write_text(content)
    assert network_record.read(tmp_path) is None


def test_the_greeting_is_an_arp_question_for_the_guest():
    greeting = spec().greeting()
    assert int.from_bytes(greeting[:4], "big") == len(greeting) - 4 == 42
    assert greeting[4 + 12 : 4 + 14] == b"\x08\x06"
    assert greeting[-4:] == IPv4Address("10.66.3.4").packed
    assert greeting[-14:-10] == IPv4Address("10.66.0.1").packed


def test_the_first_resolver_with_an_ipv4_address_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(network_facts, "RESOLVER_FILE", tmp_path / "resolv.conf")
    assert network_facts.system_resolver() is None
    (tmp_path / "resolv.conf").write_text(
        "# no\nsearch x\nnameserver fe80::1%eth0\nnameserver\nnameserver 10.1.2.3\n"
    )
    assert network_facts.system_resolver() == IPv4Address("10.1.2.3")


@pytest.mark.parametrize(
    ("resolver", "hidden"),
    [("127.0.0.53", True), ("127.0.0.1", True), ("169.254.169.254", True), ("198.51.100.1", False)],
)
def test_a_resolver_behind_the_wall_is_known_as_such(resolver, hidden):
    assert must_be_led_to(IPv4Address(resolver)) is hidden


def test_an_option_that_newer_builds_dropped_is_used_only_where_it_is_known():
    assert "-e" in verbosity("  -e, --stderr\t\tLog to stderr too")
    assert "-e" not in verbosity("  -q, --quiet")


def test_last_words_are_short_and_without_complaints_about_syslog(tmp_path):
    assert network_passt.last_words(tmp_path) == ""
    said = "x" * 9000 + "\nFailed to send 3 bytes to syslog\nPort 22 is taken\n"
    (tmp_path / network_passt.LOG_NAME).write_text(said)
    assert network_passt.last_words(tmp_path).endswith("/ Port 22 is taken")
    assert len(network_passt.last_words(tmp_path)) < 2100


def test_one_earlier_log_is_kept(tmp_path):
    for content in (b"1", b"2", b"3"):
        with network_passt.fresh_log(tmp_path) as log:
            os.write(log, content)
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [
        ("network.log", b"3"),
        ("network.log.1", b"2"),
    ]


def test_the_firewall_judges_all_guests_and_nobody_else():
    rules = ruleset(range(2_100_000_000, 2_140_000_000))
    assert rules.count("meta skuid 2100000000-2139999999") == 4
    assert all(
        "skuid" in line for line in rules.splitlines() if " jump asked" in line or " jump redirected" in line
    )


async def test_the_probe_tells_a_wall_that_is_not_there():
    """Nobody walled in this user id, so the probe must get through and say so."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    with pytest.raises(StepFailed, match="does not hold"):
        await expect_no_way_out(654_321)
