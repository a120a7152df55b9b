"""dewd is killed again and again while guests work; what it acknowledged is there, and nothing else."""

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from random import Random
from threading import Timer

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from dew.compute import network_record
from dew.database import layers
from tests.crash.ledger import MOST_ACTIONS, Ledger
from tests.guest.dewd import Dewd, Guest, dewd_on, eventually

pytestmark = pytest.mark.guest

NETWORK = f"127.{128 + os.getpid() % 100}"  # of this run alone: helpers are known by their address
ROUNDS = 14
LATEST_KILL_SECONDS = 1.5  # after the client begins to ask
LATEST_SECOND_KILL_SECONDS = 0.5  # after the next dewd is up and goes on with what it found
SECOND_KILL_EVERY = 2  # rounds
MARK_EVERY = 3  # rounds
SETTLE_SECONDS = 120.0
SETTINGS = {
    "DEW_NETWORK": f"{NETWORK}.0.0/16",
    "DEW_KEEP_RETIRED_HOURS": "0",
    "DEW_KEEP_TRASH_HOURS": "0",
    "DEW_SHUTDOWN_GRACE_SECONDS": "1",  # most guests boot here and don't hear the button
}
RUNNING, OFF = ("on", "running"), ("off", "absent")


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost(image_cache: Path, micro_image: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("DEW_TEST_SEED") or secrets.randbelow(10**6))
    print(f"seed: DEW_TEST_SEED={seed}")
    with dewd_on(image_cache, **SETTINGS) as dewd:
        dewd.image("dew-micro")
        past = {action.id: action.status for action in dewd.client.actions()}
        ledger = Ledger(Random(seed), dewd.key_id(), past)
        killed, interrupted = live_dangerously(dewd, ledger)
        print(f"{killed} kills, {interrupted} of them with Actions open, asked for: {dict(ledger.times)}")
        assert killed >= 20
        assert interrupted >= killed / 2, "dewd was killed while it had nothing to do"
        assert all(ledger.times[f"{type_} droplet"] for type_ in ("create", "snapshot", "restore", "destroy"))
        check_what_is_left(dewd, ledger, tmp_path)
        check_that_snapshots_can_be_used(dewd, ledger)
        check_that_everything_can_go(dewd)


def live_dangerously(dewd: Dewd, ledger: Ledger) -> tuple[int, int]:
    """Work, be killed and come back, round by round; return how many kills there were, and in how many a
    request was not concluded yet."""
    killed = interrupted = 0
    for number in range(ROUNDS):
        marked = ledger.mark(dewd) if number % MARK_EVERY == MARK_EVERY - 1 else None
        with killing(dewd, ledger.random.uniform(0, LATEST_KILL_SECONDS)):
            ledger.work(dewd.client, ledger.snapshot_of(marked) if marked else None)
        killed, interrupted = killed + 1, interrupted + bool(ledger.asked)
        print(f"{time.monotonic():.2f} killed: {', '.join(map(str, ledger.asked))}", flush=True)
        dewd.start()
        if number % SECOND_KILL_EVERY == 0:
            time.sleep(ledger.random.uniform(0, LATEST_SECOND_KILL_SECONDS))
            dewd.kill()
            killed, interrupted = killed + 1, interrupted + bool(ledger.asked)
            dewd.start()
        check(dewd, ledger)
        print(f"{time.monotonic():.2f} checked", flush=True)
    return killed, interrupted


@contextmanager
def killing(dewd: Dewd, after_seconds: float) -> Iterator[None]:
    """``kill -9`` dewd while the block goes on; return when it is dead."""
    assassin = Timer(after_seconds, dewd.kill)
    assassin.start()
    try:
        yield
    finally:
        assassin.join()


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
    names = {snapshot.id: snapshot.name for snapshot in client.snapshots()}
    assert names == {snapshot: taken.name for snapshot, taken in ledger.snapshots.items()}
    wanted = {droplet: RUNNING if held.power == "on" else OFF for droplet, held in ledger.droplets.items()}
    eventually("the Droplets are on or off as wanted", lambda: powers(dewd) == wanted, SETTLE_SECONDS)
    on = {droplet for droplet, power in wanted.items() if power == RUNNING}
    eventually("only they have guests", lambda: guests(dewd) == recorded_guests(dewd, on), SETTLE_SECONDS)
    eventually("only they have helpers", lambda: helpers() == recorded_helpers(dewd, on), SETTLE_SECONDS)
    eventually("only what is needed is stored", lambda: is_tidy(dewd), SETTLE_SECONDS)


def powers(dewd: Dewd) -> dict[int, tuple[str, str]]:
    """Return what is wanted of each Droplet and what was seen."""
    details = {each.id: dewd.client.droplet_detail(each.id) for each in dewd.client.droplets()}
    return {droplet: (detail.desired_power, detail.observed) for droplet, detail in details.items()}


def guests(dewd: Dewd) -> set[int]:
    """Return the processes that name anything in the directory of guests: QEMU, and what is to become it."""
    return processes(f"{dewd.data}/run/".encode())


def recorded_guests(dewd: Dewd, droplets: set[int]) -> set[int]:
    return {Guest(dewd, droplet).pid for droplet in droplets}


def helpers() -> set[int]:
    """Return the processes that name an address of this network: passt, and what is to become it."""
    return processes(f"\0{NETWORK}.".encode())


def recorded_helpers(dewd: Dewd, droplets: set[int]) -> set[int]:
    records = [network_record.read(Guest(dewd, droplet).directory) for droplet in droplets]
    return {process.pid for each in records if each for process in (each.process, *each.children)}


def processes(mark: bytes) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:  # it has just ended
            continue
    return found


def is_tidy(dewd: Dewd) -> bool:
    """Whether the store holds what something needs, nothing else, and nothing half-made is anywhere."""
    stored = {path.name for path in (dewd.data / "store").glob("[!s]*/*")}
    needed = {f"layer-{layer}.qcow2" for layer in asyncio.run(needed_layers(dewd.data / "dew.db"))}
    return stored == needed and not any((dewd.data / "work").iterdir())


async def needed_layers(database: Path) -> frozenset[int]:
    engine = create_async_engine(f"sqlite+aiosqlite:///file:{database}?mode=ro&uri=true")
    try:
        async with engine.connect() as tx:
            return await layers.reachable(tx, datetime.now(UTC))
    finally:
        await engine.dispose()


def check_what_is_left(dewd: Dewd, ledger: Ledger, scratch: Path) -> None:
    """With everything stopped: no process, lock or open Action, and on each disk the mark it must have."""
    dewd.stop(guests=True)
    eventually("no process is left", lambda: not guests(dewd) | helpers())
    with closing(sqlite3.connect(f"file:{dewd.data / 'dew.db'}?mode=ro", uri=True)) as database:
        assert database.execute("SELECT * FROM locks").fetchall() == []
        ended = "('completed', 'errored')"
        assert database.execute(f"SELECT * FROM actions WHERE state NOT IN {ended}").fetchall() == []
        heads = dict(database.execute("SELECT id, layer_id FROM images"))
        disks = dict(
            database.execute("SELECT d.id, v.layer_id FROM droplets d JOIN volumes v ON v.id = d.volume_id")
        )
        parents = dict(database.execute("SELECT id, parent_id FROM layers"))
    for snapshot, taken in ledger.snapshots.items():
        assert mark_on(dewd, chain(heads[snapshot], parents), scratch) == taken.mark, taken
    for droplet, held in ledger.droplets.items():
        assert mark_on(dewd, chain(disks[droplet], parents), scratch) == held.mark, held


def chain(layer: int | None, parents: dict[int, int | None]) -> list[int]:
    """Return a Layer and its ancestors, newest first."""
    return [] if layer is None else [layer, *chain(parents[layer], parents)]


def mark_on(dewd: Dewd, layers: list[int], scratch: Path) -> str:
    """Return what /root/mark says on a disk that nobody uses, read as after a power cut."""
    files = [str(dewd.data / "store" / "layers" / f"layer-{layer}.qcow2") for layer in layers]
    disk = reduce(lambda parent, file: overlay(file, parent), reversed(files), None)
    raw, root = scratch / "disk.raw", scratch / "root.raw"
    run("qemu-img", "convert", "-O", "raw", f"json:{json.dumps(disk)}", raw)
    start = json.loads(run("sfdisk", "--json", raw))["partitiontable"]["partitions"][-1]["start"]
    run("dd", f"if={raw}", f"of={root}", "bs=1M", "iflag=skip_bytes", f"skip={start * 512}", "conv=sparse")
    run("e2fsck", "-E", "journal_only", "-y", root)
    return run("debugfs", "-R", "cat /root/mark", root)


def run(*command: str | Path) -> str:
    """Return what a program printed. e2fsck ends with 1 when it has mended something."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{command}: {done.stdout} {done.stderr}"
    return done.stdout.strip()


def overlay(file: str, parent: object) -> object:
    """Return how qemu-img is to open a Layer, with its parent said explicitly."""
    return {"driver": "qcow2", "file": {"driver": "file", "filename": file}, "backing": parent}


def check_that_snapshots_can_be_used(dewd: Dewd, ledger: Ledger) -> None:
    """Replace all Droplets by two from Snapshots that must hold marks, and look inside."""
    dewd.start()
    for droplet in ledger.droplets:
        Guest(dewd, droplet).delete()
    marked = [(snapshot, taken.mark) for snapshot, taken in ledger.snapshots.items() if taken.mark]
    copies = [(dewd.create(f"copy-{snapshot}", image=snapshot), mark) for snapshot, mark in marked[-2:]]
    assert copies
    for copy, mark in copies:
        assert copy.ssh("cat /root/mark") == mark


def check_that_everything_can_go(dewd: Dewd) -> None:
    for droplet in dewd.client.droplets():
        Guest(dewd, droplet.id).delete()
    for snapshot in dewd.client.snapshots():
        dewd.client.delete_snapshot(snapshot.id)
    eventually("only the distribution is stored", lambda: len(dewd.layers()) == 1 and is_tidy(dewd))
