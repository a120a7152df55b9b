"""What Dew keeps: the data directory, the store and its database, dewd and its Actions."""

import json
import os
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dew.database import facts
from dew.database.damage import first_mark
from dew.doctor.files import first_value, layer_ids, open_readonly, store_identity
from dew.doctor.finding import Asked, Ok, Result, is_root, nearest
from dew.model.action import ActionState

STANDING = """
    SELECT CASE kind WHEN 'snapshot' THEN 'Snapshot' ELSE 'Image' END, name, layer_id FROM images WHERE ready
    UNION ALL SELECT 'Droplet', name, layer_id FROM droplets JOIN volumes ON volumes.id = volume_id
    WHERE gone_at IS NULL
    UNION ALL SELECT 'the kept disk of', name, layer_id FROM volumes JOIN droplets ON droplets.id = droplet_id
    WHERE retired_at IS NOT NULL AND gone_at IS NULL
"""
FAILED_BACKUPS = """
    SELECT name, error FROM backup_policies JOIN droplets ON droplets.id = droplet_id WHERE error != ''
    ORDER BY droplet_id
"""
MOST_NAMED = 3  # of what a check found; dew check store tells all


def data_directory(config: Asked) -> Result:
    """Whether dewd can use it, and, as root, whether guests can reach their disks."""
    place = nearest(config.data)
    if not os.access(place, os.W_OK | os.X_OK):
        return Ok.FAIL, f"You may not write in {place}.", "Name another place in DEW_DATA."
    if is_root() and (closed := [path for path in (place, *place.parents) if not _lets_others_pass(path)]):
        advice = f"Guests run under user ids of their own: chmod o+x {closed[-1]}, or move DEW_DATA."
        return Ok.FAIL, f"Nobody but its owner can pass through {closed[-1]}.", advice
    return Ok.OK, f"{config.data}{'' if config.data.exists() else ' (made when dewd first starts)'}."


def store_and_database(config: Asked) -> Result:
    """Whether they belong together; where not, dewd deletes no Layer."""
    layers = layer_ids(config.data / "store" / "layers")
    identity = store_identity(config.data / "store" / "store.json")
    if identity is None:
        if layers:
            return (
                Ok.FAIL,
                "The store holds Layers but has lost its identity.",
                "dew doctor --repair writes it anew; or put store.json back from a copy.",
            )
        return Ok.OK, "No store yet."
    if not (config.data / "dew.db").exists():
        return _misfit("The store has no database: it is lost.") if layers else (Ok.OK, "No database yet.")
    with open_readonly(config.data / "dew.db") as opened:
        remembered = first_value(opened, "SELECT value FROM facts WHERE name = ?", facts.STORE_IDENTITY)
        given_out = first_value(opened, "SELECT seq FROM sqlite_sequence WHERE name = ?", "layers")
    if remembered != identity:
        belongs = "is empty" if remembered is None else "belongs to another store"
        return _misfit(f"The database {belongs}.")
    if max(layers, default=0) > int(given_out or 0):
        return _misfit(f"The database is older than the store: it never heard of Layer {max(layers)}.")
    return Ok.OK, f"They belong together; {len(layers)} Layers."


def _misfit(found: str) -> Result:
    advice = "Put back the newest copy of dew.db that belongs to it: dew doctor --repair finds it."
    return Ok.FAIL, f"{found} No Layer is deleted.", advice


def database(config: Asked) -> Result:
    """Whether it can be read."""
    path = config.data / "dew.db"
    if not path.exists():
        return None
    try:
        with open_readonly(path) as opened:
            said = first_value(opened, "PRAGMA quick_check(1)")
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said == "ok":
        return Ok.OK, "It is whole."
    return Ok.FAIL, f"It is damaged: {said}.", "dew doctor --repair offers the newest copy that is whole."


def last_check(config: Asked) -> Result:
    """What the last check of the store found, and when."""
    path = config.data / "dew.db"
    if not path.exists():
        return None
    with open_readonly(path) as opened:
        written = first_value(opened, "SELECT value FROM facts WHERE name = ?", facts.LAST_CHECK)
    if written is None:
        return Ok.OK, "Never checked. dew check store does it, while Droplets run."
    return _told(json.loads(written))


def _told(result: dict[str, Any]) -> Result:
    age = datetime.now(UTC) - datetime.fromisoformat(result["at"])
    hours = f"{age.seconds // 3600} hours ago" if age.seconds >= 3600 else "within the last hour"
    when = f"{age.days} days ago" if age.days else hours
    damaged, faults = result["damaged"], result["faults"]
    if damaged:
        advice = "Put the files back from a copy, then: dew check store"
        return Ok.WARN, f"Checked {when}: {' '.join(damaged[:MOST_NAMED])}", advice
    if faults:
        advice = "dew doctor --repair mends what can be mended; then: dew check store"
        return Ok.WARN, f"Checked {when}: {' '.join(faults[:MOST_NAMED])}", advice
    return Ok.OK, f"Checked {when}: all {result['layers']} Layers were as they should be."


def damage(config: Asked) -> Result:
    """Which Images and Droplets stand on lost bytes, as the last look at their Layers found it."""
    path = config.data / "dew.db"
    if not path.exists():
        return None
    with open_readonly(path) as opened:
        marked = dict(opened.execute("SELECT id, damage FROM layers WHERE damage IS NOT NULL").fetchall())
        parents = dict(opened.execute("SELECT id, parent_id FROM layers").fetchall())
        standing = opened.execute(STANDING).fetchall()
    touched = [f"{noun} {name}" for noun, name, head in standing if first_mark(head, parents, marked)]
    if not touched:
        return Ok.OK, "None is known."
    advice = "Nothing new is made of them. Put the files back from a copy, then: dew check store"
    return Ok.WARN, f"{' '.join(marked.values())} That touches {', '.join(touched)}.", advice


def daemon(config: Asked) -> Result:
    """Whether dewd runs."""
    try:
        written = json.loads((config.data / "dewd.pid").read_text())
        started = int(Path(f"/proc/{written['pid']}/stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, KeyError, ValueError):
        return Ok.OK, "Not running."
    if started != written["start_time"]:
        return Ok.OK, "Not running; it ended without a farewell."
    address = config.data / "address"
    where = address.read_text().strip() if address.exists() else "not yet listening"
    return Ok.OK, f"Running, process {written['pid']}, {where}."


def stuck_actions(config: Asked) -> Result:
    """Actions that wait for somebody."""
    if not (config.data / "dew.db").exists():
        return None
    query = "SELECT id, kind, resource_type, resource_id, error FROM actions WHERE state = ? ORDER BY id"
    with open_readonly(config.data / "dew.db") as database:
        rows = database.execute(query, (ActionState.STUCK.value,)).fetchall()
    if not rows:
        return Ok.OK, "None is stuck."
    told = "; ".join(f"{id_} ({kind} of {noun} {number}): {error}" for id_, kind, noun, number, error in rows)
    return Ok.WARN, f"{len(rows)} stuck: {told}", f"Mend the cause, then: dew action retry {rows[0][0]}"


def failed_backups(config: Asked) -> Result:
    """Droplets whose newest Backup was to be made and is not there."""
    if not (config.data / "dew.db").exists():
        return None
    with open_readonly(config.data / "dew.db") as database:
        try:
            rows = database.execute(FAILED_BACKUPS).fetchall()
        except sqlite3.OperationalError:  # a Dew before Backups made the database
            return None
    if not rows:
        return Ok.OK, "None has failed."
    told = " ".join(f"{name}: {error}" for name, error in rows[:MOST_NAMED])
    advice = "It is tried again every quarter of an hour within its window, then in the next window."
    return Ok.WARN, f"Of {len(rows)} Droplets the newest Backup was not made. {told}", advice


def _lets_others_pass(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)
