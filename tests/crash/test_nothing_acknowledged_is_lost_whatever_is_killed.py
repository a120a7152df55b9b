"""Whatever is killed while guests work, dewd, QEMU or passt: what was acknowledged is there, and no more."""

import os
import secrets
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread, Timer

import pytest

from dew.client import Client
from dew.compute import network_record
from dew.database.kept_disks import MOST_KEPT
from tests.crash import offline_disk
from tests.crash.asked import Held
from tests.crash.journal import FILE, IN_THE_GUEST, Journal, check_written
from tests.crash.ledger import MOST_ACTIONS, Ledger
from tests.crash.leftovers import guests, helpers, is_tidy, recorded_guests, recorded_helpers
from tests.crash.wishes import FETCHED
from tests.guest.dewd import Dewd, Guest, dewd_on, eventually
from tests.unit.hostile_images import raw

pytestmark = pytest.mark.guest

NETWORK = f"127.{128 + os.getpid() % 100}"  # of this run alone: helpers are known by their address
ROUNDS = 24
LATEST_KILL_SECONDS = 1.0  # after the client begins to ask
LATEST_SECOND_KILL_SECONDS = 0.5  # after the next dewd is up and goes on with what it found
SECOND_KILL_EVERY = 4  # rounds
ALSO_KILLED = (("qemu", "passt"), ("passt",))  # in one round after another, of guests that are idle
CHECK_EVERY = 8  # rounds
MARK_EVERY = 12  # rounds
NETWORK_MENDED_SECONDS = 20.0  # dewd takes 1 s, the SSH client and a guest under emulation the rest
FEWEST_NETWORK_KILLS = 2  # with dewd there to mend it
FEWEST_KILLS = 60
FEWEST_OF_EACH = 3
SETTLE_SECONDS = 120.0
KEEP_HOURS = 24  # disks that were replaced, so that it can be undone
SETTINGS = {
    "DEW_NETWORK": f"{NETWORK}.0.0/16",
    "DEW_KEEP_RETIRED_HOURS": str(KEEP_HOURS),
    "DEW_KEEP_TRASH_HOURS": "0",
    "DEW_SHUTDOWN_GRACE_SECONDS": "1",  # most guests boot here and don't hear the button
    "DEW_CHECK_MEGABYTES_PER_SECOND": "1000",
    "DEW_FETCH_NETWORKS": "127.0.0.0/8",
}
ALWAYS_POSSIBLE = (
    *("create droplet", "snapshot droplet", "destroy droplet", "rebuild droplet", "expose_port droplet"),
    *("password_reset droplet", "check_store store", "import image", "import snapshot", "fetch image"),
)
RUNNING, OFF = ("on", "running"), ("off", "absent")


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost(image_cache: Path, micro_image: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("DEW_TEST_SEED") or secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    with publishing() as catalogue, dewd_on(image_cache, **SETTINGS, DEW_CATALOGUE=str(catalogue)) as dewd:
        dewd.image("dew-micro")
        steady = dewd.create("steady")
        journal = Journal(steady.ssh_command(IN_THE_GUEST))
        ours = {image.id: image.name for image in dewd.client.images()}
        past = {action.id: action.status for action in dewd.client.actions()}
        ledger = Ledger(Random(seed), dewd.key_id(), past, brought=ours, steady=steady.id)
        ledger.droplets[steady.id] = Held("steady", "on", "")
        ledger.written = lambda: journal.acknowledged
        with journal.kept():
            eventually("the journal is written", lambda: journal.acknowledged > 0, SETTLE_SECONDS)
            killed = live_dangerously(dewd, ledger)
            check_journal(dewd, journal, boots=1 + ledger.deaths[steady.id])
            kill_networks(dewd, ledger, journal, killed)
            check_journal(dewd, journal, boots=1 + ledger.deaths[steady.id])
            ledger.ask(dewd.client, ledger.snapshot_of(steady.id))
            check(dewd, ledger)
        print(f"{dict(killed)}, {journal.acknowledged} numbers written, asked for: {dict(ledger.times)}")
        assert kills(killed) >= FEWEST_KILLS
        assert min(killed["dewd"] / 3, killed["qemu"], killed["passt"]) >= FEWEST_OF_EACH
        assert killed["busy dewd"] >= killed["dewd"] / 2, "dewd was killed while it had nothing to do"
        assert [plan for plan in ALWAYS_POSSIBLE if not ledger.times[plan]] == []
        check_what_is_left(dewd, ledger, journal, tmp_path)
        check_that_snapshots_can_be_used(dewd, ledger)
        check_that_everything_can_go(dewd)


def live_dangerously(dewd: Dewd, ledger: Ledger) -> Counter[str]:
    """Work, be killed and come back, round by round; return what was killed how often.

    A kill of dewd was a "busy" one if a request was not concluded yet.
    """
    killed: Counter[str] = Counter()
    for number in range(ROUNDS):
        marked = ledger.mark(dewd) if number % MARK_EVERY == MARK_EVERY - 1 else None
        with killing(dewd, ledger, ALSO_KILLED[number % len(ALSO_KILLED)], killed):
            ledger.work(dewd.client, ledger.snapshot_of(marked) if marked else None)
        tell(killed, ledger)
        dewd.start()
        if number % SECOND_KILL_EVERY == 0:
            time.sleep(ledger.random.uniform(0, LATEST_SECOND_KILL_SECONDS))
            dewd.kill()
            tell(killed, ledger)
            dewd.start()
        if number % CHECK_EVERY == CHECK_EVERY - 1:
            check(dewd, ledger)
            print(f"{time.monotonic():.2f} checked", flush=True)
    return killed


def tell(killed: Counter[str], ledger: Ledger) -> None:
    killed.update({"dewd": 1, "busy dewd": bool(ledger.asked)})
    print(f"{time.monotonic():.2f} killed: {', '.join(map(str, ledger.asked))}", flush=True)


@contextmanager
def killing(dewd: Dewd, ledger: Ledger, also: Sequence[str], killed: Counter[str]) -> Iterator[None]:
    """``kill -9`` dewd, and ``also`` programs of guests, while the block goes on; return when it is done."""
    moment = ledger.random.uniform
    assassins = [Timer(moment(0, LATEST_KILL_SECONDS), dewd.kill)]
    for program in also:
        if victim := ledger.choose_victim(program):
            kill = partial(kill_of_guest, program, Guest(dewd, victim), ledger, killed)
            assassins.append(Timer(moment(0, 2 * LATEST_KILL_SECONDS), kill))
    for assassin in assassins:
        assassin.start()
    try:
        yield
    finally:
        for assassin in assassins:
            assassin.join()
        ledger.victims.clear()


def kill_of_guest(program: str, guest: Guest, ledger: Ledger, killed: Counter[str]) -> None:
    """``kill -9`` the QEMU or the passt of one guest of ours, if it has one just now."""
    pids = {"qemu": guests(guest.dewd), "passt": helpers(NETWORK)}[program]
    pid = pid_of(program, guest)
    if pid in pids:
        os.kill(pid, signal.SIGKILL)
        killed[program] += 1
        print(f"{time.monotonic():.2f} killed: {program} of {guest.id}", flush=True)
        if program == "qemu":
            ledger.accidents[guest.id] += 1
            ledger.deaths[guest.id] += 1


def pid_of(program: str, guest: Guest) -> int | None:
    with suppress(OSError, ValueError):
        if program == "qemu":
            return guest.pid
    record = network_record.read(guest.directory)
    return record.process.pid if record and program == "passt" else None


def kills(killed: Counter[str]) -> int:
    return killed["dewd"] + killed["qemu"] + killed["passt"]


def kill_networks(dewd: Dewd, ledger: Ledger, journal: Journal, killed: Counter[str]) -> None:
    """Kill the passt of a guest that writes, with dewd there, until enough was killed: SSH is soon back."""
    for _ in range(max(FEWEST_NETWORK_KILLS, FEWEST_KILLS - kills(killed))):
        kill_of_guest("passt", Guest(dewd, ledger.steady), ledger, killed)
        at = time.monotonic()
        eventually("SSH answers again", partial(answers_since, journal, at), NETWORK_MENDED_SECONDS)
        print(f"SSH answers {time.monotonic() - at:.1f} s after passt was killed")


def answers_since(journal: Journal, at: float) -> bool:
    return journal.answered_at > at and journal.connected_at > at


def check_journal(dewd: Dewd, journal: Journal, boots: int) -> None:
    """The guest was booted when its QEMU was killed and never else, and holds all it acknowledged."""
    assert len(journal.boots) <= boots, "the guest was booted though only dewd and passt were killed"
    reached = journal.acknowledged
    eventually("the guest writes", lambda: journal.acknowledged > reached, SETTLE_SECONDS)


def check(dewd: Dewd, ledger: Ledger) -> None:
    """Let dewd finish what was open, then hold it to the ledger, exactly."""
    client = dewd.client
    eventually(
        "no Action is open",
        lambda: not any(a.open for a in client.actions(limit=MOST_ACTIONS)),
        SETTLE_SECONDS,
    )
    ledger.look(client)
    assert not ledger.asked
    names = {droplet.id: droplet.name for droplet in client.droplets()}
    assert names == {droplet: held.name for droplet, held in ledger.droplets.items()}
    check_images(client, ledger)
    for droplet, held in ledger.droplets.items():
        check_held(client, droplet, held)
    wanted = {droplet: RUNNING if held.power == "on" else OFF for droplet, held in ledger.droplets.items()}
    eventually("the Droplets are on or off as wanted", lambda: powers(dewd) == wanted, SETTLE_SECONDS)
    on = {droplet for droplet, power in wanted.items() if power == RUNNING}
    eventually("only they have guests", lambda: guests(dewd) == recorded_guests(dewd, on), SETTLE_SECONDS)
    eventually(
        "only they have helpers", lambda: helpers(NETWORK) == recorded_helpers(dewd, on), SETTLE_SECONDS
    )
    eventually("only what is needed is stored", lambda: is_tidy(dewd, KEEP_HOURS), SETTLE_SECONDS)


def check_images(client: Client, ledger: Ledger) -> None:
    """All Snapshots and what was brought are there, and nothing else."""
    taken = {snapshot: taken.name for snapshot, taken in ledger.snapshots.items()}
    assert {image.id: image.name for image in client.images()} == taken | ledger.brought
    for snapshot in ledger.exported:
        client.export(snapshot)


def check_held(client: Client, droplet: int, held: Held) -> None:
    """A Droplet has the size, the ports, the password and the kept disks that it must have."""
    detail = client.droplet_detail(droplet)
    assert client.droplet(droplet).size_slug == held.size
    assert detail.password_available == held.password
    assert min(len(detail.kept_disks), MOST_KEPT) == min(len(held.kept), MOST_KEPT)
    leads = {port.port for port in client.ports(droplet)}
    assert leads == held.ports
    if held.power == "on":
        eventually("the ports are open", lambda: all(port.open for port in client.ports(droplet)))


def powers(dewd: Dewd) -> dict[int, tuple[str, str]]:
    """Return what is wanted of each Droplet and what was seen."""
    details = {each.id: dewd.client.droplet_detail(each.id) for each in dewd.client.droplets()}
    return {droplet: (detail.desired_power, detail.observed) for droplet, detail in details.items()}


def check_what_is_left(dewd: Dewd, ledger: Ledger, journal: Journal, scratch: Path) -> None:
    """With everything stopped: no process, lock or open Action, and on each disk the mark it must have."""
    dewd.stop(guests=True)
    eventually("no process is left", lambda: not guests(dewd) | helpers(NETWORK))
    with closing(sqlite3.connect(f"file:{dewd.data / 'dew.db'}?mode=ro", uri=True)) as database:
        assert database.execute("SELECT * FROM locks").fetchall() == []
        ended = "('completed', 'errored')"
        assert database.execute(f"SELECT * FROM actions WHERE state NOT IN {ended}").fetchall() == []
        heads = dict(database.execute("SELECT id, layer_id FROM images"))
        disks = dict(
            database.execute("SELECT d.id, v.layer_id FROM droplets d JOIN volumes v ON v.id = d.volume_id")
        )
        kept = "SELECT droplet_id, layer_id FROM volumes WHERE retired_at IS NOT NULL"
        newest_kept = dict(database.execute(f"{kept} ORDER BY retired_at, id"))
        parents = dict(database.execute("SELECT id, parent_id FROM layers"))
    read = partial(what_is_on, dewd.data / "store", parents, scratch)
    for snapshot, taken in ledger.snapshots.items():
        mark, written = read(heads[snapshot])
        assert mark == taken.mark, taken
        check_written(written, taken.written)
    for droplet, held in ledger.droplets.items():
        mark, written = read(disks[droplet])
        assert mark == held.mark, held
        check_written(written, journal.acknowledged if droplet == ledger.steady else 0)
        if held.kept:
            assert read(newest_kept[droplet])[0] == held.kept[-1], held


def what_is_on(store: Path, parents: dict[int, int | None], scratch: Path, layer: int) -> tuple[str, str]:
    """Return the mark and the journal on a disk."""
    root = offline_disk.put_together(store, layer, parents, scratch)
    return offline_disk.read(root, "/root/mark"), offline_disk.read(root, FILE)


def check_that_snapshots_can_be_used(dewd: Dewd, ledger: Ledger) -> None:
    """Replace all Droplets by one from the last Snapshot, which holds the journal, and look inside."""
    dewd.start()
    for droplet in ledger.droplets:
        Guest(dewd, droplet).delete()
    snapshot, taken = max(ledger.snapshots.items())
    copy = dewd.create("copy", image=snapshot)
    check_written(copy.ssh(f"cat {FILE}"), taken.written)


def check_that_everything_can_go(dewd: Dewd) -> None:
    for droplet in dewd.client.droplets():
        Guest(dewd, droplet.id).delete()
    for image in dewd.client.images():
        dewd.client.delete_image(image.id)
    eventually("nothing is stored", lambda: not dewd.layers() and is_tidy(dewd))


@contextmanager
def publishing() -> Iterator[Path]:
    """Publish an image on loopback, as a distribution does; return a catalogue that names it."""
    with TemporaryDirectory() as place:
        directory, content = Path(place), raw(2 << 20)
        (directory / "image.raw").write_bytes(content)
        (directory / "SHA256SUMS").write_text(f"{sha256(content).hexdigest()}  image.raw\n")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=place))
        url = f"http://127.0.0.1:{server.server_port}"
        catalogue = directory / "catalogue.toml"
        catalogue.write_text(
            f'[{FETCHED}]\ndistribution = "Debian"\ndescription = "{FETCHED}"\n'
            f'image = "{url}/image.raw"\nchecksums = "{url}/SHA256SUMS"\n'
        )
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield catalogue
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
