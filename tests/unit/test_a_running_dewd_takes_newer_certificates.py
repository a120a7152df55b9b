"""A dewd that runs on shows a certificate that is valid, its own or the user's, and no connection is lost."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.certificate import own_certificate

from dew.client import Client
from dew.daemon.listening import STOP_GRACE_SECONDS

PATIENCE_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.05
DEWD = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from dew.daemon import certificate, process

class Clock:
    @staticmethod
    def now(zone):
        return datetime.now(zone) - timedelta(days=int(days.read_text()))

days = Path(sys.argv[1])
certificate.datetime = Clock
certificate.LOOK_EVERY_SECONDS = 0.1
sys.argv = ["dewd", "--simulate", "--memory", *sys.argv[2:]]
process.main()
"""


class Dewd:
    """One that runs, with a connection that is kept all the while and never opened anew."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.days_ago = data.parent / "days-ago"

    @contextmanager
    def running(self, *flags: str, **settings: str) -> Iterator[None]:
        own = {"DEW_DATA": str(self.data), "DEW_LISTEN": "127.0.0.1:0", **settings}
        command = [sys.executable, "-c", DEWD, str(self.days_ago), *flags]
        with ExitStack() as stack:
            process = stack.enter_context(subprocess.Popen(command, env=os.environ | own))
            try:
                eventually("dewd answers", lambda: (self.data / "address").exists() and self.client.healthy())
                self.kept = stack.enter_context(closing(self._connection()))
                self.kept.connect()
                self.kept.auto_open = 0
                yield
            finally:
                process.terminate()
                process.wait(PATIENCE_SECONDS)

    @property
    def client(self) -> Client:
        """What the dew command is, trusting what dewd wrote down."""
        url = (self.data / "address").read_text().strip()
        return Client(url, (self.data / "token").read_text().strip(), self.data / "certificate.pem")

    def shown(self) -> bytes:
        """Return the certificate that a new connection gets; the kept one and the dew command still work."""
        self.kept.request("GET", "/healthz")
        assert self.kept.getresponse().read()
        self.client.status()  # tried again, as every reading request of the dew command
        for attempt in (1, 2):  # what is trusted is read, and may be exchanged before the connection is there
            try:
                with closing(self._connection()) as connection:
                    connection.connect()
                    return bytes(connection.sock.getpeercert(binary_form=True))
            except ssl.SSLCertVerificationError:
                assert attempt == 1
        raise AssertionError("the loop returns or raises")

    def _connection(self) -> HTTPSConnection:
        parts = urlsplit((self.data / "address").read_text().strip())
        trust = ssl.create_default_context(cafile=self.trusted)
        return HTTPSConnection(parts.hostname or "", parts.port, context=trust)

    @property
    def trusted(self) -> Path:
        authority = self.data / "tls" / "authority.pem"
        return authority if authority.exists() else self.data / "certificate.pem"


def eventually(what: str, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what} never came true"
        time.sleep(LOOK_EVERY_SECONDS)


def test_a_certificate_that_is_about_to_run_out_is_renewed_and_shown(tmp_path: Path) -> None:
    dewd = Dewd(tmp_path / "data")
    dewd.days_ago.write_text("380")
    with dewd.running("--tls"):
        before = dewd.shown()
        assert dewd.shown() == before
        dewd.days_ago.write_text("0")
        eventually("another one is shown", lambda: dewd.shown() != before)
        begun = time.monotonic()
    assert time.monotonic() - begun < STOP_GRACE_SECONDS, "a kept connection held up the end"


def test_renewed_files_of_the_user_are_taken_when_they_fit_together(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    certificate, key = own_certificate(tmp_path / "old")
    newer, newer_key = own_certificate(tmp_path / "new")
    dewd = Dewd(tmp_path / "data")
    dewd.days_ago.write_text("0")
    with dewd.running(DEW_TLS_CERTIFICATE=str(certificate), DEW_TLS_KEY=str(key)):
        before = dewd.shown()
        newer.replace(certificate)
        log = dewd.data / "log" / "dewd.log"
        eventually("it says that they don't fit", lambda: "don't belong together" in log.read_text())
        assert dewd.shown() == before
        newer_key.replace(key)
        eventually("the newer one is shown", lambda: dewd.shown() != before)
        assert ssl.DER_cert_to_PEM_cert(dewd.shown()) in certificate.read_text()
