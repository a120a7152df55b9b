"""``dew doctor --repair``: shows what dewd's doctor would mend, asks, and tells what came of it."""

import json
import subprocess
from threading import Timer
from typing import Any

from dew.cli import show
from dew.cli.dewd import DEWD
from dew.cli.failure import Failure
from dew.cli.parameters import Json, Yes

LIMIT_SECONDS = 600.0  # for finding or mending, not for the person: the database is read to its end
LAST_WORDS_BYTES = 2000
_WORDS = {True: "mended", False: "not mended"}


def mend(yes: Yes = False, as_json: Json = False) -> None:
    """Mend what can be mended. Raises Failure if something is left."""
    process = subprocess.Popen(
        [*DEWD, "--repair"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:  # at whose end the doctor's standard input is closed, which is a no
        results = _ask(process, yes, as_json)
    if left := [each for each in results if not each["ok"]]:
        raise Failure(f"{len(left)} of {len(results)} could not be mended.", told=True)


def _ask(process: "subprocess.Popen[str]", yes: bool, as_json: bool) -> list[dict[str, Any]]:
    found = _read(process)
    if not as_json:
        _tell(found)
    if not found["mends"]:
        show.tell(found, "There is nothing to mend.", as_json)
        return []
    show.confirm("Mend this?", yes)
    assert process.stdin is not None
    process.stdin.write("yes\n")
    process.stdin.flush()
    done: list[dict[str, Any]] = _read(process)["done"]
    if as_json:
        show.document({**found, "done": done})
    else:
        show.columns([(_WORDS[each["ok"]], each["found"], each["said"]) for each in done])
    return done


def _tell(found: dict[str, Any]) -> None:
    for note in found["notes"]:
        show.note(note)
    for each in found["mends"]:
        show.note(f"{each['found']}\n  {each['does']}")


def _read(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Read one document. Raises Failure with the last words of a doctor that said none."""
    assert process.stdout is not None
    assert process.stderr is not None
    limit = Timer(LIMIT_SECONDS, process.kill)
    limit.start()
    try:
        line = process.stdout.readline()
    finally:
        limit.cancel()
    if not line:
        said = process.stderr.read()[-LAST_WORDS_BYTES:].strip()
        raise Failure(f"The repair ended without a result:\n{said}")
    document: dict[str, Any] = json.loads(line)
    return document
