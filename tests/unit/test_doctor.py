"""dew doctor tells what is wrong, and what to do; it looks and changes nothing."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from tests.crash.machine import life_with_a_droplet

from dew import doctor
from dew.actions import admission
from dew.compute.machine import machine_memory_bytes
from dew.database import guests, migrations
from dew.doctor import Finding, Ok
from dew.model.droplet import Observed

IDENTITY = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Asked:
    data: Path
    accelerator: str = "tcg"
    network: IPv4Network = IPv4Network("127.66.0.0/16")  # noqa: RUF009 - a constant
    ports: tuple[int, ...] = (22, 80, 443)
    memory_overcommit: float = 1.0
    memory_reserve_megabytes: float = 0.0
    disk_overcommit: float = 10.0
    reserve_gigabytes: float = 0.0

    @property
    def images(self) -> Path:
        return self.data / "images"


MIGRATED: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def migrated(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty database for all tests here: making one takes too long for their event loops."""
    path = tmp_path_factory.mktemp("migrated") / "dew.db"
    migrations.upgrade(path)
    MIGRATED[:] = [path]


@pytest.fixture
def config(tmp_path: Path) -> Asked:
    return Asked(tmp_path / "data")


async def found(config: Asked, name: str) -> Finding:
    return next(finding for finding in await doctor.examine(config) if finding.name == name)


def make_store(config: Asked, *layers: int) -> None:
    (config.data / "store/layers").mkdir(parents=True)
    (config.data / "store/store.json").write_text(json.dumps({"identity": IDENTITY}))
    for layer in layers:
        (config.data / f"store/layers/layer-{layer}.qcow2").touch()


def make_database(config: Asked, identity: str | None = IDENTITY, given_out: int = 0) -> None:
    config.data.mkdir(exist_ok=True)
    shutil.copy(MIGRATED[0], config.data / "dew.db")
    with closing(sqlite3.connect(config.data / "dew.db")) as database, database:
        if identity:
            database.execute("INSERT INTO facts VALUES ('store_identity', ?)", (identity,))
        for _ in range(given_out):
            database.execute("INSERT INTO layers (disk_bytes, created_at) VALUES (1, '2024-05-01')")


async def test_it_works_before_anything_is_there_and_makes_nothing(config: Asked) -> None:
    findings = await doctor.examine(config)
    names = [finding.name for finding in findings]
    assert {"Virtualisation", "QEMU", "Network wall", "Memory", "Disk", "Store", "dewd"} <= set(names)
    assert len(names) == len(set(names))
    assert not config.data.exists()


async def test_whatever_is_wrong_comes_with_advice(config: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.programs, "SYSTEM_PATH", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    findings = await doctor.examine(config)
    wrong = {finding.name: finding.ok for finding in findings if finding.ok is not Ok.OK}
    assert {"QEMU": Ok.FAIL, "passt": Ok.FAIL, "Image tools": Ok.WARN}.items() <= wrong.items()
    assert all(finding.advice for finding in findings if finding.ok is not Ok.OK)


async def test_a_check_that_breaks_is_a_finding_and_not_the_end(config: Asked) -> None:
    (config.data / "store").mkdir(parents=True)
    (config.data / "store/store.json").write_text("not JSON")
    finding = await found(config, "Store")
    assert finding.ok is Ok.WARN
    assert "could not be examined" in finding.found


async def test_software_emulation_is_called_no_security_boundary(config: Asked) -> None:
    finding = await found(config, "Virtualisation")
    assert finding.ok is Ok.WARN
    assert "no security boundary" in finding.advice


async def test_a_store_and_its_own_database_belong_together(config: Asked) -> None:
    make_store(config, 1, 2)
    make_database(config, given_out=2)
    assert (await found(config, "Store")).ok is Ok.OK


async def test_a_lost_database_is_told(config: Asked) -> None:
    make_store(config, 1)
    assert (
        await found(config, "Store")
    ).found == "The store has no database: it is lost. No Layer is deleted."


async def test_an_empty_database_is_told(config: Asked) -> None:
    make_store(config, 1)
    make_database(config, identity=None)
    assert (await found(config, "Store")).found == "The database is empty. No Layer is deleted."


async def test_another_stores_database_is_told(config: Asked) -> None:
    make_store(config, 1)
    make_database(config, identity="f" * 32, given_out=1)
    assert (
        await found(config, "Store")
    ).found == "The database belongs to another store. No Layer is deleted."


async def test_an_older_database_is_told(config: Asked) -> None:
    make_store(config, 1, 9)
    make_database(config, given_out=3)
    finding = await found(config, "Store")
    assert finding.ok is Ok.FAIL
    assert "older than the store: it never heard of Layer 9" in finding.found


async def test_a_store_that_lost_its_identity_is_told(config: Asked) -> None:
    make_store(config, 1)
    (config.data / "store/store.json").unlink()
    assert (await found(config, "Store")).ok is Ok.FAIL


async def test_a_damaged_database_is_told_with_the_way_out(config: Asked) -> None:
    make_store(config, 1)
    make_database(config, given_out=400)
    path = config.data / "dew.db"
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 8192 + path.read_bytes()[16384:])
    finding = await found(config, "Database")
    assert (finding.ok, "damaged" in finding.found) == (Ok.FAIL, True)
    assert "--repair" in finding.advice


@pytest.mark.parametrize(
    ("result", "ok", "told"),
    [
        (None, Ok.OK, "Never checked"),
        ({"damaged": [], "faults": []}, Ok.OK, "Checked 3 days ago: all 5 Layers"),
        ({"damaged": ["Layer 2 is damaged."], "faults": []}, Ok.WARN, "3 days ago: Layer 2 is damaged."),
        ({"damaged": [], "faults": ["x has mode 0777."]}, Ok.WARN, "3 days ago: x has mode 0777."),
    ],
)
async def test_the_last_check_and_its_age_are_told(
    config: Asked, result: dict[str, object] | None, ok: Ok, told: str
) -> None:
    make_database(config)
    at = datetime.now(UTC) - timedelta(days=3, minutes=1)
    if result is not None:
        with closing(sqlite3.connect(config.data / "dew.db")) as database, database:
            written = json.dumps({"at": at.isoformat(), "layers": 5, **result})
            database.execute("INSERT INTO facts VALUES ('last_check', ?)", (written,))
    finding = await found(config, "Last check")
    assert finding.ok is ok
    assert told in finding.found


async def test_whom_damage_touches_is_told(config: Asked) -> None:
    make_database(config, given_out=3)
    with closing(sqlite3.connect(config.data / "dew.db")) as database, database:
        database.execute("UPDATE layers SET parent_id = id - 1 WHERE id > 1")
        database.execute("UPDATE layers SET damage = 'Layer 2 is damaged.' WHERE id = 2")
        for name, head in (("whole", 1), ("hurt", 2)):
            row = {"kind": "snapshot", "name": name, "layer_id": head, "ready": 1, "distribution": ""}
            row |= {"description": "", "disk_bytes": 1, "used_bytes": 1, "tags": "[]", "region": "nyc3"}
            row |= {"created_at": "2024-05-01"}
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO images ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    finding = await found(config, "Damage")
    assert finding.ok is Ok.WARN
    assert finding.found == "Layer 2 is damaged. That touches Snapshot hurt."


async def test_stuck_actions_are_told_with_how_to_go_on(config: Asked) -> None:
    make_database(config)
    row = {
        **{"kind": "snapshot", "version": 1, "resource_type": "droplet", "resource_id": 7, "region": "nyc3"},
        **{"params": "{}", "outputs": "{}", "state": "stuck", "step": "", "progress": 0, "message": ""},
        **{"error": "The disk is gone.", "generation": 1, "cancel_requested": 0, "started_at": "2024-05-01"},
    }
    with closing(sqlite3.connect(config.data / "dew.db")) as database, database:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        database.execute(f"INSERT INTO actions ({names}) VALUES ({marks})", tuple(row.values()))
    finding = await found(config, "Actions")
    assert "snapshot of droplet 7" in finding.found
    assert "The disk is gone." in finding.found
    assert finding.advice == "Mend the cause, then: dew action retry 1"


async def test_failed_backups_are_told(config: Asked) -> None:
    make_database(config)
    assert (await found(config, "Backups")).ok is Ok.OK
    with closing(sqlite3.connect(config.data / "dew.db")) as database, database:
        columns = "name, hostname, region, size_slug, vcpus, memory_mb, disk_gb, image_id, desired_power"
        values = "'web', 'web', 'nyc3', 's', 1, 1, 1, 1, 'on', '[]', '', '[]', '2024-05-01'"
        more = "public_keys, user_data, tags, created_at"
        database.execute(f"INSERT INTO droplets ({columns}, {more}) VALUES ({values})")
        policy = "1, 'daily', 0, 'SUN', '2024-05-01', 0, 'The disk is full.'"
        columns = "droplet_id, plan, hour, weekday, since, made, error"
        database.execute(f"INSERT INTO backup_policies ({columns}) VALUES ({policy})")
    finding = await found(config, "Backups")
    assert finding.ok is Ok.WARN
    assert "web: The disk is full." in finding.found


async def test_the_database_is_only_read(config: Asked) -> None:
    make_store(config, 1)
    make_database(config, given_out=1)
    before = (config.data / "dew.db").read_bytes()
    await doctor.examine(config)
    assert (config.data / "dew.db").read_bytes() == before


async def test_a_running_dewd_is_told_from_one_that_is_gone(config: Asked) -> None:
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    config.data.mkdir()
    (config.data / "address").write_text("http://127.0.0.1:8080\n")
    for start_time, told in ((started, "http://127.0.0.1:8080"), (started - 1, "without a farewell")):
        (config.data / "dewd.pid").write_text(json.dumps({"pid": os.getpid(), "start_time": start_time}))
        assert told in (await found(config, "dewd")).found


async def test_a_directory_that_guests_cannot_pass_is_told(
    config: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.keeping, "is_root", lambda: True)
    config.data.parent.chmod(0o700)
    finding = await found(config, "Data directory")
    assert finding.ok is Ok.FAIL
    assert "chmod o+x" in finding.advice


async def test_ports_below_the_floor_are_told(config: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.networking, "is_root", lambda: False)
    monkeypatch.setattr(doctor.networking.network_facts, "port_floor", lambda: 81)
    finding = await found(config, "Ports")
    assert finding.ok is Ok.WARN
    assert "those of a Droplet at 22 and 80 are at higher numbers" in finding.found
    assert "ip_unprivileged_port_start=22" in finding.advice


async def test_a_disk_without_room_is_told(config: Asked) -> None:
    finding = await found(Asked(config.data, reserve_gigabytes=1e6), "Disk")
    assert (finding.ok, finding.advice != "") == (Ok.FAIL, True)


async def test_it_counts_promises_in_the_same_words_as_dewd(tmp_path: Path) -> None:
    async with life_with_a_droplet(tmp_path) as life:
        life.machine.guests.memory_bytes = machine_memory_bytes()
        life.machine.disks.capacity_bytes = shutil.disk_usage(tmp_path).total
        async with life.database.read() as tx:
            memory, disk = await admission.memory(tx, life.world), await admission.disk(tx, life.world)
    assert (memory.promised_bytes, disk.promised_bytes) == (2**30, 25 * 2**30)
    asked = Asked(tmp_path, memory_reserve_megabytes=512)
    assert str(memory) in (await found(asked, "Memory")).found
    assert str(disk) in (await found(asked, "Disk")).found


async def test_memory_that_is_all_promised_is_told(tmp_path: Path) -> None:
    finding = await found(Asked(tmp_path, memory_overcommit=1e-6), "Memory")
    assert finding.ok is Ok.WARN
    assert "no other one can be on" in finding.found


async def test_a_halted_guest_is_told_with_the_reason(tmp_path: Path) -> None:
    async with life_with_a_droplet(tmp_path) as life:
        assert (await found(Asked(tmp_path), "Guests")).ok is Ok.OK
        async with life.database.write() as tx:
            await guests.record(tx, 1, Observed.PAUSED, "The machine's disk is full.")
    finding = await found(Asked(tmp_path), "Guests")
    assert finding.ok is Ok.WARN
    assert "web: The machine's disk is full." in finding.found


async def test_memory_and_disk_are_told_also_to_who_may_not_read_the_database(config: Asked) -> None:
    config.data.mkdir()
    (config.data / "dew.db").mkdir()  # nobody can open that, not even root
    for name in ("Memory", "Disk"):
        finding = await found(config, name)
        assert "free" in finding.found
        assert "promised" not in finding.found
