"""The authority of this machine: what it signs is accepted by clients, in time renewed, and its key kept."""

import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dew.daemon.authority import CERTIFICATE_LIFE, RENEW_BEFORE, Papers, ensure, names_here

NOW = datetime.now(UTC)
NAMES = names_here("127.0.0.1", ("dew.example",))


def verified(papers: Papers, name: str) -> bool:
    """Whether OpenSSL, trusting the authority alone, takes the certificate for ``name``."""
    which = "-verify_ip" if name.replace(".", "").isdigit() or ":" in name else "-verify_hostname"
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", which, name]
    done = subprocess.run(
        [*command, "-CAfile", str(papers.authority), str(papers.certificate)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is the judge here")
def test_it_is_accepted_for_the_names_of_this_machine_and_for_no_other(tmp_path: Path) -> None:
    papers = ensure(tmp_path / "tls", NAMES, NOW)
    assert all(verified(papers, name) for name in ("localhost", "127.0.0.1", "::1", "dew.example"))
    assert not verified(papers, "example.com")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(papers.certificate, papers.key)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    papers = ensure(tmp_path / "tls", NAMES, NOW)
    assert [path.stat().st_mode & 0o777 for path in (papers.key, papers.authority_key)] == [0o600, 0o600]
    assert papers.authority.stat().st_mode & 0o777 == 0o644


def test_what_is_valid_stays(tmp_path: Path) -> None:
    before = contents(ensure(tmp_path / "tls", NAMES, NOW))
    later = NOW + CERTIFICATE_LIFE - RENEW_BEFORE - timedelta(days=2)
    assert contents(ensure(tmp_path / "tls", NAMES, later)) == before


def test_a_certificate_is_renewed_in_time_and_the_authority_stays(tmp_path: Path) -> None:
    before = contents(ensure(tmp_path / "tls", NAMES, NOW))
    after = contents(ensure(tmp_path / "tls", NAMES, NOW + CERTIFICATE_LIFE - RENEW_BEFORE))
    assert after["authority.pem"] == before["authority.pem"]
    assert after["certificate.pem"] != before["certificate.pem"]


def test_an_authority_never_ends_before_what_it_signs(tmp_path: Path) -> None:
    before = contents(ensure(tmp_path / "tls", NAMES, NOW))
    papers = ensure(tmp_path / "tls", NAMES, NOW + timedelta(days=3600))
    assert contents(papers)["authority.pem"] != before["authority.pem"]


def test_another_name_gets_another_certificate(tmp_path: Path) -> None:
    before = contents(ensure(tmp_path / "tls", NAMES, NOW))
    after = contents(ensure(tmp_path / "tls", names_here("192.0.2.1"), NOW))
    assert after["authority.pem"] == before["authority.pem"]
    assert after["certificate.pem"] != before["certificate.pem"]


@pytest.mark.parametrize("name", ["authority.pem", "authority.key", "certificate.pem", "certificate.key"])
@pytest.mark.parametrize("content", [None, b"", b"garbage", "another"])
def test_what_is_lost_or_makes_no_sense_is_made_anew(
    tmp_path: Path, name: str, content: bytes | str | None
) -> None:
    papers = ensure(tmp_path / "tls", NAMES, NOW)
    (papers.directory / name).unlink()
    if content is not None:
        another = ensure(tmp_path / "other", NAMES, NOW).directory / name
        (papers.directory / name).write_bytes(content if isinstance(content, bytes) else another.read_bytes())
    ensure(tmp_path / "tls", NAMES, NOW)
    assert verified(papers, "localhost")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(papers.certificate, papers.key)


def contents(papers: Papers) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in papers.directory.iterdir()}
