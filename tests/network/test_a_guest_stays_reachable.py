"""Helpers die, daemons die, ports are taken: the Droplet's address goes on working."""

import os
import signal
import time

from tests.network.stage import SSHD, USER_ID, eventually

WEB = "127.66.0.2:8081"


def start(stage, as_root):
    guest = stage.guest(1, 0 if as_root else USER_ID)
    daemon = stage.daemon(as_root=as_root)
    return guest, daemon, daemon.connect(guest)


def answers(stage, place=WEB):
    return stage.probe(stage.machine, [place], "tcp")[f"tcp {place}"] is not None


def test_port_22_is_the_guests_where_the_port_floor_allows_it_or_the_daemon_is_root(stage, as_root):
    guest, daemon, forwards = start(stage, as_root)
    assert forwards == [[22 if as_root else 2222, 22], [8081, 81]]
    assert answers(stage, f"{guest.address}:{forwards[0][0]}")
    daemon.ask("ensure_removed", 1)
    stage.set_port_floor(22)
    assert daemon.connect(guest) == [[22, 22], [8081, 81]]
    assert answers(stage, f"{guest.address}:22")


def test_the_machines_own_sshd_on_all_addresses_is_no_obstacle(stage, as_root):
    stage.set_port_floor(22)
    stage.serve(stage.machine, {SSHD: "the machine's sshd"})
    guest, _, forwards = start(stage, as_root)
    place = f"{guest.address}:{forwards[0][0]}"
    assert forwards[0] == [22 if as_root else 2222, 22]
    assert stage.probe(stage.machine, [place], "tcp")[f"tcp {place}"] == "guest 1"
    assert stage.probe(stage.machine, ["127.0.0.1:22"], "tcp")["tcp 127.0.0.1:22"] == "the machine's sshd"


def test_a_silent_guest_answers_though_its_helper_is_new(stage, as_root):
    start(stage, as_root)
    assert answers(stage)


def test_a_killed_helper_is_noticed_and_replaced_without_the_guest(stage, as_root):
    guest, daemon, _ = start(stage, as_root)
    os.kill(guest.pid, signal.SIGKILL)
    eventually(lambda: daemon.ask("lost") == [1], 2)
    assert daemon.ask("is_connected", 1) is False
    began = time.monotonic()
    daemon.connect(guest)
    assert answers(stage)
    assert time.monotonic() - began < 5
    assert len(stage.helpers()) == (1 if as_root else 2)


def test_a_passt_killed_inside_its_namespace_is_noticed_too(stage):
    guest, daemon, _ = start(stage, False)
    (passt,) = [pid for pid in stage.helpers() if pid != guest.pid]
    os.kill(passt, signal.SIGKILL)
    eventually(lambda: daemon.ask("lost") == [1], 5)
    daemon.connect(guest)
    assert answers(stage)


def test_helpers_outlive_the_daemon_and_the_next_one_takes_them_up(stage, as_root):
    guest, daemon, forwards = start(stage, as_root)
    before = stage.helpers()
    daemon.kill()
    assert answers(stage)
    successor = stage.daemon(as_root=as_root)
    assert successor.ask("is_connected", 1) is True
    assert successor.connect(guest) == forwards
    assert stage.helpers() == before
    os.kill(guest.pid, signal.SIGKILL)
    eventually(lambda: successor.ask("lost") == [1], 2)


def test_a_helper_that_was_lost_while_no_daemon_ran_is_replaced(stage, as_root):
    guest, daemon, _ = start(stage, as_root)
    daemon.kill()
    os.kill(guest.pid, signal.SIGKILL)
    stage.daemon(as_root=as_root).connect(guest)
    assert answers(stage)
    assert len(stage.helpers()) == (1 if as_root else 2)


def test_a_daemon_killed_while_it_connects_leaves_nothing_unknown(stage, as_root):
    guest = stage.guest(1, 0 if as_root else USER_ID)
    for pause_seconds in (0.0, 0.02, 0.05, 0.1):
        daemon = stage.daemon(as_root=as_root)
        daemon.ask("prepare")
        daemon.send("connect", guest.spec, str(guest.socket))
        time.sleep(pause_seconds)
        daemon.kill()
        time.sleep(0.3)  # what it started either becomes passt or ends
        successor = stage.daemon(as_root=as_root)
        successor.connect(guest)
        assert answers(stage)
        assert len(stage.helpers()) == (1 if as_root else 2)
        successor.ask("ensure_removed", 1)
        assert stage.helpers() == []
        successor.kill()


def test_removal_leaves_nothing(stage, as_root):
    guest, daemon, _ = start(stage, as_root)
    daemon.ask("ensure_removed", 1)
    daemon.ask("ensure_removed", 1)
    assert stage.helpers() == []
    assert daemon.ask("lost") == []
    assert not answers(stage)
    assert not (guest.directory / "network.json").exists()
    if as_root:
        doors = stage.run(stage.machine, ["nft", "list", "map", "inet", "dew", "doors"])
        assert guest.address not in doors


def test_other_forwards_replace_the_helper_and_the_same_do_not(stage, as_root):
    guest, daemon, _ = start(stage, as_root)
    before = guest.pid
    daemon.connect(guest)
    assert guest.pid == before
    guest.spec["forwards"] = [[8090, 81]]
    assert daemon.connect(guest) == [[8090, 81]]
    assert answers(stage, f"{guest.address}:8090")
    assert not answers(stage)


def test_a_machine_without_a_network_still_reaches_its_guests(stage, as_root):
    stage.ip(stage.machine, "route del default\n")
    start(stage, as_root)
    assert answers(stage)


def test_a_guest_without_qemu_is_refused_in_time(stage, as_root):
    guest = stage.guest(1, 0 if as_root else USER_ID)
    daemon = stage.daemon(as_root=as_root)
    refusal = daemon.refusal("connect", guest.spec, str(guest.directory / "no.sock"))
    assert refusal["error"] == "GuestRefused"
    assert stage.helpers() == []


def test_a_record_whose_pid_was_given_out_again_kills_no_stranger(stage, as_root):
    guest, daemon, _ = start(stage, as_root)
    daemon.kill()
    os.kill(guest.pid, signal.SIGKILL)
    record = guest.directory / "network.json"
    record.write_text(record.read_text().replace(f'"pid": {guest.pid}', f'"pid": {os.getpid()}'))
    successor = stage.daemon(as_root=as_root)
    assert successor.ask("is_connected", 1) is False
    successor.ask("ensure_removed", 1)  # we are the stranger, and live
