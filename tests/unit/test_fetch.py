"""Downloads: whole and verified or not there, whatever the server does."""

import asyncio
import errno
import hashlib
import socket
import ssl
import subprocess
import time
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from tests.unit.mirror import Answer, Exchange, mirror

from dew.images.fetch import AddressPolicy, Checksum, Patience, fetch
from dew.images.partial import PIECE_BYTES
from dew.model.errors import Invalid, NoSpace, StepFailed, Transient

CONTENT = bytes(range(256)) * 12_000  # 3 MB: some pieces, the last one not whole
LOCAL = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))
ONLY_ONE = AddressPolicy((ip_network("127.0.0.1/32"),))
HASTY = Patience(connect_seconds=2, answer_seconds=0.5, piece_seconds=0.5, pause_seconds=0.01)


def sha256(content: bytes) -> Checksum:
    return Checksum("sha256", hashlib.sha256(content).hexdigest())


async def get(url: str, target: Path, **options: Any) -> None:
    defaults: dict[str, Any] = {
        "policy": LOCAL,
        "limit_bytes": 2**30,
        "room_bytes": 2**30,
        "checksum": sha256(CONTENT),
        "report": lambda *_: None,
        "patience": HASTY,
    }
    await fetch(url, target, **{**defaults, **options})


def leftovers(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


async def good(exchange: Exchange) -> None:
    await exchange.give(CONTENT)


async def test_a_download_arrives_whole_and_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    async with mirror(good) as server:
        await get(server.url, tmp_path / "image", report=lambda *far: told.append(far))
    assert (tmp_path / "image").read_bytes() == CONTENT
    assert leftovers(tmp_path) == {"image"}
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
async def test_what_has_another_checksum_never_gets_the_name(tmp_path: Path, algorithm: str) -> None:
    published = Checksum(algorithm, hashlib.new(algorithm, b"something else").hexdigest())
    async with mirror(good) as server:
        with pytest.raises(StepFailed, match="not what was published"):
            await get(server.url, tmp_path / "image", checksum=published)
    assert leftovers(tmp_path) == set()


def breaking_after(*lengths: int) -> Answer:
    left = list(lengths)

    async def answer(exchange: Exchange) -> None:
        await exchange.give(CONTENT, only_bytes=left.pop(0) if left else None)

    return answer


async def test_a_broken_connection_is_gone_on_with_where_it_broke(tmp_path: Path) -> None:
    async with mirror(breaking_after(5 * PIECE_BYTES, 4 * PIECE_BYTES)) as server:
        await get(server.url, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT
    assert [each.offset for each in server.seen] == [0, 5 * PIECE_BYTES, 9 * PIECE_BYTES]


async def test_a_body_that_is_always_truncated_ends_and_leaves_no_target(tmp_path: Path) -> None:
    async with mirror(breaking_after(*[PIECE_BYTES // 2] * 100)) as server:
        with pytest.raises(Transient, match="localhost"):
            await get(server.url, tmp_path / "image", checksum=None)
    assert not (tmp_path / "image").exists()
    assert len(server.seen) == HASTY.fruitless_tries


async def test_a_later_call_goes_on_with_what_an_earlier_one_left(tmp_path: Path) -> None:
    no_patience = Patience(fruitless_tries=0)
    async with mirror(breaking_after(6 * PIECE_BYTES)) as server:
        with pytest.raises(Transient):
            await get(server.url, tmp_path / "image", patience=no_patience)
        await get(server.url, tmp_path / "image")
    assert server.seen[-1].offset == 6 * PIECE_BYTES
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_cancelled_download_is_gone_on_with(tmp_path: Path) -> None:
    async def hanging(exchange: Exchange) -> None:
        if exchange.offset:
            return await good(exchange)
        await exchange.begin("200 OK", ETag='"1"', Content_Length=len(CONTENT))
        await exchange.send(CONTENT[: 3 * PIECE_BYTES])
        await asyncio.sleep(5)

    arrived = asyncio.Event()
    async with mirror(hanging) as server:
        task = asyncio.create_task(
            get(
                server.url,
                tmp_path / "image",
                patience=Patience(),
                report=lambda far, _: arrived.set() if far == 3 * PIECE_BYTES else None,
            )
        )
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await get(server.url, tmp_path / "image")
    assert [each.offset for each in server.seen] == [0, 3 * PIECE_BYTES]
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_bytes_that_a_power_cut_may_have_lost_are_fetched_again(tmp_path: Path) -> None:
    async with mirror(breaking_after(6 * PIECE_BYTES)) as server:
        with pytest.raises(Transient):
            await get(server.url, tmp_path / "image", patience=Patience(fruitless_tries=0))
        with (tmp_path / "image.part").open("r+b") as part:  # longer, but never synced: zeros
            part.truncate(8 * PIECE_BYTES)
        await get(server.url, tmp_path / "image", checksum=None)
    assert server.seen[-1].offset == 6 * PIECE_BYTES
    assert (tmp_path / "image").read_bytes() == CONTENT


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"url": 1}'])
async def test_a_note_that_is_nonsense_means_starting_over(tmp_path: Path, note: bytes) -> None:
    (tmp_path / "image.part").write_bytes(b"who knows")
    (tmp_path / "image.part.json").write_bytes(note)
    async with mirror(good) as server:
        await get(server.url, tmp_path / "image", checksum=None)
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_server_that_gives_less_than_it_was_asked_for_is_asked_again(tmp_path: Path) -> None:
    async def in_small_parts(exchange: Exchange) -> None:
        start = exchange.offset
        if not start:
            return await exchange.give(CONTENT, only_bytes=4 * PIECE_BYTES)
        end = min(start + 5 * PIECE_BYTES, len(CONTENT))
        where = f"bytes {start}-{end - 1}/{len(CONTENT)}"
        await exchange.begin("206 Partial", ETag='"1"', Content_Length=end - start, Content_Range=where)
        await exchange.send(CONTENT[start:end])

    async with mirror(in_small_parts) as server:
        await get(server.url, tmp_path / "image", checksum=None)
    assert [each.offset // PIECE_BYTES for each in server.seen] == [0, 4, 9]
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_server_without_ranges_gives_it_all_again(tmp_path: Path) -> None:
    lengths = [5 * PIECE_BYTES]

    async def without_ranges(exchange: Exchange) -> None:
        await exchange.begin("200 OK", ETag='"1"', Content_Length=len(CONTENT))
        await exchange.send(CONTENT[: lengths.pop() if lengths else None])

    async with mirror(without_ranges) as server:
        await get(server.url, tmp_path / "image")
    assert server.seen[-1].offset == 5 * PIECE_BYTES
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(tmp_path: Path) -> None:
    newer = CONTENT[::-1]

    async def changing(exchange: Exchange) -> None:
        if len(server.seen) == 1:
            await exchange.give(CONTENT, '"1"', only_bytes=5 * PIECE_BYTES)
        else:
            await exchange.give(newer, '"2"')

    async with mirror(changing) as server:
        await get(server.url, tmp_path / "image", checksum=None)
    assert server.seen[-1].headers["if-range"] == '"1"'
    assert (tmp_path / "image").read_bytes() == newer


async def test_a_range_of_another_version_is_not_mixed_in(tmp_path: Path) -> None:
    newer = CONTENT[::-1]

    async def careless(exchange: Exchange) -> None:
        if len(server.seen) == 1:
            return await exchange.give(CONTENT, '"1"', only_bytes=5 * PIECE_BYTES)
        exchange.headers.pop("if-range", None)
        await exchange.give(newer, '"2"')

    async with mirror(careless) as server:
        await get(server.url, tmp_path / "image", checksum=None)
    assert (tmp_path / "image").read_bytes() == newer


async def test_a_version_without_a_sure_name_is_fetched_from_its_beginning(tmp_path: Path) -> None:
    async def weakly_named(exchange: Exchange) -> None:
        first = len(server.seen) == 1
        await exchange.begin("200 OK", ETag='W/"1"', Content_Length=len(CONTENT))
        await exchange.send(CONTENT[: 5 * PIECE_BYTES if first else None])

    async with mirror(weakly_named) as server:
        await get(server.url, tmp_path / "image", checksum=None)
    assert "range" not in server.seen[-1].headers
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_an_end_that_could_be_a_broken_connection_is_not_believed(tmp_path: Path) -> None:
    async def without_length(exchange: Exchange) -> None:
        await exchange.begin("200 OK")
        await exchange.send(CONTENT)

    async with mirror(without_length) as server:
        with pytest.raises(StepFailed, match="how long"):
            await get(server.url, tmp_path / "image", checksum=None)
        assert not (tmp_path / "image").exists()
        await get(server.url, tmp_path / "image")  # here the checksum says whether it was all
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_an_endless_body_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.begin("200 OK", Transfer_Encoding="chunked")
        while True:
            await exchange.send(b"10000\r\n" + bytes(0x10000) + b"\r\n")

    async with mirror(endless) as server:
        with pytest.raises(StepFailed, match="larger than"):
            await get(server.url, tmp_path / "image", limit_bytes=2**20, checksum=None)
    assert not (tmp_path / "image").exists()
    assert (tmp_path / "image.part").stat().st_size <= 2**20


async def test_a_length_beyond_the_limit_is_refused_before_a_byte_came(tmp_path: Path) -> None:
    async with mirror(good) as server:
        with pytest.raises(StepFailed, match="larger than"):
            await get(server.url, tmp_path / "image", limit_bytes=1000)
    assert (tmp_path / "image.part").stat().st_size == 0


async def test_a_file_for_which_there_is_no_room_is_refused_for_that_with_numbers(
    tmp_path: Path,
) -> None:
    async with mirror(good) as server:
        with pytest.raises(NoSpace, match="has at least 2 MiB, and there is room for 1 MiB"):
            await get(server.url, tmp_path / "image", room_bytes=2**20)


async def test_what_is_here_already_needs_no_more_room(tmp_path: Path) -> None:
    part = 8 * PIECE_BYTES  # two thirds

    async def breaks_off(exchange: Exchange) -> None:
        await exchange.give(CONTENT, only_bytes=None if exchange.offset else part)

    async with mirror(breaks_off) as server:
        with pytest.raises(Transient):
            await get(server.url, tmp_path / "image", patience=replace(HASTY, fruitless_tries=0))
        await get(server.url, tmp_path / "image", room_bytes=len(CONTENT) - part)
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_messages_name_the_url_and_never_a_file_that_nobody_knows(tmp_path: Path) -> None:
    asked, told_to_go_on = asyncio.Event(), asyncio.Event()

    async def waits(exchange: Exchange) -> None:
        asked.set()
        await told_to_go_on.wait()
        await exchange.give(CONTENT)

    patient = replace(HASTY, answer_seconds=10)
    async with mirror(waits) as server:
        fetching = asyncio.create_task(get(server.url, tmp_path / "fetched", patience=patient))
        await asked.wait()
        with pytest.raises(StepFailed, match=f"{server.url} is being fetched already"):
            await get(server.url, tmp_path / "fetched")
        told_to_go_on.set()
        await fetching


@pytest.mark.parametrize(
    ("host", "said"),
    [("localhost", "localhost is at [0-9.:]+, which is no public"), ("127.0.0.1", "^127.0.0.1 is no public")],
)
async def test_a_refused_address_is_named_once(tmp_path: Path, host: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        await get(f"http://{host}:9/disk", tmp_path / "image", policy=AddressPolicy())


async def dripping_body(exchange: Exchange) -> None:
    await exchange.begin("200 OK", Content_Length=len(CONTENT))
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


async def dripping_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("drip", [dripping_body, dripping_headers])
async def test_a_server_that_drips_is_given_up(tmp_path: Path, drip: Answer) -> None:
    impatient = Patience(answer_seconds=0.3, piece_seconds=0.3, pause_seconds=0.01, fruitless_tries=2)
    began = time.monotonic()
    async with mirror(drip) as server:
        with pytest.raises(Transient, match="too long"):
            await get(server.url, tmp_path / "image", patience=impatient)
    assert time.monotonic() - began < 3
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone", "204 No Content"])
async def test_a_servers_no_is_final(tmp_path: Path, status: str) -> None:
    async def refusing(exchange: Exchange) -> None:
        await exchange.begin(status)

    async with mirror(refusing) as server:
        with pytest.raises(StepFailed, match=status):
            await get(server.url, tmp_path / "image")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", ["503 Unavailable", "429 Too Many", "416 Range"])
async def test_a_servers_trouble_is_waited_out(tmp_path: Path, status: str) -> None:
    async def recovering(exchange: Exchange) -> None:
        if len(server.seen) < 3:
            await exchange.begin(status, Content_Length=0)
        else:
            await good(exchange)

    async with mirror(recovering) as server:
        await get(server.url, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT


def leading_to(location: str) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.begin("302 Found", Location=location, Content_Length=0)

    return answer


async def test_redirects_are_followed(tmp_path: Path) -> None:
    async def moved(exchange: Exchange) -> None:
        await (good if exchange.path == "/b/image" else leading_to("b/image"))(exchange)

    async with mirror(moved) as server:
        await get(f"{server.url}/image", tmp_path / "image")
    assert [each.path for each in server.seen] == ["/image", "/b/image"]
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_redirect_loop_ends(tmp_path: Path) -> None:
    async with mirror(leading_to("/")) as server:
        with pytest.raises(StepFailed, match="redirected more than 5 times"):
            await get(server.url, tmp_path / "image")
    assert len(server.seen) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706434:{port}/",  # 127.0.0.2
        "http://0x7f.2:{port}/",
        "http://169.254.169.254/latest/meta-data",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "ftp://localhost/",
        "http://user:secret@localhost/",
    ],
)
async def test_a_redirect_to_where_it_may_not_lead_is_refused(tmp_path: Path, location: str) -> None:
    async with mirror(good) as inner:
        port = inner.url.rpartition(":")[2]
        async with mirror(leading_to(location.format(port=port))) as outer:
            url = outer.url.replace("localhost", "127.0.0.1")
            with pytest.raises(Invalid):
                await get(url, tmp_path / "image", policy=ONLY_ONE)
        assert inner.seen == []
    assert not (tmp_path / "image").exists()


async def test_a_name_is_asked_for_once_and_what_was_checked_is_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that gives a permitted address first and this machine's the second time gains nothing."""
    asked: list[str] = []
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2"])

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with mirror(good) as server:
        url = server.url.replace("localhost", "rebinding.test")
        await get(url, tmp_path / "image", policy=ONLY_ONE)
    assert asked == ["rebinding.test"]
    assert server.seen[0].headers["host"] == url.removeprefix("http://")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, and the key in the same file, for the name localhost and no other."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    names = ("-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(path) + ".crt")
    subprocess.run([*make.split(), *names], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server with that certificate needs; clients trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_the_server_must_have_the_name_of_the_url_and_not_of_its_address(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    async with mirror(good, tls) as server:
        await get(server.url, tmp_path / "image", checksum=None)
        with pytest.raises(StepFailed, match="could not prove"):
            await get(server.url.replace("localhost", "127.0.0.1"), tmp_path / "other")
    assert leftovers(tmp_path) >= {"image"}
    assert not (tmp_path / "other").exists()


async def test_a_redirect_from_https_to_http_is_followed_only_to_what_is_verified(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    async with mirror(good) as plain, mirror(leading_to(plain.url), tls) as server:
        with pytest.raises(StepFailed, match="change the bytes"):
            await get(server.url, tmp_path / "image", checksum=None)
        await get(server.url, tmp_path / "image")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_an_address_in_the_url_may_be_of_the_newer_kind(tmp_path: Path) -> None:
    async with mirror(good, address="::1") as server:
        await get(server.url.replace("localhost", "[::1]"), tmp_path / "image")
    assert server.seen[0].headers["host"] == server.url.replace("http://localhost", "[::1]")
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_two_downloads_of_one_target_do_not_mix(tmp_path: Path) -> None:
    async with mirror(good) as server:
        outcomes = await asyncio.gather(
            *(get(server.url, tmp_path / "image") for _ in range(2)), return_exceptions=True
        )
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "StepFailed"]
    assert (tmp_path / "image").read_bytes() == CONTENT


async def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    async with mirror(good) as server:
        with pytest.raises(NoSpace, match="Make room"):
            await get(server.url, tmp_path / "image")
    assert not (tmp_path / "image").exists()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/file", "http://", "nonsense", "https://a:b@host/", "http://\n/"]
)
async def test_what_is_no_web_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid):
        await get(url, tmp_path / "image")
    assert leftovers(tmp_path) == set()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_refused(address: str) -> None:
    assert not AddressPolicy().permits(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.2.132", "2a04:4e42::644"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert AddressPolicy().permits(ip_address(address))


def test_the_machines_own_public_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dew.images.address_policy._is_public", lambda _: True)
    assert not AddressPolicy().permits(ip_address("127.0.0.1"))
