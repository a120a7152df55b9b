"""KVM or software: which of the two a guest here really runs under.

Opening /dev/kvm proves nothing. On rented machines without full nested virtualisation it opens, the BIOS
even runs, and then every Linux kernel hangs for ever; or ``-cpu host`` aborts QEMU. So Dew boots a Linux
system and believes in KVM when it has reached its userland. That takes seconds, so the answer is kept for
as long as QEMU, the host's kernel and its boot stay the same.
"""

import asyncio
import contextlib
import json
import os
import signal
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dew.compute.privileges import GuestUsers, Privileges

KVM_DEVICE = Path("/dev/kvm")

PROBE_LIMIT_SECONDS = 20.0
"""Under a KVM that works, a kernel is in its userland after 1–4 s, on a busy machine a few more."""

CONTROL_LIMIT_SECONDS = 90.0
"""For the same boot without KVM: 8 s for the smallest system, a minute for a distribution."""

KVM_MACHINE = ("-accel", "kvm", "-cpu", "host")
TCG_MACHINE = ("-accel", "tcg,thread=multi", "-cpu", "qemu64")

PROBE_MEMORY_MEBIBYTES = 512
"""Enough for any distribution's initramfs."""

TRIAL_DROPLET = 0
"""Whose user a trial runs as: no Droplet has this id."""

VERSION_LIMIT_SECONDS = 10.0

SERIAL_TAIL_BYTES = 4096
"""How much of the console is searched and quoted; a sign of userland is far shorter."""

USERLAND_SIGNS = (b"Run /init as init process", b"systemd[1]:", b"Welcome to ", b" login:")


class AccelerationKind(StrEnum):
    """What executes the guest's instructions."""

    KVM = "kvm"
    """The processor itself."""
    TCG = "tcg"
    """QEMU's translator: ten times slower, and no security boundary."""


class Preference(StrEnum):
    """What the configuration asks for."""

    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"


@dataclass(frozen=True)
class Acceleration:
    """The choice, with the reason that ``dew doctor`` shows, in a sentence."""

    kind: AccelerationKind
    reason: str
    groups: tuple[int, ...] = ()  # that a guest's process must be in to open the device
    settled: bool = True  # whether asking again could only give the same answer


@dataclass(frozen=True)
class Verdict:
    """What one attempt to boot showed; ``lasting`` if the next would show the same."""

    works: bool
    reason: str
    lasting: bool = True


class Accelerator:
    """Decides once, as soon as there is something to decide with, and stays with it until the daemon ends."""

    def __init__(
        self, preference: Preference, cache: Path, users: GuestUsers, device: Path = KVM_DEVICE
    ) -> None:
        """``cache`` is a file that remembers what a trial showed."""
        self._preference = preference
        self._cache = cache
        self._users = users
        self._device = device
        self._turn = asyncio.Lock()
        self._chosen: Acceleration | None = None

    def __str__(self) -> str:
        """Say what was chosen and why, for status and doctor."""
        if self._chosen is None:
            return f"{self._preference.value}: not decided yet"
        return f"{self._chosen.kind.value}: {self._chosen.reason}"

    async def choose(self, probe_image: Path | None = None) -> Acceleration:
        """Return what guests shall run under, trying KVM with ``probe_image`` if that has to be.

        ``probe_image`` is a bootable qcow2 without a backing file. Never fails: what can't be proven is
        software emulation.
        """
        async with self._turn:
            if self._chosen is None or not self._chosen.settled:
                privileges = self._users.privileges(TRIAL_DROPLET)
                self._chosen = await choose(
                    self._preference, self._cache, probe_image, privileges, self._device
                )
            return self._chosen


async def choose(
    preference: Preference,
    cache: Path,
    probe_image: Path | None = None,
    privileges: Privileges | None = None,
    device: Path = KVM_DEVICE,
) -> Acceleration:
    """Return what guests with ``privileges`` (None: the daemon's own) shall run under; see Accelerator."""
    privileges = privileges or Privileges()
    if preference is Preference.TCG:
        return _software("The configuration asks for it.")
    if obstacle := await asyncio.to_thread(device_obstacle, device, privileges):
        return _software(obstacle)
    groups = await asyncio.to_thread(device_groups, device, privileges)
    if preference is Preference.KVM:
        return Acceleration(AccelerationKind.KVM, "The configuration asks for it; nothing was tried.", groups)
    verdict = await _remembered(probe_image, cache, Privileges(privileges.uid, privileges.groups + groups))
    if verdict is None:
        return Acceleration(AccelerationKind.TCG, "KVM will be tried with the first Droplet.", settled=False)
    if verdict.works:
        return Acceleration(AccelerationKind.KVM, verdict.reason, groups)
    return _software(verdict.reason)


def _software(reason: str) -> Acceleration:
    return Acceleration(AccelerationKind.TCG, reason)


def device_obstacle(device: Path, privileges: Privileges) -> str:
    """Return why a guest's process could not open the device, or "" if it could."""
    if not device.exists():
        return f"This machine offers no {device}: its processor or its own host does not provide KVM."
    if privileges.uid is None:
        usable = os.access(device, os.R_OK | os.W_OK)
        return "" if usable else f"You may not open {device}: join its group (often kvm) and log in again."
    if device.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return ""
    return f"Only root may open {device}, and guests do not run as root: give it a group and mode 0660."


def device_groups(device: Path, privileges: Privileges) -> tuple[int, ...]:
    """Return the group that opens the device, for processes with a user id of their own."""
    found = device.stat()
    everybody = found.st_mode & stat.S_IROTH
    return () if privileges.uid is None or everybody else (found.st_gid,)


async def _remembered(probe_image: Path | None, cache: Path, privileges: Privileges) -> Verdict | None:
    """Return what a trial showed, now or earlier; None if there was none and there is nothing to try with."""
    facts = await _facts()
    if known := await asyncio.to_thread(recall, cache, facts):
        return known
    if probe_image is None:
        return None
    verdict = await probe(probe_image, privileges)
    if verdict.lasting:
        await asyncio.to_thread(remember, cache, facts, verdict)
    return verdict


async def _facts() -> dict[str, str]:
    """Return everything that the answer depends on."""
    boot_id = await asyncio.to_thread(Path("/proc/sys/kernel/random/boot_id").read_text)
    return {"qemu": await _qemu_version(), "kernel": os.uname().release, "boot": boot_id.strip()}


async def _qemu_version() -> str:
    process = await _start(["qemu-system-x86_64", "--version"])
    if process is None:
        return "missing"
    try:
        async with asyncio.timeout(VERSION_LIMIT_SECONDS):
            said, _ = await process.communicate()
            return said.decode(errors="replace").partition("\n")[0]
    except TimeoutError:
        return "silent"
    finally:
        await _end(process)


def recall(cache: Path, facts: dict[str, str]) -> Verdict | None:
    """Return what was found under the same facts; anything unreadable counts as nothing found."""
    try:
        kept = json.loads(cache.read_text())
        if kept["facts"] != facts:
            return None
        return Verdict(bool(kept["works"]), str(kept["reason"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(cache: Path, facts: dict[str, str], verdict: Verdict) -> None:
    """Keep a verdict. A cache that can't be written costs a probe next time and nothing else."""
    content = {"facts": facts, "works": verdict.works, "reason": verdict.reason}
    temporary = cache.with_name(f".{cache.name}.new")
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(content, indent=2))
        temporary.replace(cache)


async def probe(image: Path, privileges: Privileges) -> Verdict:
    """Boot ``image`` (which stays as it is) under KVM and see whether its userland comes up.

    A system that never says anything on its serial console looks like one that hangs. So one that hung is
    booted without KVM too: only if it speaks then was it KVM that hung.
    """
    verdict = await boot(image, privileges, KVM_MACHINE, PROBE_LIMIT_SECONDS)
    if verdict is not None:
        return verdict
    control = await boot(image, privileges, TCG_MACHINE, CONTROL_LIMIT_SECONDS)
    if control is not None and control.works:
        return Verdict(
            False, f"KVM is there, but a Linux kernel hung under it for {PROBE_LIMIT_SECONDS:.0f} s."
        )
    reason = "KVM could not be tried: the first Droplet's image is silent on its serial console."
    return Verdict(False, reason, lasting=False)


async def boot(
    image: Path, privileges: Privileges, machine: Sequence[str], limit_seconds: float
) -> Verdict | None:
    """Boot once; return None if nothing was decided within the limit."""
    process = await _start(privileges.wrap(probe_command(image, machine)))
    if process is None:
        return Verdict(False, "KVM could not be tried: QEMU or setpriv is not installed.", lasting=False)
    try:
        async with asyncio.timeout(limit_seconds):
            return await _watch(process)
    except TimeoutError:
        return None
    finally:
        await _end(process)


def probe_command(image: Path, machine: Sequence[str]) -> list[str]:
    """Return QEMU's command line for one boot whose writes are thrown away."""
    file_name = str(image).replace(",", ",,")  # QEMU's way to write a comma
    return [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-machine", "pc,usb=off", "-m", f"{PROBE_MEMORY_MEBIBYTES}M", *machine),
        *("-drive", f"if=virtio,format=qcow2,snapshot=on,file={file_name}"),
        *("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"),
    ]


async def _watch(process: asyncio.subprocess.Process) -> Verdict:
    assert process.stdout is not None
    tail = b""
    while chunk := await process.stdout.read(SERIAL_TAIL_BYTES):
        tail = (tail + chunk)[-2 * SERIAL_TAIL_BYTES :]
        if any(sign in tail for sign in USERLAND_SIGNS):
            return Verdict(True, "A Linux system booted under KVM.")
    return _died(await process.wait(), tail)


def _died(code: int, tail: bytes) -> Verdict:
    """An abort is KVM's own doing and comes again; an ordinary error (image not readable) may go away."""
    words = tail.decode(errors="replace").strip().rpartition("\n")[2] or "it said nothing"
    return Verdict(False, f"QEMU ended when KVM was tried ({words}).", lasting=code < 0)


async def _start(command: list[str]) -> asyncio.subprocess.Process | None:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except FileNotFoundError:
        return None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it with all that it started: a child of its own would keep our pipe open."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()
