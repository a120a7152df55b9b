"""The machine: its acceleration and its QEMU."""

from dew.compute.acceleration import TRIAL_DROPLET, AccelerationKind, Preference, choose
from dew.compute.privileges import DEFAULT_UID_BASE, GuestUsers
from dew.doctor.finding import Asked, Ok, Result, is_root
from dew.doctor.programs import SET_UP, absent, listed, say

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
