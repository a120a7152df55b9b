"""The catalogue: checksums as distributions publish them, and files that are kept and known again."""

import hashlib
import os
import time
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.unit.mirror import Exchange, mirror

from dew.images import cloud
from dew.images.catalogue import CLOUD_IMAGES, CloudImage, read_catalogue
from dew.images.cloud import KEEP_PARTIAL_SECONDS, CloudImages
from dew.images.fetch import AddressPolicy
from dew.images.published import published_checksum
from dew.model.errors import Invalid, NoSpace, StepFailed

SHA256, SHA512 = "ab" * 32, "cd" * 64
OTHER = "ef" * 32
FILE = "image.qcow2"
LOCAL = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SHA512}  {FILE}\n{'0' * 128}  other.qcow2\n", f"sha512:{SHA512}"),  # Debian
        (f"{OTHER} *image.qcow2.manifest\n{SHA256} *{FILE}\n", f"sha256:{SHA256}"),  # Ubuntu
        (f"{SHA256.upper()}  ./{FILE}\r\n", f"sha256:{SHA256}"),
        (f"# {FILE}: 571 bytes\nSHA256 ({FILE}) = {SHA256}\n", f"sha256:{SHA256}"),  # Rocky Linux
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
            f"# {FILE}: 1 bytes\nSHA256 ({FILE}) = {SHA256}\nSHA256 (other.qcow2) = {OTHER}\n"
            "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n",
            f"sha256:{SHA256}",
        ),  # Fedora
        (f"{SHA256}  {FILE}\n{SHA256}  {FILE}\n", f"sha256:{SHA256}"),
        (f"SHA256 ({FILE}) = {SHA256}\nSHA512 ({FILE}) = {SHA512}\n", f"sha512:{SHA512}"),
    ],
)
def test_every_format_that_distributions_use_is_read(text: str, expected: str) -> None:
    assert str(published_checksum(text, FILE, "https://host/CHECKSUM")) == expected


@pytest.mark.parametrize("text", [f"{SHA512}\n", f"{SHA512}  image-Build16.33.qcow2\n"])
def test_a_checksum_file_of_one_image_alone_need_not_name_it(text: str) -> None:
    """Alpine's has no name in it, openSUSE's has the name of the build that the link leads to."""
    found = published_checksum(text, FILE, f"https://host/{FILE}.sha512")
    assert str(found) == f"sha512:{SHA512}"
    with pytest.raises(StepFailed, match="no checksum"):
        published_checksum(text, FILE, "https://host/SHA512SUMS")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>not found</html>",
        f"{SHA256}  other.qcow2\n",
        f"{SHA256}  image.qcow2.old\n",
        f"{'ab' * 20}  {FILE}\n",  # a SHA-1
        f"SHA256 ({FILE}) = abc\n",
        f"SHA512 ({FILE}) = {SHA256}\n",
    ],
)
def test_without_a_checksum_for_the_file_nothing_is_guessed(text: str) -> None:
    with pytest.raises(StepFailed, match="no checksum"):
        published_checksum(text, FILE, "https://host/SHA256SUMS")


def test_two_checksums_for_one_file_are_none() -> None:
    with pytest.raises(StepFailed, match="several"):
        published_checksum(f"{SHA256}  {FILE}\n{OTHER}  {FILE}\n", FILE, "https://host/SHA256SUMS")


def test_what_dew_offers_comes_over_https_with_a_checksum_from_the_distribution() -> None:
    for name, entry in CLOUD_IMAGES.items():
        assert name == entry.name
        assert len(name) <= 64
        assert entry.image.startswith("https://")
        assert entry.checksums.startswith("https://")
        assert entry.file.endswith((".qcow2", ".img"))
        assert AddressPolicy().check_url(entry.image).host
    assert {"ubuntu-24-04-x64", "debian-13-x64", "fedora-44-x64", "rockylinux-9-x64"} <= set(CLOUD_IMAGES)


def test_a_catalogue_of_ones_own_lies_over_dews(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(
        '[ubuntu-24-04-x64]\ndistribution = "Ubuntu"\ndescription = "Ours"\n'
        'image = "https://here/u.img"\nchecksums = "https://here/SHA256SUMS"\n'
    )
    found = read_catalogue(file)
    assert found["ubuntu-24-04-x64"].image == "https://here/u.img"
    assert found["debian-13-x64"] == CLOUD_IMAGES["debian-13-x64"]


@pytest.mark.parametrize(
    "text",
    [
        "= nonsense",
        'name = "u"',
        '["../u"]\nimage = "https://here/u.img"',
        '[u]\nimage = "https://here/u.img"',
    ],
)
def test_a_catalogue_that_makes_no_sense_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "catalogue.toml"
    file.write_text(text)
    with pytest.raises(Invalid, match=r"catalogue\.toml"):
        read_catalogue(file)


class Distribution:
    """Publishes one image, and counts how often it is fetched."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.listed = hashlib.sha256(content).hexdigest()
        self.fetched = 0

    async def __call__(self, exchange: Exchange) -> None:
        if exchange.path == "/SHA256SUMS":
            await exchange.give(f"{self.listed}  {FILE}\n".encode(), f'"{self.listed}"')
        else:
            self.fetched += 1
            await exchange.give(self.content, f'"{len(self.content)}"')

    def publish(self, content: bytes) -> None:
        self.content, self.listed = content, hashlib.sha256(content).hexdigest()


def images_of(url: str, cache: Path, reserve_bytes: int = 0) -> CloudImages:
    entry = CloudImage("some", "Debian", "Some", f"{url}/{FILE}", f"{url}/SHA256SUMS")
    return CloudImages({"some": entry}, cache, LOCAL, reserve_bytes)


def quiet(_: float, __: str) -> None:
    pass


async def test_an_image_is_fetched_once_and_again_when_there_is_a_newer_one(tmp_path: Path) -> None:
    distribution = Distribution(b"first" * 1000)
    async with mirror(distribution) as server:
        cloud = images_of(server.url, tmp_path)
        for _ in range(2):
            await cloud.fetch("some", tmp_path / "target", quiet)
            assert (tmp_path / "target").read_bytes() == b"first" * 1000
        assert distribution.fetched == 1
        distribution.publish(b"second" * 1000)
        await cloud.fetch("some", tmp_path / "target", quiet)
    assert (tmp_path / "target").read_bytes() == b"second" * 1000
    assert distribution.fetched == 2
    kept = [path.name for path in (tmp_path / "fetched").iterdir()]
    assert kept == [f"some-{hashlib.sha256(b'second' * 1000).hexdigest()[:12]}.qcow2"]


async def test_a_kept_image_that_rotted_is_fetched_again(tmp_path: Path) -> None:
    distribution = Distribution(b"whole" * 1000)
    async with mirror(distribution) as server:
        cloud = images_of(server.url, tmp_path)
        await cloud.fetch("some", tmp_path / "target", quiet)
        (kept,) = (tmp_path / "fetched").iterdir()
        kept.write_bytes(b"Whole" + kept.read_bytes()[5:])
        await cloud.fetch("some", tmp_path / "target", quiet)
    assert (tmp_path / "target").read_bytes() == b"whole" * 1000


async def test_an_image_that_is_not_what_was_published_is_refused_and_not_kept(tmp_path: Path) -> None:
    distribution = Distribution(b"tampered with")
    distribution.listed = hashlib.sha256(b"published").hexdigest()
    async with mirror(distribution) as server:
        with pytest.raises(StepFailed, match="not what was published"):
            await images_of(server.url, tmp_path).fetch("some", tmp_path / "target", quiet)
    assert not (tmp_path / "target").exists()
    assert list((tmp_path / "fetched").iterdir()) == []


async def test_an_image_for_which_there_is_no_room_is_refused_with_numbers(tmp_path: Path) -> None:
    distribution = Distribution(bytes(5 * 2**20))
    free_bytes = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    async with mirror(distribution) as server:
        with pytest.raises(NoSpace, match="5 MiB"):
            await images_of(server.url, tmp_path, free_bytes).fetch("some", tmp_path / "target", quiet)


async def test_fetched_images_take_no_more_room_than_they_may_and_those_used_last_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "MOST_KEPT_BYTES", 3 * 2**20)
    contents = {f"some-{number}": bytes([number + 1]) * 2**20 for number in range(4)}

    async def publish(exchange: Exchange) -> None:
        _, name, file = exchange.path.split("/")
        digest = hashlib.sha256(contents[name]).hexdigest()
        await exchange.give(contents[name] if file == FILE else f"{digest}  {FILE}\n".encode())

    async with mirror(publish) as server:
        paths = {name: (f"{server.url}/{name}/{FILE}", f"{server.url}/{name}/SUMS") for name in contents}
        offers = {name: CloudImage(name, "Debian", "Some", *urls) for name, urls in paths.items()}
        images = CloudImages(offers, tmp_path, LOCAL, 0)
        for name in ("some-0", "some-1", "some-2", "some-0", "some-3"):
            await images.fetch(name, tmp_path / "target", quiet)
            assert (tmp_path / "target").read_bytes() == contents[name]
        begun = tmp_path / "fetched" / "other-0123456789ab.qcow2.part"
        begun.write_bytes(bytes(2**20))
        os.utime(begun, (1e9, 1e9))
        await images.fetch("some-3", tmp_path / "target", quiet)
    kept = sorted(path.name[: len("some-0")] for path in (tmp_path / "fetched").iterdir())
    assert kept == ["some-0", "some-2", "some-3"], "some-1 was used longest ago, the other was only begun"


async def test_what_nobody_goes_on_with_is_thrown_away(tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    fetched.mkdir()
    for name, age in (("old.qcow2.part", KEEP_PARTIAL_SECONDS + 60), ("new.qcow2.part", 60)):
        (fetched / name).write_bytes(b"begun")
        os.utime(fetched / name, (time.time() - age, time.time() - age))
    async with mirror(Distribution(b"content")) as server:
        await images_of(server.url, tmp_path).fetch("some", tmp_path / "target", quiet)
    assert not (fetched / "old.qcow2.part").exists()
    assert (fetched / "new.qcow2.part").exists()
