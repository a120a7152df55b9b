"""``dew doctor``: what this machine can do, found out without dewd running."""

import json
import subprocess
import sys
from typing import Any

from dew.cli import show
from dew.cli.dewd import DEWD
from dew.cli.failure import Exit, Failure
from dew.cli.parameters import Json

DOCTOR_TIMEOUT_SECONDS = 180.0  # it may boot a small guest to see whether KVM really works
_COLOURS = {"ok": 32, "warn": 33, "fail": 31}  # of ANSI terminals


def doctor(*, as_json: Json = False) -> None:
    """Check what this machine can do, and say what to change."""
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
    width = max((len(each["name"]) for each in findings), default=0)
    for each in findings:
        print(f"{_mark(each['ok'])}  {each['name']:<{width}}  {each['found']}")
        if each.get("advice"):
            print(f"      {'':<{width}}  {each['advice']}")


def _mark(ok: str) -> str:
    word = f"{ok:<4}"
    return f"\033[{_COLOURS.get(ok, 0)}m{word}\033[0m" if sys.stdout.isatty() else word
