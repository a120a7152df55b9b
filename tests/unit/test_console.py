"""Logs that a guest can make grow are bounded, and keep the newest; who looks at a console sees all of it."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dew.compute import console as console_module
from dew.compute.console import Console, append_bounded, last_words, recent_output, trim
from dew.compute.viewers import BACKLOG_LIMIT_BYTES, Viewer, Viewers
from dew.model.errors import Transient


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


async def nowhere(typed: bytes) -> None:
    """Take what is typed, and do nothing."""


async def test_a_terminal_is_shown_colours_of_before_and_not_asked_what_nobody_waits_for() -> None:
    before = b"\x1b[31mred\x1b[0m\x1b[6n\x05\x1b[c\x1b[?1;2c\x1b]11;?\x07\x1bZ\x1b[?2026$p\x1b[2K name"
    assert await Viewer(before, nowhere).read() == b"\x1b[31mred\x1b[0m\x1b[2K name"


async def test_who_lags_behind_is_told_and_nobody_else_notices() -> None:
    viewers = Viewers()
    slow, quick = (viewers.add(Viewer(b"", nowhere)) for _ in range(2))
    piece = b"x" * (BACKLOG_LIMIT_BYTES // 4)
    for _ in range(5):
        viewers.feed(piece)
        assert await quick.read() == piece
    with pytest.raises(Transient, match="open it again"):
        await slow.read()


def test_what_was_said_before_is_bounded_and_begins_with_a_line(tmp_path: Path) -> None:
    log = tmp_path / "console.log"
    assert recent_output(log) == b""
    for number in range(100):
        append_bounded(log, b"line %d\n" % number, limit_bytes=300)
    recent = recent_output(log, limit_bytes=200)
    assert 150 < len(recent) <= 200
    assert re.fullmatch(rb"(line \d+\n)+", recent)
    assert recent.endswith(b"line 99\n")


@pytest_asyncio.fixture
async def guest(tmp_path: Path) -> AsyncIterator[tuple[Console, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A console, and the guest's end of it."""
    came: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await came.put((reader, writer))

    server = await asyncio.start_unix_server(take, str(tmp_path / "socket"), limit=1024)
    console = Console(tmp_path / "socket", tmp_path / "console.log")
    console.open()
    reader, writer = await came.get()
    yield console, reader, writer
    writer.close()
    await console.close()
    server.close()


async def test_what_is_typed_for_a_guest_that_takes_nothing_does_not_pile_up(
    guest: tuple[Console, asyncio.StreamReader, asyncio.StreamWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_module, "INPUT_LIMIT_SECONDS", 0.1)
    console, _, _ = guest
    viewer = await console.view()

    async def paste_a_novel() -> None:
        for _ in range(64):
            await viewer.write(b"x" * 65536)

    with pytest.raises(Transient, match="does not take"):
        await paste_a_novel()


async def test_a_viewer_misses_nothing_and_sees_nothing_twice_whenever_it_comes(
    guest: tuple[Console, asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    console, _, writer = guest
    lines = b"".join(b"line %d\n" % number for number in range(500))
    seen = []

    async def look() -> None:
        viewer, came = await console.view(), b""
        while not came.endswith(b"line 499\n"):
            came += await viewer.read()
        seen.append(came)

    looking = []
    for start in range(0, len(lines), 50):
        writer.write(lines[start : start + 50])
        looking.append(asyncio.create_task(look()))
        await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await asyncio.gather(*looking)
    assert set(seen) == {lines}
