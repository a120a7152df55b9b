"""``dew doctor``: what this machine can do, found out without dewd running."""

import json
import subprocess
from typing import Annotated, Any

from cyclopts import Parameter

from dew.cli import show
from dew.cli.dewd import DEWD
from dew.cli.failure import Exit, Failure
from dew.cli.parameters import Json, Yes
from dew.cli.repair import mend

DOCTOR_TIMEOUT_SECONDS = 180.0  # it may boot a small guest to see whether KVM really works

Repair = Annotated[
    bool, Parameter(negative="", help="Mend what a crash or a mishap left behind, after asking.")
]


def doctor(*, repair: Repair = False, yes: Yes = False, as_json: Json = False) -> None:
    """Check what this machine can do, and say what to change."""
    if repair:
        mend(yes, as_json)
        return
    findings = _examine()
    failed = [each["name"] for each in findings if each["ok"] == "fail"]
    if as_json:
        show.document(findings)
    else:
        _print(findings)
    if failed:
        raise Failure(f"Dew cannot run Droplets here until this is mended: {show.joined(failed)}.", told=True)


def _examine() -> list[dict[str, Any]]:
    """Let dewd examine the machine: it alone knows what it needs. Raises Failure."""
    show.note("Examining this machine …")
    try:
        done = subprocess.run([*DEWD, "--doctor"], capture_output=True, timeout=DOCTOR_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"The examination took longer than {DOCTOR_TIMEOUT_SECONDS:.0f} seconds.") from error
    try:
        findings: list[dict[str, Any]] = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.decode(errors="replace").strip()[-2000:]
        raise Failure(f"The examination ended without a result:\n{said}", Exit.FAILED) from error
    return findings


def _print(findings: list[dict[str, Any]]) -> None:
    rows = []
    for each in findings:
        rows.append((each["ok"], each["name"], each["found"]))
        if each.get("advice"):
            rows.append(("", "", each["advice"]))
    show.columns(rows)
