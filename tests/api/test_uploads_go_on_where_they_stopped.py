"""Uploads over the API: broken off, gone on with, bounded, and gone when nobody comes back."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dew.database.connect import Database
from dew.model.action import ActionState
from dew.model.errors import Conflict, Transient
from dew.storage.memory import MemoryStore
from dew.storage.store import Room
from dew.streams import uploads as streams
from tests.api.house import LARGEST_IMAGE_BYTES, House, open_house
from tests.small_disk import eight_mebibytes, takes_root

__all__ = ["eight_mebibytes"]  # a fixture
CONTENT = os.urandom(300_000)


async def begin(house: House, content: bytes = CONTENT, **more: Any) -> int:
    body = {"file_name": "disk.raw", "size_bytes": len(content), **more}
    made = await house.client.post("/dew/v1/uploads", json=body)
    assert made.status_code == 201, made.text
    return int(made.json()["upload"]["id"])


async def patch(house: House, upload_id: int, offset: int, content: Any) -> httpx2.Response:
    headers = {"upload-offset": str(offset)}
    return await house.client.patch(f"/dew/v1/uploads/{upload_id}", content=content, headers=headers)


async def offset(house: House, upload_id: int) -> int:
    answer = await house.client.head(f"/dew/v1/uploads/{upload_id}")
    return int(answer.headers["upload-offset"])


def file_of(directory: Path, upload_id: int) -> Path:
    return directory / "uploads" / f"upload-{upload_id}"


class Gone(Exception):
    """What a broken connection raises, whatever it is called."""


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def broken_after(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise Gone


async def test_a_file_arrives_in_pieces_as_it_was_sent(house: House, directory: Path) -> None:
    upload_id = await begin(house)
    for start in range(0, len(CONTENT), 100_000):
        answer = await patch(house, upload_id, start, CONTENT[start : start + 100_000])
        assert answer.json()["upload"]["received_bytes"] == start + 100_000
    assert file_of(directory, upload_id).read_bytes() == CONTENT


async def test_what_came_before_the_connection_broke_is_kept(house: House, directory: Path) -> None:
    upload_id = await begin(house)
    with pytest.raises(Gone):
        await house.parts.uploads.receive(upload_id, 0, broken_after(CONTENT[:70_000]))
    assert await offset(house, upload_id) == 70_000
    await patch(house, upload_id, 70_000, CONTENT[70_000:])
    assert file_of(directory, upload_id).read_bytes() == CONTENT


async def test_an_upload_survives_a_restart_of_dewd(directory: Path) -> None:
    async with open_house(directory) as house:
        upload_id = await begin(house)
        await patch(house, upload_id, 0, CONTENT[:70_000])
    with file_of(directory, upload_id).open("ab") as file:
        file.write(b"what a power cut left behind, and nobody acknowledged")
    database = await Database.open(directory / "dew.db", durable=False)
    limits = {"largest_bytes": LARGEST_IMAGE_BYTES, "reserve_bytes": 0}
    now = partial(datetime.now, UTC)
    after = streams.Uploads(database, MemoryStore(), directory / "uploads", now, **limits)
    assert (await after.get(upload_id)).received_bytes == 70_000
    await after.receive(upload_id, 70_000, pieces(CONTENT[70_000:]))
    assert file_of(directory, upload_id).read_bytes() == CONTENT
    await database.close()


async def test_bytes_at_another_offset_are_refused_with_the_right_one(house: House) -> None:
    upload_id = await begin(house)
    await patch(house, upload_id, 0, CONTENT[:1000])
    for wrong in (0, 999, 1001):
        refused = await patch(house, upload_id, wrong, b"x")
        assert (refused.status_code, refused.json()["id"]) == (409, "conflict")
        assert "1000 bytes are here already" in refused.json()["message"]


async def test_more_than_was_announced_is_refused(house: House) -> None:
    upload_id = await begin(house)
    refused = await patch(house, upload_id, 0, CONTENT + b"x")
    assert refused.status_code == 422
    assert "announced" in refused.json()["message"]


async def test_a_body_may_be_larger_than_any_other_request_s(house: House) -> None:
    content = os.urandom(3 << 20)
    upload_id = await begin(house, content)
    assert (await patch(house, upload_id, 0, content)).status_code == 200
    assert (await house.client.put("/v2/images/1", content=content)).status_code == 413


async def test_who_comes_again_takes_over_from_a_connection_that_died_silently(
    house: House, directory: Path
) -> None:
    upload_id, never = await begin(house), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield CONTENT[:50_000]
        await never.wait()

    old = asyncio.create_task(house.parts.uploads.receive(upload_id, 0, stalled()))
    await asyncio.sleep(0.05)
    assert (await patch(house, upload_id, 0, CONTENT)).status_code == 409, "the old one's bytes are kept"
    with pytest.raises(Conflict, match="Another connection"):
        await old
    await patch(house, upload_id, 50_000, CONTENT[50_000:])
    assert file_of(directory, upload_id).read_bytes() == CONTENT


async def test_two_at_once_never_mix_their_bytes(house: House, directory: Path) -> None:
    upload_id = await begin(house)
    await asyncio.gather(*(patch(house, upload_id, 0, CONTENT) for _ in range(5)))
    assert await offset(house, upload_id) == len(CONTENT)
    assert file_of(directory, upload_id).read_bytes() == CONTENT


async def test_a_silent_client_is_not_waited_for_without_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SILENCE_SECONDS", 0.05)
    upload_id, never = await begin(house), asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield CONTENT[:50_000]
        await never.wait()

    with pytest.raises(Transient, match="Nothing came"):
        await house.parts.uploads.receive(upload_id, 0, stalled())
    assert await offset(house, upload_id) == 50_000


@pytest.mark.parametrize("size_bytes", [0, -1, LARGEST_IMAGE_BYTES + 1, "much", None, 2**70])
async def test_impossible_sizes_are_refused(house: House, size_bytes: object) -> None:
    await house.refused("POST", "/dew/v1/uploads", {"file_name": "x", "size_bytes": size_bytes})


async def test_there_is_a_bound_on_uploads(house: House) -> None:
    ids = [await begin(house) for _ in range(streams.MAX_UPLOADS)]
    body = {"file_name": "x", "size_bytes": 1}
    await house.refused("POST", "/dew/v1/uploads", body, status=429)
    await house.ok("DELETE", f"/dew/v1/uploads/{ids[0]}")
    await begin(house)


async def test_what_failed_imports_gave_back_makes_room_for_others(house: House, directory: Path) -> None:
    ids = [await begin(house, b"x") for _ in range(streams.MAX_UPLOADS)]
    for upload_id in ids[3:]:
        await patch(house, upload_id, 0, b"x")
    newest = await begin(house)
    left = [each["id"] for each in (await house.ok("GET", "/dew/v1/uploads"))["uploads"]]
    assert left == [*ids[:3], *ids[4:], newest], "the oldest that is whole is gone"
    assert not file_of(directory, ids[3]).exists()


async def test_uploads_may_not_eat_the_reserve_not_even_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = 2 * 2**30

    async def room() -> Room:
        return Room(10 * 2**30, reserve + 1000)

    monkeypatch.setattr(house.parts.uploads._store, "room", room)
    await begin(house, bytes(600))
    message = await house.refused("POST", "/dew/v1/uploads", {"file_name": "x", "size_bytes": 600})
    assert "400 are free" in message


async def test_an_upload_that_nobody_goes_on_with_expires(
    house: House, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = await begin(house)
    await patch(house, upload_id, 0, CONTENT)
    (directory / "uploads" / "upload-99").write_bytes(b"of nobody")
    await house.parts.uploads.tidy()
    assert file_of(directory, upload_id).exists(), "it is young"
    now = house.parts.uploads._now() + timedelta(hours=streams.KEPT_HOURS, minutes=1)
    monkeypatch.setattr(house.parts.uploads, "_now", lambda: now)
    await house.parts.uploads.tidy()
    assert not list((directory / "uploads").iterdir())
    assert (await house.get(f"/dew/v1/uploads/{upload_id}")).status_code == 404


async def test_a_wrong_checksum_is_found_and_the_file_has_to_be_sent_again(house: House) -> None:
    upload_id = await begin(house, sha256=hashlib.sha256(b"another file").hexdigest())
    await patch(house, upload_id, 0, CONTENT)
    body = {"upload_id": upload_id, "name": "mine"}
    action = (await house.ok("POST", "/dew/v1/images/import", body))["action"]
    ended = await house.finished(action["id"])
    assert "checksum differs" in ended.error
    assert await offset(house, upload_id) == 0


async def test_an_upload_can_be_imported_only_when_it_is_whole_and_once_at_a_time(house: House) -> None:
    upload_id = await begin(house)
    body = {"upload_id": upload_id, "name": "mine"}
    assert "0 of the upload's 300000" in await house.refused("POST", "/dew/v1/images/import", body)
    await patch(house, upload_id, 0, CONTENT)
    action = (await house.ok("POST", "/dew/v1/images/import", body))["action"]
    assert "imported already" in await house.refused("POST", "/dew/v1/images/import", body)
    assert (await patch(house, upload_id, len(CONTENT), b"")).status_code == 422
    await house.refused("DELETE", f"/dew/v1/uploads/{upload_id}")
    await house.finished(action["id"])


async def test_nobody_uploads_without_a_token(house: House) -> None:
    async with house.client_with("wrong") as stranger:
        answer = await stranger.patch("/dew/v1/uploads/1", content=b"x", headers={"upload-offset": "0"})
        assert answer.status_code == 401


async def test_a_file_that_somebody_took_away_is_sent_again_from_the_beginning(
    house: House, directory: Path
) -> None:
    upload_id = await begin(house)
    await patch(house, upload_id, 0, CONTENT[:1000])
    file_of(directory, upload_id).unlink()
    assert "0 bytes are here" in (await patch(house, upload_id, 1000, CONTENT[1000:])).json()["message"]
    await patch(house, upload_id, 0, CONTENT)
    file_of(directory, upload_id).unlink()
    body = {"upload_id": upload_id, "name": "mine"}
    action = (await house.ok("POST", "/dew/v1/images/import", body))["action"]
    ended = await house.finished(action["id"])
    assert (ended.state, ended.error[:26]) == (ActionState.ERRORED, "Could not read the image: ")


@takes_root
async def test_an_upload_that_filled_the_disk_goes_on_when_there_is_room(
    house: House, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.parts.uploads, "_directory", small_disk)
    content, ballast = os.urandom(6 << 20), small_disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    upload_id = await begin(house, content)
    full = await patch(house, upload_id, 0, content)
    assert full.status_code == 422
    assert "full" in full.json()["message"]
    ballast.unlink()
    kept = await offset(house, upload_id)
    assert kept > 3 << 20, "what fitted is kept"
    await patch(house, upload_id, kept, content[kept:])
    assert (small_disk / f"upload-{upload_id}").read_bytes() == content
