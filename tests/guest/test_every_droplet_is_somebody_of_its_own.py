"""Identity: new for every new Droplet, kept by a restore; a key or a password to get in, and nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dew.client import ApiError
from tests.guest.dewd import Dewd, Guest, identity

pytestmark = pytest.mark.guest


@pytest.fixture(scope="module")
def first(dewd: Dewd) -> Iterator[Guest]:
    made = dewd.create("first")
    made.ssh("echo data > /root/data && sync")
    yield made
    made.delete()


def test_a_restore_keeps_identity_and_a_new_droplet_gets_its_own(dewd: Dewd, first: Guest) -> None:
    before = identity(first)
    snapshot = first.snapshot("identity")
    first.restore(snapshot)
    assert identity(first) == before
    assert before[0] == "first"
    second = dewd.create("second", image=snapshot)
    try:
        theirs = identity(second)
        assert theirs[0] == "second"
        assert not set(theirs) & set(before)
        assert second.address != first.address
        assert second.ssh("cat /root/data") == "data"
    finally:
        second.delete()


def test_without_a_key_a_password_is_made_and_shown_once(dewd: Dewd) -> None:
    guest = dewd.create("password", ssh_keys=[])
    try:
        password = dewd.client.reveal_password(guest.id)
        assert len(password) >= 16
        with pytest.raises(ApiError) as refused:
            dewd.client.reveal_password(guest.id)
        assert refused.value.status == 404
        assert guest.log_in_with(password) == "in"
        assert guest.log_in_with("wrong") == ""
    finally:
        guest.delete()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives each guest a user id of its own")
def test_each_guest_and_its_network_helper_run_under_a_user_of_their_own(dewd: Dewd, first: Guest) -> None:
    second = dewd.create("neighbour")
    try:
        users = {guest.id: processes_of(guest) for guest in (first, second)}
        assert all(len(found) >= 2 for found in users.values()), users
        assert len({uid for found in users.values() for uid in found.values()}) == 2
        for uids in users.values():
            assert 0 not in uids.values()
        assert seccomp_and_capabilities(first.pid) == ("2", "0" * 16, "1")
        assert private(first.directory)
    finally:
        second.delete()


def processes_of(guest: Guest) -> dict[int, int]:
    """Return pid to user id of the processes that belong to a guest: QEMU and passt."""
    uid = Path(f"/proc/{guest.pid}").stat().st_uid
    owned = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == uid:
                owned[int(process.name)] = uid
        except OSError:
            continue
    return owned


def seccomp_and_capabilities(pid: int) -> tuple[str, str, str]:
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
    )
    return status["Seccomp"], status["CapEff"], status["NoNewPrivs"]


def private(directory: Path) -> bool:
    """Whether sockets, seed and logs of a guest are closed to everybody else."""
    return all(path.lstat().st_mode & 0o007 == 0 for path in [directory, *directory.rglob("*")])
