"""Configuration: one frozen Config from ``DEW_DATA/dew.toml``, then ``DEW_*`` variables over it.

docs/configuration.md explains every setting; a test holds the two together.
"""

import dataclasses
import os
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from dew.model.errors import Invalid
from dew.model.region import REGION_BY_SLUG
from dew.model.size import SIZE_BY_SLUG


def default_data() -> Path:
    """Return where Dew keeps everything when nobody says otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/dew")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return Path(home) / "dew"


USUAL_PORTS = (
    *(22, 25, 53, 80, 110, 143, 389, 443, 465, 587, 636, 853, 990, 993, 995),
    *(1433, 1521, 1883, 2375, 2376, 2379, 3000, 3001, 3306, 3389, 4000, 4200, 4222, 4443, 5000, 5001, 5173),
    *(5432, 5601, 5672, 5900, 5984, 6379, 6443, 7474, 7687, 8000, 8008, 8080, 8081, 8086, 8088, 8123, 8181),
    *(8200, 8443, 8500, 8888, 9000, 9001, 9042, 9090, 9091, 9092, 9093, 9100, 9200, 9443, 10000, 11211),
    *(15672, 19999, 25565, 26257, 27017, 32400),
)
"""What servers usually listen on. Each costs 5 KB for each Droplet; the network of a running Droplet can't be
given a port later on without breaking its connections."""


@dataclass(frozen=True)
class Config:
    """Every setting, with its default."""

    data: Path = field(default_factory=default_data)
    listen: str = "127.0.0.1:8080"
    insecure_listen: bool = False  # allow addresses other than loopback without TLS
    tls: bool = False  # make a certificate of our own, signed by an authority of this machine
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    allowed_hosts: tuple[str, ...] = ()  # further names in the Host header
    cors_origins: tuple[str, ...] = ("*",)
    requests_per_hour: int = 5000
    requests_per_minute: int = 250
    key_lists_per_minute: int = 10  # of SSH keys, which DigitalOcean limits apart
    region: str = "nyc3"
    accelerator: str = "auto"  # auto, kvm or tcg
    network: IPv4Network = field(default_factory=lambda: IPv4Network("127.66.0.0/16"))
    ports: tuple[int, ...] = USUAL_PORTS
    resolver: str = "system"  # what guests ask for names: the machine's own resolver, or none
    catalogue: Path | None = None  # a TOML file of images to fetch, over Dew's own catalogue
    fetch_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # not public, and images may come from there
    image_cache: Path | None = None  # None: cache/images in the data directory
    shutdown_grace_seconds: float = 60.0
    prices: Mapping[str, Decimal] = field(default_factory=dict)  # USD a month, over DigitalOcean's
    daily_backups_percent: Decimal = Decimal(30)  # of the Droplet's price
    weekly_backups_percent: Decimal = Decimal(20)
    max_droplets: int = 1000
    max_images: int = 10_000
    memory_overcommit: float = 1.0
    memory_reserve_megabytes: float = 512.0
    disk_overcommit: float = 10.0  # disks are thin, and a full one halts guests without harm
    reserve_gigabytes: float = 2.0
    max_image_gigabytes: float = 100.0  # of uploads, and of the virtual disks of Images that are imported
    keep_retired_hours: float = 24.0
    keep_trash_hours: float = 24.0
    check_megabytes_per_second: float = 50.0
    keep_history_days: float = 90.0
    keep_history_actions: int = 100_000
    simulate: bool = False
    simulated_in_memory: bool = False  # keep nothing of a simulation on a disk
    simulated_memory_gigabytes: float = 65_536.0
    simulated_disk_gigabytes: float = 4_194_304.0

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The listen address, taken apart. Raises Invalid."""
        host, _, port = self.listen.rpartition(":")
        if not port.isdecimal() or not 0 <= int(port) <= 65535:
            raise Invalid(f"DEW_LISTEN must be ADDRESS:PORT, such as 127.0.0.1:8080; it is {self.listen!r}.")
        return host.strip("[]") or "127.0.0.1", int(port)

    @property
    def images(self) -> Path:
        """Where built image files are kept, to be used again."""
        return self.image_cache or self.data / "cache" / "images"

    @property
    def reserve_bytes(self) -> int:
        """Disk that Actions may not eat."""
        return int(self.reserve_gigabytes * 2**30)


def load(environment: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration. Raises Invalid, naming the setting, where one makes no sense."""
    data = Path(environment.get("DEW_DATA") or default_data()).absolute()
    values: dict[str, Any] = {"data": data, **_from_file(data / "dew.toml")}
    values |= _from_environment(environment)
    config = Config(**values)
    check(config)
    return config


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        return {}  # the data directory is none, which is told where it is used
    except OSError as error:
        raise Invalid(f"{path} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is not a TOML file: {error}") from error
    return {name: _convert(name, value, str(path)) for name, value in content.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    named = {f"DEW_{field.name.upper()}": field.name for field in dataclasses.fields(Config)}
    del named["DEW_DATA"]
    return {
        name: _convert(name, environment[variable], variable)
        for variable, name in named.items()
        if environment.get(variable)
    }


def _convert(name: str, value: Any, source: str) -> Any:
    converters = _CONVERTERS
    if name not in converters:
        raise Invalid(f"{source} has no setting called {name!r}; docs/configuration.md lists them all.")
    try:
        return converters[name](value)
    except (ValueError, TypeError) as error:
        raise Invalid(f"{source}: {name} can't be {value!r}: {error}") from error


def _words(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    return tuple(str(item).strip() for item in items)


def _flag(value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError("say 1 or 0")
    return words[str(value).lower()]


def _positive(convert: Callable[[Any], float]) -> Callable[[Any], float]:
    def converted(value: Any) -> float:
        number = convert(value)
        if not 0 <= number < 1e9:
            raise ValueError("it must be 0 or more")
        return number

    return converted


def _amount(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("it must be a number") from None
    if not amount.is_finite() or not 0 <= amount < 1_000_000:
        raise ValueError("it must be 0 or more")
    return amount


def _prices(value: Any) -> dict[str, Decimal]:
    """Take a table of TOML, or words such as ``s-1vcpu-1gb=5.50``."""
    if not isinstance(value, dict):
        value = {slug: price for slug, _, price in (word.partition("=") for word in _words(value))}
    for slug in value:
        if slug not in SIZE_BY_SLUG:
            raise ValueError(f"there is no size {slug}; sizes are {', '.join(SIZE_BY_SLUG)}")
    return {slug: _amount(price) for slug, price in value.items()}


def _ports(value: Any) -> tuple[int, ...]:
    ports = tuple(int(word) for word in _words(value if not isinstance(value, int) else [value]))
    if not all(0 < port < 65536 for port in ports):
        raise ValueError("ports go from 1 to 65535")
    return ports


def _networks(value: Any) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(word) for word in _words(value))


def _one_of(*words: str) -> Callable[[Any], str]:
    def converted(value: Any) -> str:
        if value not in words:
            raise ValueError(f"it is one of {', '.join(words)}")
        return str(value)

    return converted


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "listen": str,
    "insecure_listen": _flag,
    "tls": _flag,
    "tls_certificate": Path,
    "tls_key": Path,
    "allowed_hosts": _words,
    "cors_origins": _words,
    "requests_per_hour": _positive(int),
    "requests_per_minute": _positive(int),
    "key_lists_per_minute": _positive(int),
    "region": str,
    "accelerator": _one_of("auto", "kvm", "tcg"),
    "network": IPv4Network,
    "ports": _ports,
    "resolver": _one_of("system", "none"),
    "catalogue": Path,
    "fetch_networks": _networks,
    "image_cache": Path,
    "shutdown_grace_seconds": _positive(float),
    "prices": _prices,
    "daily_backups_percent": _amount,
    "weekly_backups_percent": _amount,
    "max_droplets": _positive(int),
    "max_images": _positive(int),
    "memory_overcommit": _positive(float),
    "memory_reserve_megabytes": _positive(float),
    "disk_overcommit": _positive(float),
    "reserve_gigabytes": _positive(float),
    "max_image_gigabytes": _positive(float),
    "keep_retired_hours": _positive(float),
    "keep_trash_hours": _positive(float),
    "check_megabytes_per_second": _positive(float),
    "keep_history_days": _positive(float),
    "keep_history_actions": _positive(int),
    "simulate": _flag,
    "simulated_in_memory": _flag,
    "simulated_memory_gigabytes": _positive(float),
    "simulated_disk_gigabytes": _positive(float),
}


def check(config: Config) -> None:
    """Raise Invalid where settings do not go together."""
    if not config.network.is_loopback or config.network.prefixlen > 28:
        raise Invalid(
            f"network must lie in 127.0.0.0/8 and hold at least 16 addresses; it is {config.network}."
        )
    if (config.tls_certificate is None) != (config.tls_key is None):
        raise Invalid("tls_certificate and tls_key go together: set both or neither.")
    if config.simulated_in_memory and not config.simulate:
        raise Invalid("Only a simulation is kept in memory: set simulate too (dew up --simulate --memory).")
    if config.tls and config.tls_certificate:
        raise Invalid("tls makes a certificate of its own: set it, or tls_certificate and tls_key.")
    for path in (config.tls_certificate, config.tls_key):
        if path is not None and not os.access(path, os.R_OK):
            raise Invalid(f"The TLS file {path} can't be read.")
    if config.tls_certificate and config.tls_key:
        tls_context(config.tls_certificate, config.tls_key)
    if config.region not in REGION_BY_SLUG:
        raise Invalid(f"region is one of {', '.join(REGION_BY_SLUG)}; it is {config.region!r}.")
    host, _ = config.host_and_port
    local = host == "localhost" or host.startswith("127.") or host == "::1"
    encrypted = config.tls or config.tls_certificate is not None
    if not local and not encrypted and not config.insecure_listen:
        raise Invalid(
            f"{config.listen} can be reached from other machines, and tokens would travel unencrypted: set "
            "DEW_TLS=1, or tls_certificate and tls_key; or DEW_INSECURE_LISTEN=1 if something else encrypts."
        )


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what shows a certificate. Blocks. Raises Invalid when the two files can't be used for that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def no_password() -> str:
        raise Invalid(f"The TLS key {key} has a password, which nobody could type: take it off.")

    try:
        context.load_cert_chain(certificate, key, no_password)
    except (ssl.SSLError, OSError) as error:
        reason = (
            "they don't belong together" if "MISMATCH" in str(error) else f"they are no PEM files ({error})"
        )
        raise Invalid(f"{certificate} and {key} can't be used for TLS: {reason}.") from error
    return context
