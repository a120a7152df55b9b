"""Programs of this machine: which are there, and what they say of themselves."""

import os
import shutil
import subprocess

QUICK_SECONDS = 10.0
"""For a program to say its version, or a user namespace to open: milliseconds, unless the machine is ill."""

SYSTEM_PATH = ":".join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""An ordinary user's PATH has no sbin, where some of the programs live."""

SET_UP = "Run ./dew setup in Dew's checkout, or install {} with this system's package manager."


def absent(*programs: str) -> list[str]:
    return [program for program in programs if shutil.which(program, path=SYSTEM_PATH) is None]


def listed(words: list[str] | tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def say(*command: str) -> str:
    """Return what a program prints."""
    return run(*command)[1]


def works(*command: str) -> bool:
    """Whether a program ends well."""
    return run(*command)[0] == 0


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8"},
        timeout=QUICK_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")
