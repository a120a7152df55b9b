"""Logs that a guest can make grow are bounded, and keep the newest."""

import os
from pathlib import Path

from dew.compute.console import append_bounded, last_words, trim


def test_a_console_log_is_turned_over_and_never_exceeds_twice_its_limit(tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    for number in range(100):
        append_bounded(log, f"line {number}\n".encode(), limit_bytes=100)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * (100 + 8)
    kept = log.with_name("console.log.1").read_bytes() + (log.read_bytes() if log.exists() else b"")
    assert kept.endswith(b"line 99\n")


def test_a_console_log_is_for_the_owners_eyes(tmp_path: Path) -> None:
    append_bounded(tmp_path / "console.log", b"secret")
    assert (tmp_path / "console.log").stat().st_mode & 0o077 == 0


def test_a_log_that_another_appends_to_is_cut_in_place_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "qemu.log"
    writer = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(writer, b"old" * 100)
    trim(log, limit_bytes=100)
    os.write(writer, b"new")
    os.close(writer)
    assert log.stat().st_size == 53
    assert last_words(log).endswith("oldnew")


def test_a_log_that_is_not_there_has_no_last_words(tmp_path: Path) -> None:
    trim(tmp_path / "none")
    assert last_words(tmp_path / "none") == ""
