"""The certificate that a running dewd shows, and how a newer one takes its place with no connection lost."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import structlog

from dew.config import Config, tls_context
from dew.daemon import authority
from dew.daemon.files import write_private
from dew.model.errors import Invalid

LOOK_EVERY_SECONDS = 60.0  # whoever renews the files that tls_certificate names has no other way to tell us
PEM_END = "-----END CERTIFICATE-----"

log = structlog.get_logger()


class ShownCertificate:
    """What dewd shows to who connects by TLS: a certificate of our own, renewed in time, or the user's."""

    def __init__(self, config: Config) -> None:
        self.context: ssl.SSLContext  # what connections begin with, once something is loaded
        self._config = config
        self._shown: tuple[bytes, bytes] | None = None
        self._trusted = ""
        self._complaint = ""

    def load(self) -> bool:
        """Have what is to be shown; return whether it is another than before. Blocks.

        Raises OSError, or Invalid when the files can't be used; what was shown before stays.
        """
        certificate, key, trusted = self._files()
        found = certificate.read_bytes(), key.read_bytes()
        if found == self._shown:
            return False
        newer = tls_context(certificate, key)
        own, end, _ = trusted.read_text().partition(PEM_END)  # it alone, not who signed it
        self._tell(own + end, self._trusted)  # both, for who reads it now and connects in a moment
        self._show(newer)
        self._tell(own + end)
        self._shown, self._trusted = found, own + end
        return True

    async def keep_fresh(self) -> None:
        """Take what is newer, for a dewd that runs for years; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                if await asyncio.to_thread(self.load):
                    log.info("took a newer certificate for TLS")
                self._complaint = ""
            except (OSError, Invalid) as error:
                self._complain(str(error))

    def _files(self) -> tuple[Path, Path, Path]:
        """Return where the certificate is, its key, and what the dew command of this machine is to trust."""
        config = self._config
        if config.tls_certificate and config.tls_key:
            return config.tls_certificate, config.tls_key, config.tls_certificate
        names = authority.names_here(config.host_and_port[0], config.allowed_hosts)
        papers = authority.ensure(config.data / "tls", names, datetime.now(UTC))
        return papers.certificate, papers.key, papers.authority

    def _tell(self, *trusted: str) -> None:
        """Write down for the dew command of this machine what proves that it speaks with us."""
        write_private(self._config.data / "certificate.pem", "\n".join(filter(None, trusted)))

    def _show(self, newer: ssl.SSLContext) -> None:
        # Loading a pair into a context that is in use goes wrong half-way when the two don't fit. Here a
        # connection gets one context or the other, whole; the callback is called without a name, too.
        def choose(connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
            connection.context = newer

        if self._shown is None:
            self.context = newer
        else:
            self.context.sni_callback = choose

    def _complain(self, complaint: str) -> None:
        if complaint != self._complaint:  # not every minute
            log.warning("the certificate for TLS stays as it was", error=complaint)
        self._complaint = complaint
