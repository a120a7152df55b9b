"""Receiving an export: over broken connections, never a part of it under the name of the whole."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.mirror import Exchange, Mirror, mirror

from dew.cli import snapshot_export
from dew.cli.failure import Exit, Failure
from dew.client import ApiError, Client, Export, Snapshot

CONTENT = bytes(range(256)) * 20_000
NOW = datetime.now(UTC)
SNAPSHOT = Snapshot(7, "2024-05-01", NOW)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
EXPORT = Export("dew-snapshot", 1, "2024-05-01", NOW, 2**30, len(CONTENT), SHA256)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_export, "PAUSE_SECONDS", 0.001)


@asynccontextmanager
async def sending(content: bytes, *breaks: int, etag: str = f'"{SHA256}"') -> AsyncIterator[Mirror]:
    """A dewd that sends ``content``, and breaks off after so many bytes the first times that it is asked."""
    left = list(breaks)

    async def answer(exchange: Exchange) -> None:
        exchange.headers.setdefault("range", "bytes=0-")
        start = exchange.offset
        if exchange.headers.get("if-range") != etag:
            await exchange.begin("200 OK", Content_Length=len(content))
            return
        where = f"bytes {start}-{len(content) - 1}/{len(content)}"
        await exchange.begin("206 Partial", Content_Length=len(content) - start, Content_Range=where)
        await exchange.send(content[start:][: left.pop(0) if left else None])

    async with mirror(answer) as server:
        yield server


async def receive(server: Mirror, disk: Path) -> None:
    client = Client(server.url, "token")
    await asyncio.to_thread(snapshot_export._fetch, client, SNAPSHOT, EXPORT, disk)


async def test_a_broken_download_goes_on_where_it_broke(tmp_path: Path) -> None:
    disk = tmp_path / "disk.qcow2"
    async with sending(CONTENT, 1_000_000, 0, 2_500_000) as server:
        await receive(server, disk)
    assert disk.read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["disk.qcow2"]
    offsets = [each.offset for each in server.seen]
    assert offsets[:3] == [0, 1_000_000, 1_000_000]
    assert offsets[3] > 3_000_000


async def test_what_came_is_kept_for_the_next_time(tmp_path: Path) -> None:
    disk = tmp_path / "disk.qcow2"
    async with sending(CONTENT, 2_000_000, *[0] * 100) as server:
        with pytest.raises(Failure, match="the same command goes on") as told:
            await receive(server, disk)
    assert told.value.code is Exit.UNREACHABLE
    assert not disk.exists()
    async with sending(CONTENT) as server:
        await receive(server, disk)
    assert disk.read_bytes() == CONTENT
    assert server.seen[0].offset == 2_000_000


async def test_bytes_that_changed_on_the_way_are_not_kept(tmp_path: Path) -> None:
    disk = tmp_path / "disk.qcow2"
    async with sending(CONTENT[:-1] + b"?") as server:
        with pytest.raises(Failure, match="checksum differs"):
            await receive(server, disk)
    assert list(tmp_path.iterdir()) == []


async def test_an_export_that_is_another_one_by_now_is_not_mixed_in(tmp_path: Path) -> None:
    async with sending(CONTENT, etag='"another"') as server:
        with pytest.raises(ApiError, match="another one"):
            await receive(server, tmp_path / "disk.qcow2")
    assert not (tmp_path / "disk.qcow2").exists()


async def test_a_file_that_is_there_is_kept_whatever_it_is(tmp_path: Path) -> None:
    disk = tmp_path / "disk.qcow2"
    async with sending(CONTENT) as server:
        disk.write_bytes(CONTENT)
        await receive(server, disk)
        disk.write_bytes(b"somebody else's")
        with pytest.raises(Failure, match="something else"):
            await receive(server, disk)
    assert server.seen == []
    assert disk.read_bytes() == b"somebody else's"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("2024-05-01", "2024-05-01"),
        ("before / after", "before-after"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("…", "snapshot"),
        ("größer", "größer"),
        ("x" * 255, "x" * 200),
        ("ü" * 255, "ü" * 100),
    ],
)
def test_a_snapshots_name_makes_a_file_name(name: str, file: str) -> None:
    assert snapshot_export.file_name(name) == file
