"""The machine: its acceleration, its QEMU, and room for guests and their disks."""

import shutil
from pathlib import Path

from dew.compute.acceleration import TRIAL_DROPLET, AccelerationKind, Preference, choose
from dew.compute.privileges import DEFAULT_UID_BASE, GuestUsers
from dew.doctor.finding import Asked, Ok, Result, is_root, nearest
from dew.doctor.programs import SET_UP, absent, listed, say
from dew.model.size import SIZES

COMFORTABLE_DISK_BYTES = 10 * 2**30
"""Room for the images and a few Droplets."""

OLDEST_QEMU = (7, 2)
"""What Dew is tested with; older ones lack ``-netdev stream``."""


async def virtualisation(config: Asked) -> Result:
    """KVM or software, as dewd will choose; nothing is tried that was not tried before."""
    users = GuestUsers(DEFAULT_UID_BASE if is_root() else None)
    remembered = config.data / "cache" / "acceleration.json"
    privileges = users.privileges(TRIAL_DROPLET)
    choice = await choose(Preference(config.accelerator), remembered, privileges=privileges)
    if choice.kind is AccelerationKind.KVM:
        return Ok.OK, f"KVM. {choice.reason}"
    advice = "Droplets run about ten times slower, and software emulation is no security boundary."
    return Ok.WARN, f"Software emulation. {choice.reason}", advice


def qemu(config: Asked) -> Result:
    """QEMU, new enough."""
    advice = SET_UP.format("QEMU (Debian's qemu-system-x86 and qemu-utils)")
    missing = absent("qemu-system-x86_64", "qemu-img")
    if missing:
        return Ok.FAIL, f"{listed(missing)} not found.", advice
    said = say("qemu-system-x86_64", "--version")
    version = said.partition("version ")[2].partition(" ")[0] or "an unknown version"
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST_QEMU:
        return Ok.FAIL, f"QEMU {version} is too old.", f"Dew needs QEMU {OLDEST_QEMU[0]}.{OLDEST_QEMU[1]}."
    return Ok.OK, f"QEMU {version}."


def memory(config: Asked) -> Result:
    """Room for guests."""
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free_mb = int(lines["MemAvailable"].split()[0]) // 1024
    fitting = [size for size in SIZES if size.memory_mb <= free_mb]
    if not fitting:
        return Ok.FAIL, f"{free_mb} MB free: too little for any Droplet.", "Close something else."
    largest = max(fitting, key=lambda size: size.memory_mb)
    return Ok.OK, f"{free_mb} MB free: the largest Droplet that fits now is {largest.slug}."


def disk(config: Asked) -> Result:
    """Room for Layers."""
    place = nearest(config.data)
    free_bytes = shutil.disk_usage(place).free
    found = f"{free_bytes / 2**30:.1f} GB free at {place}."
    if free_bytes < config.reserve_gigabytes * 2**30:
        return (
            Ok.FAIL,
            found,
            f"Dew leaves {config.reserve_gigabytes:g} GB alone: make room, or move DEW_DATA.",
        )
    if free_bytes < COMFORTABLE_DISK_BYTES:
        return Ok.WARN, found, "That is not much for disks of Droplets."
    return Ok.OK, found
