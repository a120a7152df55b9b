"""Debian packages for an image: fetched and checked by apt, through mmdebstrap.

On a machine that is itself Debian 12 they come from the mirrors in its own apt configuration; elsewhere
mmdebstrap's own choice for the suite is taken. Either way apt checks them against the Debian archive's
keyring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from dew.images import commands

SUITE = "bookworm"

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

EXTRACT_SECONDS = 600.0
"""60 MB of packages over a slow line."""

INSTALL_SECONDS = 1800.0
"""200 MB of packages over a slow line, then their installation on a small machine."""

SOURCES_SECONDS = 30.0

SOURCE_FORMAT = "$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)"

PHASES = (
    ("running apt-get update", 0.05, "reading the package lists"),
    ("downloading packages", 0.15, "downloading packages"),
    ("extracting archives", 0.35, "unpacking packages"),
    ("installing essential", 0.45, "installing the base system"),
    ("installing remaining", 0.60, "installing packages"),
    ("cleaning", 0.95, "cleaning up"),
)
"""What mmdebstrap says as it goes, how far along that is, and what to tell the user."""

Progress = Callable[[float, str], None]


async def extract(packages: Sequence[str], root: Path, progress: Progress) -> None:
    """Unpack packages and what they need into `root`, running none of their scripts. Needs no privileges."""
    await _mmdebstrap(
        [
            "--mode=chrootless",
            "--skip=check/chrootless",
            "--variant=extract",
            f"--include={','.join(packages)}",
        ],
        root,
        EXTRACT_SECONDS,
        progress,
    )


async def install(
    packages: Sequence[str], target: Path, early: Sequence[str], late: Sequence[str], progress: Progress
) -> None:
    """Install a Debian system with these packages into `target`: a directory, or a tar file if named so.

    `early` and `late` are mmdebstrap hooks, run before the packages are installed and at the end. An
    ordinary user needs a range of subordinate ids (`/etc/subuid`) and the package uidmap.
    """
    mode = "root" if os.geteuid() == 0 else "unshare"
    arguments = [f"--mode={mode}", "--variant=apt", f"--include={','.join(packages)}"]
    arguments += [f"--essential-hook={hook}" for hook in early]
    arguments += [f"--customize-hook={hook}" for hook in late]
    await _mmdebstrap(arguments, target, INSTALL_SECONDS, progress)


async def _mmdebstrap(arguments: list[str], target: Path, timeout_seconds: float, progress: Progress) -> None:
    def tell(line: str) -> None:
        for said, fraction, text in PHASES:
            if said in line:
                progress(fraction, text)

    sources = "".join(f"{line}\n" for line in await _own_sources())
    command = ["mmdebstrap", "--architectures=amd64", *arguments, SUITE, str(target)]
    await commands.run(
        *command,
        *(("-",) if sources else ()),
        timeout_seconds=timeout_seconds,
        what=f"Fetching Debian packages for {target.name}",
        stdin=sources.encode(),
        on_line=tell,
    )


async def _own_sources() -> list[str]:
    """This machine's own apt lines for the suite, no third party's; none if it runs something else."""
    listed = await commands.run(
        *("apt-get", "indextargets", "--format", SOURCE_FORMAT, "Created-By: Packages"),
        timeout_seconds=SOURCES_SECONDS,
        what="Reading this machine's apt configuration",
    )
    return sources_for_suite(listed)


def sources_for_suite(listed: str) -> list[str]:
    """The apt lines among `origin|codename|uri|release|component` records that belong to the suite."""
    lines = set()
    for record in listed.splitlines():
        origin, codename, uri, release, component = record.split("|")
        if origin == "Debian" and codename.split("-")[0] == SUITE and codename != f"{SUITE}-backports":
            lines.add(f"deb [signed-by={KEYRING}] {uri} {release} {component}")
    return sorted(lines) if any(f" {SUITE} " in line for line in lines) else []
