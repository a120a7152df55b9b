"""dewd from outside: how it ends, what it leaves, what it says when it can't start."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.certificate import own_certificate

from dew.config import load
from dew.daemon.process import lock
from dew.journal import FILE_BYTES, KEPT_FILES
from dew.model.errors import Invalid

DYING = """
import sys
from dew.daemon import process, service
async def run(self): raise RuntimeError("a fault of ours")
service.Sweeper.run = run
sys.argv = ["dewd", "--simulate"]
process.main()
"""
CHATTY = """
import sys, structlog
from pathlib import Path
from dew import journal
journal.start(Path(sys.argv[1]))
for _ in range(30_000): structlog.get_logger().warning("x" * 1000)
"""

SIMULATED = """
import sys
from dew.daemon import process
process._daemon_class()
from dew.daemon import simulated_drivers
print(sorted({"alembic", "cryptography", "oslo_utils", "dew.compute.qemu", "dew.doctor"} & set(sys.modules)))
"""


def dewd(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DEW_DATA": str(data), "DEW_LISTEN": "127.0.0.1:0"}
    command = [sys.executable, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_dewd_that_ends_for_a_fault_of_its_own_is_started_again(tmp_path: Path) -> None:
    """Both systemd units say Restart=on-failure: an exit code of 0 is no failure."""
    done = dewd(tmp_path, "-c", DYING)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("dewd: A background loop died")


def test_a_simulation_starts_without_what_only_real_droplets_need(tmp_path: Path) -> None:
    """Else it is not up within a second; bench/starts.py measures that."""
    assert dewd(tmp_path, "-c", SIMULATED).stdout == "[]\n"


def test_what_dewd_says_is_bounded_where_stderr_is_a_file(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("wb") as output:
        command = [sys.executable, "-c", CHATTY, str(tmp_path / "log" / "dewd.log")]
        subprocess.run(command, stderr=output, timeout=60, check=True)
    assert (tmp_path / "stderr").stat().st_size == 0
    kept = sum(path.stat().st_size for path in (tmp_path / "log").iterdir())
    assert kept <= (KEPT_FILES + 1) * FILE_BYTES


def test_guests_can_pass_through_a_data_directory_that_dewd_made(tmp_path: Path) -> None:
    before = os.umask(0o077)  # as dewd itself sets it before it makes the directory
    try:
        lock(tmp_path / "data").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o711


@pytest.mark.parametrize("place", ["a file", "/proc/nowhere"])
def test_a_data_directory_that_cannot_be_one_is_told_in_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()
    done = dewd(tmp_path / place, "-m", "dew.daemon", "--simulate")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "can't be Dew's data directory" in done.stderr


def test_tls_files_that_do_not_fit_are_told_in_a_sentence(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    certificate, _ = own_certificate(tmp_path / "one")
    _, key = own_certificate(tmp_path / "other")
    where = {"DEW_DATA": str(tmp_path), "DEW_TLS_CERTIFICATE": str(certificate)}
    with pytest.raises(Invalid, match="don't belong together"):
        load({**where, "DEW_TLS_KEY": str(key)})
    with pytest.raises(Invalid, match="no PEM files"):
        load({**where, "DEW_TLS_KEY": __file__})
    locked = tmp_path / "locked.pem"
    command = ["openssl", "pkey", "-in", str(key), "-aes256", "-passout", "pass:x", "-out", str(locked)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with pytest.raises(Invalid, match="has a password"):
        load({**where, "DEW_TLS_KEY": str(locked)})


def test_a_configuration_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "dew.toml").mkdir()
    with pytest.raises(Invalid, match="can't be read"):
        load({"DEW_DATA": str(tmp_path)})
