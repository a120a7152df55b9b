"""``dew status``: how dewd and its machine are."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dew.cli import show
from dew.cli.home import open_client
from dew.cli.parameters import Json

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
LABELS = {
    "version": "Version",
    "url": "API",
    "acceleration": "Acceleration",
    "simulated": "Simulated",
    "data": "Data",
    "started_at": "Started",
    "pid": "Process",
}
SHOWN_APART = ("memory", "disk", "halted", "failed_backups")


def status(*, as_json: Json = False) -> None:
    """Show how dewd and its machine are."""
    client = open_client()
    facts = client.status()
    if as_json:
        show.document(facts)
        return
    active = [each.name for each in client.droplets() if each.status == "active"]
    rows = [*_facts(facts), *_room(facts), ("Droplets on", ", ".join(active) or "none"), *_halted(facts)]
    rows += [("No Backup", f"{each['name']}: {each['error']}") for each in facts.get("failed_backups", ())]
    show.facts(rows)


def _room(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is left of the machine, in the words that `dew doctor` has too."""
    if "memory" not in facts:  # the disk can't be asked, or dewd is older than this command
        return []
    memory, disk = facts["memory"], facts["disk"]
    free = show.bytes_as_gib(disk["free_bytes"])
    return [("Memory", memory["summary"]), ("Disk", f"{free} free; {disk['summary']}")]


def _halted(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [("Halted", f"{each['name']}: {each['reason']}") for each in facts.get("halted", ())]


def _facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The daemon's facts in order: the known ones first, under their names, then whatever else it tells."""
    known = [(label, _value(facts[name])) for name, label in LABELS.items() if name in facts]
    others = [name for name in facts if name not in LABELS and name not in SHOWN_APART]
    rest = [(name.replace("_", " ").capitalize(), facts[name]) for name in others]
    return known + [(label, _value(value)) for label, value in rest]


def _value(value: Any) -> str:
    if isinstance(value, str) and _INSTANT.match(value):
        moment = datetime.fromisoformat(value)
        return f"{show.ago(moment)} ({moment:%Y-%m-%d %H:%M} UTC)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    return "" if value is None else str(value)
