"""A simulated Dew for the tests of other programs: DigitalOcean's API, on this machine, without its bill.

With pytest, a test that names the fixture ``dew`` gets one of its own (plugin.py). Anything else uses
``simulated()``. It is a dewd in a process of its own, so tests may use any client, in any language.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dew.client import Client

START_TIMEOUT_SECONDS = 60.0  # usually one; more is for build servers that are out of breath
STOP_TIMEOUT_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.02
ANY = "*"


@dataclass(frozen=True)
class SimulatedDew:
    """A running dewd that simulates; ``client`` speaks with it, and so may any other."""

    url: str
    token: str
    authority: Path | None  # to be trusted, where the URL is https
    client: Client = field(repr=False)

    def slow(self, seconds: float, kind: str = ANY) -> None:
        """Have Actions take so long, all or those of a kind (``snapshot``, ``create`` …)."""
        now = self.client.simulation()
        self.client.change_simulation({**now.delays, kind: seconds}, now.failures)

    def fail(self, kind: str = ANY, *, times: int | None = 1, **more: Any) -> None:
        """Have the next ``times`` Actions of a kind fail; None: all.

        ``more``: droplet_id, rate (from 0 to 1, at random), message.
        """
        now = self.client.simulation()
        self.client.change_simulation(now.delays, [*now.failures, {"kind": kind, "times": times, **more}])

    def calm(self) -> None:
        """Have nothing be slow or fail any more."""
        self.client.change_simulation({}, [])

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make clients use it, as they stand in docs/clients.md."""
        told = {
            "DIGITALOCEAN_ACCESS_TOKEN": self.token,
            "DIGITALOCEAN_TOKEN": self.token,
            "DIGITALOCEAN_API_TOKEN": self.token,
            "DIGITALOCEAN_API_URL": self.url,
            "DIGITALOCEAN_API_ENDPOINT": self.url,
            "DIGITALOCEAN_END_POINT": f"{self.url}/v2/",
        }
        if self.authority is not None:
            trusted = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
            told |= dict.fromkeys(trusted, str(self.authority))
        return told


@contextmanager
def simulated(*, tls: bool = False, **settings: object) -> Iterator[SimulatedDew]:
    """Run a simulated Dew, in memory, on a free port of 127.0.0.1. Raises RuntimeError if it does not start.

    ``settings`` are those of docs/configuration.md; there are no rate limits unless they are set.
    """
    with tempfile.TemporaryDirectory(prefix="dew-testing-") as directory:
        data = Path(directory) / "data"
        flags = ["--memory", *(["--tls"] if tls else [])]
        process = _start(data, flags, {"requests_per_minute": 0, "requests_per_hour": 0, **settings})
        try:
            yield _wait(process, data)
        finally:
            _stop(process)


def _start(data: Path, flags: list[str], settings: dict[str, object]) -> "subprocess.Popen[bytes]":
    own = {f"DEW_{name.upper()}": str(value) for name, value in settings.items()}
    others = {name: value for name, value in os.environ.items() if not name.startswith("DEW_")}
    with (data.parent / "said").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "dew.daemon", "--simulate", *flags],
            env={**others, "DEW_DATA": str(data), "DEW_LISTEN": "127.0.0.1:0", **own},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


def _wait(process: "subprocess.Popen[bytes]", data: Path) -> SimulatedDew:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(FileNotFoundError):
            url = (data / "address").read_text().strip()
            certificate = data / "certificate.pem" if url.startswith("https") else None
            token = (data / "token").read_text().strip()
            client = Client(url, token, certificate)
            if client.healthy():
                authority = data / "tls" / "authority.pem" if certificate else None
                return SimulatedDew(url, token, authority, client)
        time.sleep(LOOK_EVERY_SECONDS)
    said = (data.parent / "said").read_text(errors="replace")
    raise RuntimeError(f"dewd did not start. It said: {said or 'nothing'}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
