"""Certificates of one's own: an authority of this machine, and what dewd shows, which it signs.

DEW_DATA/tls/  authority.pem        to be trusted by clients on this machine and others
               authority.key        signs; readable by dewd's user only
               certificate.pem/key  what dewd shows

Some clients insist on HTTPS, and none can be given a certificate that the world trusts for 127.0.0.1.
"""

import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dew.daemon.listening import ALL_ADDRESSES
from dew.storage.durable import make_directory

AUTHORITY_LIFE = timedelta(days=3650)  # trusting it again is work for people, so it lives long
CERTIFICATE_LIFE = timedelta(days=397)  # what lives longer is refused by some clients
RENEW_BEFORE = timedelta(days=30)
AHEAD = timedelta(days=1)  # valid since before now: clocks differ
HERE = ("localhost", "127.0.0.1", "::1")

log = structlog.get_logger()


@dataclass(frozen=True)
class Papers:
    """Where the authority and the certificate are."""

    directory: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, for whoever is to trust it."""
        return self.directory / "authority.pem"

    @property
    def authority_key(self) -> Path:
        """What signs."""
        return self.directory / "authority.key"

    @property
    def certificate(self) -> Path:
        """What dewd shows."""
        return self.directory / "certificate.pem"

    @property
    def key(self) -> Path:
        """What belongs to it."""
        return self.directory / "certificate.key"


def names_here(listen: str, further: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names that this dewd is called by; ``listen`` is the address it listens on."""
    own = () if listen in ALL_ADDRESSES else (listen,)
    stripped = (name.strip("[]") for name in (*HERE, socket.gethostname(), *own, *further))
    return tuple(dict.fromkeys(name.lower() for name in stripped if name))


def ensure(directory: Path, names: Sequence[str], now: datetime) -> Papers:
    """Have an authority and a certificate for ``names`` that are valid for a while; what is not is made anew.

    Blocks. Raises OSError.
    """
    papers = Papers(directory)
    make_directory(directory, 0o711)
    directory.chmod(0o711)  # others may read the authority, by its name
    authority = _loaded(papers.authority, papers.authority_key)
    if authority is None or _ends(authority[0], now + CERTIFICATE_LIFE):
        authority = _new_authority(now)
        _write(papers.authority, papers.authority_key, *authority)
        log.info("made an authority for TLS, to be trusted by clients", path=str(papers.authority))
    found = _loaded(papers.certificate, papers.key)
    if found is None or _ends(found[0], now + RENEW_BEFORE) or not _fits(found[0], authority[0], names):
        _write(papers.certificate, papers.key, *_new_certificate(authority, names, now))
    return papers


Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _loaded(certificate: Path, key: Path) -> Pair | None:
    """Return what is there, None if nothing is or it makes no sense."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != found.public_key():
        return None
    return found, private


def _ends(certificate: x509.Certificate, before: datetime) -> bool:
    return certificate.not_valid_after_utc < before


def _fits(certificate: x509.Certificate, authority: x509.Certificate, names: Sequence[str]) -> bool:
    """Whether the authority signed it, for just these names."""
    try:
        certificate.verify_directly_issued_by(authority)
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:
        return False
    return alternative == _alternative(names)


def _new_authority(now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(f"Dew on {socket.gethostname()}"[:64])
    builder = _builder(name, name, key.public_key(), now, AUTHORITY_LIFE)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256()), key


def _new_certificate(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    issuer, signing_key = authority
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_named("dewd"), issuer.subject, key.public_key(), now, CERTIFICATE_LIFE)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (_alternative(names), False),
        (identifier, False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signing_key, hashes.SHA256()), key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - AHEAD)
        .not_valid_after(now - AHEAD + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(names: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_general_name(name) for name in names])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(certificate: Path, key: Path, made: x509.Certificate, private: ec.EllipticCurvePrivateKey) -> None:
    """Write the key first: a certificate without its key would be taken for one that is there."""
    encoding, no_password = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, no_password)
    _replace(key, pem, 0o600)
    _replace(certificate, made.public_bytes(encoding), 0o644)


def _replace(path: Path, content: bytes, mode: int) -> None:
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
