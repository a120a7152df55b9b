"""The network of Droplets: its helper, the wall around it, and the ports on this side."""

from dew.compute import network_facts
from dew.doctor.finding import Asked, Ok, Result, is_root
from dew.doctor.programs import SET_UP, absent, listed, say, works


def passt(config: Asked) -> Result:
    """The helper that connects Droplets."""
    if absent("passt"):
        return Ok.FAIL, "passt not found.", SET_UP.format("passt")
    said = say("passt", "--version").partition("\n")[0]
    return Ok.OK, f"{said}." if said and "unknown" not in said else "passt; it does not tell its version."


def wall(config: Asked) -> Result:
    """Whether Droplets can be kept away from this machine and from each other."""
    if missing := network_facts.missing_programs(as_root=is_root()):
        return Ok.FAIL, f"{listed(missing)} not found.", SET_UP.format(listed(missing))
    return _wall_of_root() if is_root() else _wall_of_user()


def _wall_of_root() -> Result:
    if works("nft", "list", "tables"):
        return Ok.OK, "Each Droplet's network runs under a user id of its own, held back by nftables."
    return Ok.FAIL, "The kernel does not let nft work here.", "In a container, grant CAP_NET_ADMIN."


def _wall_of_user() -> Result:
    if not network_facts.tap_device_usable():
        return (
            Ok.FAIL,
            "/dev/net/tun can't be opened.",
            "Load the kernel's module tun; its mode should be 0666.",
        )
    if not works("unshare", "--user", "--map-root-user", "--net", "true"):
        advice = "An administrator can allow user namespaces, or run dewd as root."
        return Ok.FAIL, "Ordinary users may not make network namespaces here.", advice
    return Ok.OK, "Each Droplet's network runs in a namespace of its own."


def ports(config: Asked) -> Result:
    """Whether SSH and web servers are at their own ports."""
    if is_root():
        return Ok.OK, "All ports of a Droplet's address can be used."
    floor = network_facts.port_floor()
    below = [str(port) for port in sorted(config.ports) if port < floor]
    if not below:
        return Ok.OK, f"Ports from {floor} up can be used."
    found = (
        f"Ports below {floor} need privileges: those of a Droplet at {listed(below)} are at higher numbers."
    )
    setting = f"net.ipv4.ip_unprivileged_port_start={below[0]}"
    advice = f"`dew droplet ssh` knows them. For the usual ones: ./dew setup, or as root: sysctl {setting}"
    return Ok.WARN, found, advice
